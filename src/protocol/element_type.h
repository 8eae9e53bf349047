#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

namespace gravbench::protocol {

/// A type of a tensor's elements, by the protocol's name and by that of safetensors files.
struct ElementType {
    const char* name;         ///< "f32"
    const char* safetensors;  ///< "F32"
    std::uint64_t bytes;
    bool is_real;
};
const std::vector<ElementType>& element_types();

/// The one of that name; nullptr where there is none.
const ElementType* find_element_type(std::string_view name);

/// Where it stands in element_types(): for a table of what another library calls them.
std::size_t index_of(const ElementType& type);

/// How many bytes a tensor of this shape takes; nothing where that is no number of them.
std::optional<std::uint64_t> bytes_of(const std::vector<std::int64_t>& shape, const ElementType& type);

/// So many elements in double precision. Integers beyond 2^53 are rounded.
std::vector<double> as_doubles(const ElementType& type, const void* elements, std::size_t count);

}  // namespace gravbench::protocol
