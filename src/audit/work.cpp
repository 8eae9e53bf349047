#include "audit/work.h"

#include <algorithm>
#include <cstdlib>
#include <map>
#include <string>
#include <vector>

#include "base/text.h"

namespace gravbench::audit {
namespace {

/// What an execution takes, as numbers of elements.
struct Elements {
    double source = 0;
    double weights = 0;
    double destination = 0;
    double operations = 0;
};

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

/// The tensors of both kinds of convolution. Their weights are applied at every place of the smaller image: of the
/// destination, or of a deconvolution's source.
Elements of_images(const Dimensions& d, double places) {
    const double weights = product(d, {"ic", "oc", "kd", "kh", "kw"}) / std::max(1.0, product(d, {"g"}));
    return {product(d, {"mb", "ic", "id", "ih", "iw"}), weights, product(d, {"mb", "oc", "od", "oh", "ow"}),
            2 * product(d, {"mb"}) * weights * places};
}

std::optional<Elements> convolution(const std::string& problem) {
    const Dimensions d = dimensions_in(problem);
    return has(d, {"mb", "ic", "oc", "ow"}) ? std::optional(of_images(d, product(d, {"od", "oh", "ow"})))
                                            : std::nullopt;
}

std::optional<Elements> deconvolution(const std::string& problem) {
    const Dimensions d = dimensions_in(problem);
    return has(d, {"mb", "ic", "oc", "iw"}) ? std::optional(of_images(d, product(d, {"id", "ih", "iw"})))
                                            : std::nullopt;
}

std::optional<Elements> inner_product(const std::string& problem) {
    const Dimensions d = dimensions_in(problem);
    if (!has(d, {"mb", "ic", "oc"})) {
        return std::nullopt;
    }
    const double inputs = product(d, {"ic", "id", "ih", "iw"});
    const double batch = product(d, {"mb"});
    const double outputs = product(d, {"oc"});
    return Elements{batch * inputs, inputs * outputs, batch * outputs, 2 * batch * inputs * outputs};
}

std::optional<Elements> pooling(const std::string& problem) {
    const Dimensions d = dimensions_in(problem);
    if (!has(d, {"mb", "ic", "iw", "ow"})) {
        return std::nullopt;
    }
    return Elements{product(d, {"mb", "ic", "id", "ih", "iw"}), 0, product(d, {"mb", "ic", "od", "oh", "ow"}), 0};
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

double volume(const std::vector<double>& sizes) {
    double result = 1;
    for (const double size : sizes) {
        result *= size;
    }
    return result;
}

/// "128x768:768x3072", with leading dimensions of a batch, of which either side may be 1.
std::optional<Elements> matmul(const std::string& problem) {
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
    double outputs = source[last - 1] * weights[last];
    for (std::size_t i = 0; i + 1 < last; ++i) {
        outputs *= std::max(source[i], weights[i]);
    }
    return Elements{volume(source), volume(weights), outputs, 2 * outputs * source[last]};
}

/// "1x64x56x56:1x64x1x1": the second is broadcast.
std::optional<Elements> binary(const std::string& problem) {
    const std::vector<std::string> sides = split(problem, ':');
    const std::vector<double> first = sizes_in(sides[0]);
    const std::vector<double> second = sides.size() == 2 ? sizes_in(sides[1]) : std::vector<double>();
    if (first.empty() || second.empty()) {
        return std::nullopt;
    }
    return Elements{volume(first), volume(second), std::max(volume(first), volume(second)), 0};
}

/// "1x128x3072": as many out as in.
std::optional<Elements> same_shape(const std::string& problem) {
    const std::vector<double> sizes = sizes_in(problem);
    return sizes.empty() ? std::nullopt : std::optional(Elements{volume(sizes), 0, volume(sizes), 0});
}

std::optional<Elements> elements_of(const Kernel& kernel) {
    using Reading = std::optional<Elements> (*)(const std::string& problem);
    static const std::map<std::string, Reading> table{
        {"convolution", convolution},
        {"deconvolution", deconvolution},
        {"inner_product", inner_product},
        {"matmul", matmul},
        {"pooling", pooling},
        {"binary", binary},
        {"eltwise", same_shape},
        {"reorder", same_shape},
        {"softmax", same_shape},
        {"layer_normalization", same_shape},
    };
    const auto found = table.find(kernel.primitive);
    return found == table.end() ? std::nullopt : found->second(kernel.problem);
}

/// 0 for a type that is not known.
double size_of(const std::string& type) {
    static const std::map<std::string, double> sizes{{"f64", 8}, {"f32", 4}, {"s32", 4}, {"bf16", 2},
                                                     {"f16", 2}, {"s8", 1},  {"u8", 1}};
    const auto found = sizes.find(type);
    return found == sizes.end() ? 0 : found->second;
}

}  // namespace

std::optional<double> floating_point_operations(const Kernel& kernel) {
    const auto elements = is_compute(kernel) ? elements_of(kernel) : std::nullopt;
    return elements ? std::optional(elements->operations) : std::nullopt;
}

std::optional<double> bytes_moved(const Kernel& kernel) {
    const auto elements = elements_of(kernel);
    const double of_source = size_of(kernel.source_type);
    const double of_weights = size_of(kernel.weights_type);
    const double of_destination = size_of(kernel.destination_type);
    const bool is_known = of_source > 0 && of_destination > 0;
    if (!elements || !is_known || (elements->weights > 0 && of_weights == 0)) {
        return std::nullopt;
    }
    return elements->source * of_source + elements->weights * of_weights + elements->destination * of_destination;
}

}  // namespace gravbench::audit
