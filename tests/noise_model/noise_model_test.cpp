#include "noise_model/noise_model.h"

#include <algorithm>
#include <cmath>
#include <functional>
#include <vector>

#include "catch.h"

namespace gravbench::noise {
namespace {

constexpr std::size_t many = 20000;

std::vector<double> logarithms(std::size_t count, const std::function<double(std::size_t)>& latency) {
    std::vector<double> result(count);
    for (std::size_t i = 0; i < count; ++i) {
        result[i] = std::log(latency(i));
    }
    return result;
}

/// Of many launches' first inferences.
std::vector<double> over_launches(const Model& model) {
    return logarithms(many, [&](std::size_t number) {
        Launch launch(model, number);
        launch.begin_block();
        return launch.next();
    });
}

double deviation(const std::vector<double>& values) {
    double sum = 0;
    double squares = 0;
    for (const double value : values) {
        sum += value;
        squares += value * value;
    }
    const auto count = static_cast<double>(values.size());
    return std::sqrt(squares / count - sum * sum / count / count);
}

double median(std::vector<double> values) {
    std::sort(values.begin(), values.end());
    return values[values.size() / 2];
}

TEST_CASE("a machine without noise has its median at every inference") {
    Model model;
    model.slowdown = 1.05;
    Launch launch(model, 3);
    launch.begin_block();
    CHECK(launch.next() == Approx(1.05e6));
    CHECK(launch.next() == Approx(1.05e6));
}

TEST_CASE("the same seed and launch give the same inferences, another launch or seed gives others") {
    Model model;
    model.within = 0.1;
    Model other_seed = model;
    other_seed.seed = 2;
    const double first = Launch(model, 1).next();
    CHECK(Launch(model, 1).next() == first);
    CHECK(Launch(model, 2).next() != first);
    CHECK(Launch(other_seed, 1).next() != first);
}

TEST_CASE("each level has the deviation that was asked for, and the median stays") {
    Model model;
    for (double Model::*level : {&Model::between_launches, &Model::between_blocks, &Model::within}) {
        Model one = model;
        one.*level = 0.1;
        const std::vector<double> latencies = over_launches(one);
        CHECK(deviation(latencies) == Approx(0.1).epsilon(0.03));
        CHECK(median(latencies) == Approx(std::log(1e6)).margin(0.003));
    }
}

TEST_CASE("launches keep their own speed") {
    Model model;
    model.between_launches = 0.1;
    Launch launch(model, 7);
    launch.begin_block();
    const double first = launch.next();
    launch.begin_block();
    CHECK(launch.next() == first);
}

TEST_CASE("neighbouring inferences are as alike as was asked for") {
    Model model;
    model.within = 0.1;
    model.autocorrelation = 0.8;
    Launch launch(model, 0);
    const std::vector<double> series = logarithms(10 * many, [&](std::size_t) { return launch.next(); });
    double products = 0;
    for (std::size_t i = 1; i < series.size(); ++i) {
        products += (series[i] - std::log(1e6)) * (series[i - 1] - std::log(1e6));
    }
    CHECK(deviation(series) == Approx(0.1).epsilon(0.03));
    CHECK(products / static_cast<double>(series.size()) / 0.01 == Approx(0.8).epsilon(0.05));
}

TEST_CASE("heavy tails reach farther at the same deviation") {
    Model model;
    model.within = 0.01;
    Model heavy = model;
    heavy.tail = 5;
    const auto beyond = [](const std::vector<double>& values) {
        return std::count_if(values.begin(), values.end(), [](double x) { return x > std::log(1e6) + 0.04; });
    };
    CHECK(deviation(over_launches(heavy)) == Approx(0.01).epsilon(0.05));
    CHECK(beyond(over_launches(model)) <= 5);
    CHECK(beyond(over_launches(heavy)) >= 15);
}

TEST_CASE("drift slows one launch after the other") {
    Model model;
    model.drift = 0.01;
    CHECK(Launch(model, 0).next() == Approx(1e6));
    CHECK(Launch(model, 12).next() == Approx(1.12e6));
}

}  // namespace
}  // namespace gravbench::noise
