#include "engines/common/generator.h"

namespace gravbench::engine {
namespace {

/// SplitMix64's finaliser (Steele, Lea and Flood, "Fast splittable pseudorandom number generators", OOPSLA 2014).
std::uint64_t mix(std::uint64_t z) {
    z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9U;
    z = (z ^ (z >> 27)) * 0x94D049BB133111EBU;
    return z ^ (z >> 31);
}

}  // namespace

std::uint64_t stream_of(std::uint64_t seed, std::uint64_t position, std::uint64_t tensor) {
    return mix(mix(mix(seed) + position) + tensor);
}

std::uint64_t raw_value(std::uint64_t stream, std::uint64_t element) {
    return mix(stream + (element + 1) * 0x9E3779B97F4A7C15U);
}

std::int64_t integer_value(std::uint64_t raw, std::int64_t low, std::int64_t high) {
    const std::uint64_t span = static_cast<std::uint64_t>(high) - static_cast<std::uint64_t>(low) + 1;
    return static_cast<std::int64_t>(static_cast<std::uint64_t>(low) + (span == 0 ? raw : raw % span));
}

double real_value(std::uint64_t raw, double low, double high) {
    return low + (high - low) * (static_cast<double>(raw >> 40) / 16777216.0);
}

}  // namespace gravbench::engine
