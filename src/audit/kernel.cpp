#include "audit/kernel.h"

#include <algorithm>
#include <array>

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
    // "brgemm" is a micro-kernel, of which a matmul of the application's own is made.
    static constexpr std::array<std::string_view, 5> names{"convolution", "deconvolution", "inner_product", "matmul",
                                                           "brgemm"};
    return std::find(names.begin(), names.end(), kernel.primitive) != names.end();
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

bool hides_precision(const std::string& onednn, const Kernel& kernel) {
    const bool is_asked = contains(kernel.attributes, "attr-fpmath");
    return starts_with(onednn, "2.") && is_asked && is_compute(kernel) && family_of(kernel) == "acl" &&
           !is_bf16(kernel) && !is_f16(kernel);
}

}  // namespace gravbench::audit
