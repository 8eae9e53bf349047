#include "noise_model/noise_model.h"

#include <cmath>
#include <numbers>

namespace gravbench::noise {
namespace {

std::uint64_t mix(std::uint64_t z) {
    z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9;
    z = (z ^ (z >> 27)) * 0x94D049BB133111EB;
    return z ^ (z >> 31);
}

}  // namespace

std::uint64_t Random::next() {
    return mix(state_ += 0x9E3779B97F4A7C15);
}

double Random::uniform() {
    return (static_cast<double>(next() >> 11) + 0.5) * 0x1p-53;
}

double Random::normal() {
    if (spare_) {
        const double value = *spare_;
        spare_.reset();
        return value;
    }
    // Box and Muller 1958: they come in pairs.
    const double radius = std::sqrt(-2 * std::log(uniform()));
    const double angle = 2 * std::numbers::pi * uniform();
    spare_ = radius * std::sin(angle);
    return radius * std::cos(angle);
}

double Random::effect(std::optional<int> tail) {
    if (!tail) {
        return normal();
    }
    double squares = 0;
    for (int i = 0; i < *tail; ++i) {
        const double one = normal();
        squares += one * one;
    }
    // t has the variance n / (n - 2).
    return normal() / std::sqrt(squares / *tail) * std::sqrt((*tail - 2.0) / *tail);
}

Launch::Launch(const Model& model, std::uint64_t number)
    : model_(model), random_(mix(mix(model.seed) + number)), inference_(random_.effect(model.tail)) {
    launch_ = std::log(model.median * model.slowdown * (1 + model.drift * static_cast<double>(number))) +
              model.between_launches * random_.effect(model.tail);
}

void Launch::begin_block() {
    block_ = model_.between_blocks * random_.normal();
}

double Launch::next() {
    // Keeps the deviation at 1, from the first inference on.
    const double kept = model_.autocorrelation;
    inference_ = kept * inference_ + std::sqrt(1 - kept * kept) * random_.effect(model_.tail);
    return std::exp(launch_ + block_ + model_.within * inference_);
}

}  // namespace gravbench::noise
