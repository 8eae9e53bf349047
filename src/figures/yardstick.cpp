#include "figures/yardstick.h"

#include <algorithm>
#include <map>

#include "stats/quantile.h"

namespace gravbench::figures {
namespace {

using machine::YardstickReading;

template <typename T>
std::vector<T> in_order(const std::vector<YardstickReading>& readings, T YardstickReading::*member) {
    std::vector<T> values;
    for (const YardstickReading& reading : readings) {
        values.push_back(reading.*member);
    }
    std::sort(values.begin(), values.end());
    return values;
}

YardstickSummary summary_of(const std::vector<YardstickReading>& readings) {
    YardstickSummary summary;
    summary.threads = readings.front().threads;
    summary.readings = readings.size();
    for (YardstickReading* part : {&summary.best, &summary.median, &summary.worst}) {
        part->threads = summary.threads;
    }
    for (const machine::YardstickRate& rate : machine::yardstick_rates()) {
        const std::vector<double> values = in_order(readings, rate.member);
        summary.best.*rate.member = rate.is_time ? values.front() : values.back();
        summary.median.*rate.member = stats::quantile(values, 0.5);
        summary.worst.*rate.member = rate.is_time ? values.back() : values.front();
    }
    const std::vector<std::int64_t> took_ns = in_order(readings, &YardstickReading::took_ns);
    summary.best.took_ns = took_ns.front();
    summary.median.took_ns = took_ns[took_ns.size() / 2];
    summary.worst.took_ns = took_ns.back();
    return summary;
}

}  // namespace

std::vector<YardstickReading> yardstick_readings(const records::Launch& launch) {
    std::vector<YardstickReading> readings;
    for (const records::Block& block : launch.blocks) {
        if (block.yardstick) {
            readings.push_back(*block.yardstick);
        }
    }
    return readings;
}

std::vector<YardstickSummary> summarise_yardstick(const std::vector<YardstickReading>& readings) {
    std::map<int, std::vector<YardstickReading>> by_threads;
    for (const YardstickReading& reading : readings) {
        by_threads[reading.threads].push_back(reading);
    }
    std::vector<YardstickSummary> summaries;
    for (const auto& [threads, of_threads] : by_threads) {
        summaries.push_back(summary_of(of_threads));
    }
    return summaries;
}

}  // namespace gravbench::figures
