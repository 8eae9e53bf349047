#include "protocol/element_type.h"

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstring>
#include <limits>

namespace gravbench::protocol {
namespace {

/// IEEE 754 binary16.
double from_half(std::uint16_t bits) {
    const int exponent = bits >> 10 & 0x1F;
    const int fraction = bits & 0x3FF;
    double value = 0;
    if (exponent == 0x1F) {
        value = fraction == 0 ? std::numeric_limits<double>::infinity() : std::numeric_limits<double>::quiet_NaN();
    } else if (exponent == 0) {
        value = std::ldexp(fraction, -24);
    } else {
        value = std::ldexp(fraction + 0x400, exponent - 25);
    }
    return (bits & 0x8000) != 0 ? -value : value;
}

/// The upper half of a binary32.
double from_brain(std::uint16_t bits) {
    return std::bit_cast<float>(static_cast<std::uint32_t>(bits) << 16);
}

double from_boolean(std::uint8_t byte) {
    return byte == 0 ? 0 : 1;
}

template <typename Element>
double from_number(Element element) {
    return static_cast<double>(element);
}

template <typename Element, double (*convert)(Element)>
void convert_all(const void* elements, std::vector<double>& values) {
    const auto* const bytes = static_cast<const char*>(elements);
    for (std::size_t i = 0; i < values.size(); ++i) {
        Element element;
        std::memcpy(&element, bytes + i * sizeof(Element), sizeof(Element));
        values[i] = convert(element);
    }
}

template <typename Element>
constexpr auto convert_numbers = convert_all<Element, from_number<Element>>;

using Converter = void (*)(const void* elements, std::vector<double>& values);

/// In the order of element_types().
constexpr Converter converters[] = {convert_all<std::uint16_t, from_half>,
                                    convert_all<std::uint16_t, from_brain>,
                                    convert_numbers<float>,
                                    convert_numbers<double>,
                                    convert_numbers<std::int8_t>,
                                    convert_numbers<std::uint8_t>,
                                    convert_numbers<std::int16_t>,
                                    convert_numbers<std::int32_t>,
                                    convert_numbers<std::int64_t>,
                                    convert_all<std::uint8_t, from_boolean>};

}  // namespace

const std::vector<ElementType>& element_types() {
    static const std::vector<ElementType> types{
        {"f16", "F16", 2, true},  {"bf16", "BF16", 2, true}, {"f32", "F32", 4, true},  {"f64", "F64", 8, true},
        {"i8", "I8", 1, false},   {"u8", "U8", 1, false},    {"i16", "I16", 2, false}, {"i32", "I32", 4, false},
        {"i64", "I64", 8, false}, {"bool", "BOOL", 1, false}};
    return types;
}

const ElementType* find_element_type(std::string_view name) {
    const auto& types = element_types();
    const auto found =
        std::find_if(types.begin(), types.end(), [&](const ElementType& type) { return name == type.name; });
    return found == types.end() ? nullptr : &*found;
}

std::size_t index_of(const ElementType& type) {
    return static_cast<std::size_t>(&type - element_types().data());
}

std::optional<std::uint64_t> bytes_of(const std::vector<std::int64_t>& shape, const ElementType& type) {
    std::uint64_t bytes = type.bytes;
    bool is_too_large = false;
    for (const std::int64_t length : shape) {
        std::uint64_t product = 0;
        if (length < 0) {
            return std::nullopt;
        }
        is_too_large |= __builtin_mul_overflow(bytes, static_cast<std::uint64_t>(length), &product);
        bytes = product;
    }
    const bool is_empty = std::find(shape.begin(), shape.end(), 0) != shape.end();
    return is_empty ? 0 : is_too_large ? std::nullopt : std::optional(bytes);
}

std::vector<double> as_doubles(const ElementType& type, const void* elements, std::size_t count) {
    std::vector<double> values(count);
    converters[index_of(type)](elements, values);
    return values;
}

}  // namespace gravbench::protocol
