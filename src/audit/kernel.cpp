#include "audit/kernel.h"

#include <algorithm>
#include <array>
#include <cstdlib>
#include <map>

#include "base/text.h"

namespace gravbench::audit {
namespace {

bool contains(const std::string& text, std::string_view part) {
    return text.find(part) != std::string::npos;
}

bool starts_with(const std::string& text, std::string_view prefix) {
    return text.compare(0, prefix.size(), prefix) == 0;
}

/// The first descriptor whose role is one of these: a matmul's source is "src", a binary's "src0", a partition's "in0".
const Memory* memory_of(const Event& event, std::initializer_list<std::string_view> roles) {
    for (const std::string_view role : roles) {
        for (const Memory& memory : event.memory) {
            if (memory.role == role) {
                return &memory;
            }
        }
    }
    return nullptr;
}

std::string type_of(const Memory* memory) {
    return memory == nullptr || memory->data_type == "undef" ? "" : memory->data_type;
}

std::string attributes_of(const Event& event) {
    std::string kept;
    for (const std::string& attribute : split(event.attributes, ' ')) {
        if (!attribute.empty() && !starts_with(attribute, "attr-scratchpad")) {
            kept += (kept.empty() ? "" : " ") + attribute;
        }
    }
    return kept;
}

/// "mb1_ic3oc64_ih224oh112kh7" as {mb: 1, ic: 3, ...}. A name that is not there counts as 1 where it is asked for.
using Dimensions = std::map<std::string, double>;

Dimensions dimensions_in(const std::string& problem) {
    Dimensions dimensions;
    std::string name;
    for (std::size_t i = 0; i < problem.size();) {
        const char c = problem[i];
        if (c >= 'a' && c <= 'z') {
            name += c;
            ++i;
        } else if (c >= '0' && c <= '9' && !name.empty()) {
            char* end = nullptr;
            dimensions[name] = std::strtod(problem.c_str() + i, &end);
            i = static_cast<std::size_t>(end - problem.c_str());
            name.clear();
        } else {
            name.clear();
            ++i;
        }
    }
    return dimensions;
}

double product(const Dimensions& dimensions, std::initializer_list<const char*> names) {
    double result = 1;
    for (const char* name : names) {
        const auto found = dimensions.find(name);
        result *= found == dimensions.end() ? 1 : found->second;
    }
    return result;
}

bool has(const Dimensions& dimensions, std::initializer_list<const char*> names) {
    return std::all_of(names.begin(), names.end(), [&](const char* name) { return dimensions.count(name) != 0; });
}

std::optional<double> convolution_operations(const std::string& problem) {
    const Dimensions d = dimensions_in(problem);
    const double groups = std::max(1.0, product(d, {"g"}));
    return has(d, {"mb", "ic", "oc", "ow"})
               ? std::optional<double>(2 / groups * product(d, {"mb", "ic", "oc", "od", "oh", "ow", "kd", "kh", "kw"}))
               : std::nullopt;
}

std::optional<double> deconvolution_operations(const std::string& problem) {
    const Dimensions d = dimensions_in(problem);
    const double groups = std::max(1.0, product(d, {"g"}));
    return has(d, {"mb", "ic", "oc", "iw"})
               ? std::optional<double>(2 / groups * product(d, {"mb", "ic", "oc", "id", "ih", "iw", "kd", "kh", "kw"}))
               : std::nullopt;
}

std::optional<double> inner_product_operations(const std::string& problem) {
    const Dimensions d = dimensions_in(problem);
    return has(d, {"mb", "ic", "oc"}) ? std::optional<double>(2 * product(d, {"mb", "ic", "oc", "id", "ih", "iw"}))
                                      : std::nullopt;
}

/// "12x128x64" as numbers; nothing where one of them is none ("*" stands for a size known only at run time).
std::vector<double> sizes_in(const std::string& text) {
    std::vector<double> sizes;
    for (const std::string& size : split(text, 'x')) {
        if (size.empty() || size.find_first_not_of("0123456789") != std::string::npos) {
            return {};
        }
        sizes.push_back(std::strtod(size.c_str(), nullptr));
    }
    return sizes;
}

/// "128x768:768x3072", with leading dimensions of a batch, of which either side may be 1.
std::optional<double> matmul_operations(const std::string& problem) {
    const std::vector<std::string> sides = split(problem, ':');
    if (sides.size() < 2) {
        return std::nullopt;
    }
    const std::vector<double> source = sizes_in(sides[0]);
    const std::vector<double> weights = sizes_in(sides[1]);
    if (source.size() < 2 || source.size() != weights.size()) {
        return std::nullopt;
    }
    const std::size_t last = source.size() - 1;
    double operations = 2 * source[last - 1] * source[last] * weights[last];
    for (std::size_t i = 0; i + 1 < last; ++i) {
        operations *= std::max(source[i], weights[i]);
    }
    return operations;
}

struct ComputePrimitive {
    std::string_view name;
    std::optional<double> (*operations)(const std::string& problem);
};

const ComputePrimitive* compute_primitive(const std::string& name) {
    static constexpr std::array<ComputePrimitive, 5> table{{
        {"convolution", convolution_operations},
        {"deconvolution", deconvolution_operations},
        {"inner_product", inner_product_operations},
        {"matmul", matmul_operations},
        // A micro-kernel, of which a matmul of the application's own is made; its log has no problem to count from.
        {"brgemm", nullptr},
    }};
    const auto* found =
        std::find_if(table.begin(), table.end(), [&](const ComputePrimitive& known) { return known.name == name; });
    return found == table.end() ? nullptr : found;
}

bool has_type(const Kernel& kernel, std::string_view type) {
    return kernel.weights_type == type || kernel.source_type == type;
}

bool is_amx_of_f32(const Kernel& kernel) {
    return contains(kernel.implementation, "amx") && kernel.source_type == "f32" &&
           (kernel.weights_type == "f32" || kernel.weights_type.empty());
}

/// "brg_conv_fwd:avx512_core" is an implementation and the instruction set that it was generated for.
std::string instruction_set(const std::string& implementation) {
    const auto colon = implementation.rfind(':');
    return colon == std::string::npos ? implementation : implementation.substr(colon + 1);
}

}  // namespace

Kernel kernel_of(const Event& event) {
    Kernel kernel;
    kernel.primitive = event.component == Event::Component::graph ? "partition" : event.primitive;
    kernel.implementation = event.implementation;
    if (event.component == Event::Component::graph) {
        kernel.implementation = "graph:" + event.primitive;
    } else if (event.component == Event::Component::ukernel && kernel.implementation.empty()) {
        kernel.implementation = "ukernel";
    }
    const Memory* source = memory_of(event, {"src", "src0", "src_0", "src:0", "in0", "src_layer"});
    const Memory* weights = memory_of(event, {"wei", "src1", "src_1", "wei_layer"});
    const Memory* destination = memory_of(event, {"dst", "out0", "dst_layer"});
    kernel.source_type = type_of(source);
    kernel.weights_type = type_of(weights);
    kernel.destination_type = type_of(destination);
    for (const Memory* memory : {source, weights, destination}) {
        if (memory != nullptr && event.component != Event::Component::graph && !memory->layout.empty()) {
            kernel.layouts += (kernel.layouts.empty() ? "" : " ") + memory->layout;
        }
    }
    kernel.problem = event.problem;
    kernel.algorithm = starts_with(event.auxiliary, "alg:") ? event.auxiliary.substr(4) : event.auxiliary;
    kernel.attributes = attributes_of(event);
    return kernel;
}

bool is_compute(const Kernel& kernel) {
    return compute_primitive(kernel.primitive) != nullptr;
}

std::string family_of(const Kernel& kernel) {
    const std::string& name = kernel.implementation;
    if (kernel.primitive == "partition") {
        return "graph";
    }
    if (kernel.primitive == "reorder") {
        return "reorder";
    }
    if (is_reference(kernel)) {
        return "ref";
    }
    if (contains(name, "acl")) {
        return "acl";
    }
    if (starts_with(name, "brg") || starts_with(name, "brdgmm") || kernel.primitive == "brgemm") {
        return "brgemm";
    }
    if (contains(name, "jit")) {
        return "jit:" + instruction_set(name);
    }
    return "other";
}

bool is_reference(const Kernel& kernel) {
    const std::vector<std::string> words = split(kernel.implementation, ':');
    return std::any_of(words.begin(), words.end(),
                       [](const std::string& word) { return word == "ref" || starts_with(word, "ref_"); });
}

bool is_bf16(const Kernel& kernel) {
    return is_compute(kernel) && (has_type(kernel, "bf16") || (is_amx_of_f32(kernel) && !is_f16(kernel)));
}

bool is_f16(const Kernel& kernel) {
    return is_compute(kernel) &&
           (has_type(kernel, "f16") || (is_amx_of_f32(kernel) && contains(kernel.implementation, "fp16")));
}

std::optional<double> floating_point_operations(const Kernel& kernel) {
    const ComputePrimitive* primitive = compute_primitive(kernel.primitive);
    return primitive == nullptr || primitive->operations == nullptr ? std::nullopt
                                                                    : primitive->operations(kernel.problem);
}

}  // namespace gravbench::audit
