#pragma once

#include <cstdint>

namespace gravbench::engine {

/// The numbers of docs/protocol.md, "Values are the same in every engine".

/// Names the stream of one tensor's values.
std::uint64_t stream_of(std::uint64_t seed, std::uint64_t position, std::uint64_t tensor);

/// The raw number of one element.
std::uint64_t raw_value(std::uint64_t stream, std::uint64_t element);

/// Between low and high, both included. Wraps to the whole range where that is what they span.
std::int64_t integer_value(std::uint64_t raw, std::int64_t low, std::int64_t high);

/// From low up to but not including high.
double real_value(std::uint64_t raw, double low, double high);

}  // namespace gravbench::engine
