#include "engines/common/tensor.h"

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstring>
#include <limits>
#include <string_view>
#include <utility>

#include "engines/common/failure.h"

namespace gravbench::engine {
namespace {

using protocol::ElementType;

/// Rounds to the nearest, ties to even: drops so many of the lowest bits.
std::uint32_t rounded_shift(std::uint32_t bits, int dropped) {
    const std::uint32_t half = 1U << (dropped - 1);
    const std::uint32_t is_odd = bits >> dropped & 1;
    return (bits + half - 1 + is_odd) >> dropped;
}

std::uint16_t to_brain(double value) {
    const auto bits = std::bit_cast<std::uint32_t>(static_cast<float>(value));
    if (std::isnan(value)) {
        return 0x7FC0;
    }
    return static_cast<std::uint16_t>(rounded_shift(bits, 16));
}

/// IEEE 754 binary16 of the rounded binary32.
std::uint16_t to_half(double value) {
    const auto bits = std::bit_cast<std::uint32_t>(static_cast<float>(value));
    const std::uint32_t sign = bits >> 16 & 0x8000;
    const std::uint32_t magnitude = bits & 0x7FFFFFFF;
    constexpr std::uint32_t infinity = 0x7F800000;
    constexpr std::uint32_t smallest_normal = 113U << 23;  // 2^-14
    if (magnitude > infinity) {
        return static_cast<std::uint16_t>(sign | 0x7E00);
    }
    std::uint32_t half = 0;
    if (magnitude >= smallest_normal) {
        constexpr std::uint32_t rebias = (127U - 15U) << 23;
        half = std::min(rounded_shift(magnitude - rebias, 13), std::uint32_t{0x7C00});
    } else {
        // In units of 2^-24; nearbyint() rounds ties to even.
        half = static_cast<std::uint32_t>(std::nearbyint(std::ldexp(std::bit_cast<float>(magnitude), 24)));
    }
    return static_cast<std::uint16_t>(sign | half);
}

template <typename Element>
Element to_number(double value) {
    return static_cast<Element>(value);
}

template <typename Element, typename Value, Element (*convert)(Value)>
void store_all(Tensor& tensor, const std::function<Value(std::size_t)>& value) {
    const std::size_t count = tensor.elements();
    for (std::size_t i = 0; i < count; ++i) {
        const Element element = convert(value(i));
        std::memcpy(tensor.bytes.data() + i * sizeof(Element), &element, sizeof(Element));
    }
}

template <typename Element>
Element to_integer(std::int64_t value) {
    return static_cast<Element>(value);
}

template <typename Element>
bool is_in_range(std::int64_t value) {
    return value >= std::numeric_limits<Element>::min() && value <= std::numeric_limits<Element>::max();
}

struct RealStore {
    const char* dtype;
    void (*store)(Tensor& tensor, const std::function<double(std::size_t)>& value);
};

constexpr RealStore real_stores[] = {{"f16", store_all<std::uint16_t, double, to_half>},
                                     {"bf16", store_all<std::uint16_t, double, to_brain>},
                                     {"f32", store_all<float, double, to_number<float>>},
                                     {"f64", store_all<double, double, to_number<double>>}};

struct IntegerStore {
    const char* dtype;
    bool (*holds)(std::int64_t value);
    void (*store)(Tensor& tensor, const std::function<std::int64_t(std::size_t)>& value);
};

template <typename Element>
constexpr IntegerStore integer_store(const char* dtype) {
    return {dtype, is_in_range<Element>, store_all<Element, std::int64_t, to_integer<Element>>};
}

constexpr IntegerStore integer_stores[] = {integer_store<std::int8_t>("i8"),   integer_store<std::uint8_t>("u8"),
                                           integer_store<std::int16_t>("i16"), integer_store<std::int32_t>("i32"),
                                           integer_store<std::int64_t>("i64"), integer_store<bool>("bool")};

template <typename Stores>
const auto& store_of(const Stores& stores, const ElementType& type) {
    for (const auto& entry : stores) {
        if (std::string_view(entry.dtype) == type.name) {
            return entry;
        }
    }
    throw Failure("inputs_do_not_fit", std::string("values of another kind than ") + type.name);
}

}  // namespace

const ElementType& element_type(const std::string& dtype) {
    const ElementType* const found = protocol::find_element_type(dtype);
    if (found == nullptr) {
        throw Failure("inputs_do_not_fit", "there is no dtype \"" + dtype + "\"");
    }
    return *found;
}

Tensor zeros(const ElementType& type, const std::vector<std::int64_t>& shape) {
    const auto bytes = protocol::bytes_of(shape, type);
    if (!bytes) {
        throw Failure("inputs_do_not_fit", "there is no tensor of shape " + shape_text(shape));
    }
    try {
        return {&type, shape, std::vector<std::byte>(*bytes)};
    } catch (const std::exception&) {  // bad_alloc, or length_error
        throw Failure("out_of_memory", "there is not enough memory for a tensor of shape " + shape_text(shape) + ", " +
                                           std::to_string(*bytes) + " bytes");
    }
}

std::string shape_text(const std::vector<std::int64_t>& shape) {
    std::string text;
    for (const std::int64_t length : shape) {
        text += (text.empty() ? "" : ", ") + std::to_string(length);
    }
    return "[" + text + "]";
}

Tensor scalar_tensor(double value) {
    Tensor tensor = zeros(element_type("f64"), {});
    fill_reals(tensor, [&](std::size_t) { return value; });
    return tensor;
}

Tensor scalar_tensor(std::int64_t value) {
    Tensor tensor = zeros(element_type("i64"), {});
    fill_integers(tensor, [&](std::size_t) { return value; });
    return tensor;
}

Tensor scalar_tensor(bool value) {
    Tensor tensor = zeros(element_type("bool"), {});
    fill_integers(tensor, [&](std::size_t) { return value ? 1 : 0; });
    return tensor;
}

bool holds(const ElementType& type, std::int64_t value) {
    return store_of(integer_stores, type).holds(value);
}

void fill_integers(Tensor& tensor, const std::function<std::int64_t(std::size_t)>& value) {
    store_of(integer_stores, *tensor.type).store(tensor, value);
}

void fill_reals(Tensor& tensor, const std::function<double(std::size_t)>& value) {
    store_of(real_stores, *tensor.type).store(tensor, value);
}

}  // namespace gravbench::engine
