#include "compare/machine_speed.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <map>

#include "base/text.h"
#include "figures/yardstick.h"

namespace gravbench::compare {
namespace {

/// Readings of one side, by the number of threads, then by the launches' number.
using ByRound = std::map<int, std::map<int, std::vector<machine::YardstickReading>>>;

void add_readings(const document::Cell& cell, ByRound& readings) {
    for (const document::Launch& launch : cell.launches) {
        for (const machine::YardstickReading& reading : figures::yardstick_readings(launch.measured)) {
            readings[reading.threads][launch.measured.number].push_back(reading);
        }
    }
}

/// The geometric mean of each round's readings; empty where one is 0: a CPU without bf16.
std::vector<double> of_rounds(const std::map<int, std::vector<machine::YardstickReading>>& rounds,
                              const machine::YardstickRate& rate) {
    std::vector<double> means;
    for (const auto& [number, readings] : rounds) {
        double sum = 0;
        for (const machine::YardstickReading& reading : readings) {
            sum += std::log(reading.*rate.member);
        }
        means.push_back(std::exp(sum / static_cast<double>(readings.size())));
    }
    const bool is_known = std::all_of(means.begin(), means.end(), [](double mean) { return mean > 0; });
    return is_known ? means : std::vector<double>();
}

const machine::YardstickRate& rate_named(const std::string& name) {
    const auto& rates = machine::yardstick_rates();
    return *std::find_if(rates.begin(), rates.end(),
                         [&](const machine::YardstickRate& rate) { return rate.name == name; });
}

}  // namespace

std::vector<SpeedRatio> machine_speeds(const document::Document& base, const document::Document& other,
                                       const Matches& matches) {
    std::vector<SpeedRatio> speeds;
    if (base.run.id == other.run.id) {
        return speeds;
    }
    ByRound of_base;
    ByRound of_other;
    for (const Match& match : matches.pairs) {
        add_readings(*match.base, of_base);
        add_readings(*match.other, of_other);
    }
    for (const auto& [threads, rounds] : of_base) {
        for (const machine::YardstickRate& rate : machine::yardstick_rates()) {
            const std::vector<double> base_rounds = of_rounds(rounds, rate);
            const std::vector<double> other_rounds = of_rounds(of_other[threads], rate);
            if (base_rounds.size() >= 2 && other_rounds.size() >= 2) {
                speeds.push_back({rate.name, threads, stats::independent_ratio(base_rounds, other_rounds)});
            }
        }
    }
    return speeds;
}

std::string describe(const SpeedRatio& speed) {
    const auto percent = [](double ratio) { return fmt::format("{:+.1f}%", 100 * (ratio - 1)); };
    return fmt::format("{} {} [{}, {}]", rate_named(speed.rate).words, percent(speed.ratio.value),
                       percent(speed.ratio.ci95.low), percent(speed.ratio.ci95.high));
}

std::optional<Warning> unlike_speeds(const std::vector<SpeedRatio>& speeds) {
    constexpr double noticeable = 0.02;
    std::vector<double> p_values;
    for (const SpeedRatio& speed : speeds) {
        p_values.push_back(stats::p_value_within(speed.ratio, 0));
    }
    const std::vector<double> adjusted = stats::adjusted_p_values(p_values);
    std::string changed;
    for (std::size_t i = 0; i < speeds.size(); ++i) {
        const SpeedRatio& speed = speeds[i];
        if (adjusted[i] <= stats::verdict_level && std::abs(speed.ratio.value - 1) > noticeable) {
            changed += fmt::format("{}{} with {}", changed.empty() ? "" : ", ", describe(speed),
                                   counted(speed.threads, "thread"));
        }
    }
    if (changed.empty()) {
        return std::nullopt;
    }
    return Warning{"machine_speed",
                   "by the yardstick the machine itself differed between the runs: " + changed +
                       "; what it does to the figures is not taken off",
                   0};
}

}  // namespace gravbench::compare
