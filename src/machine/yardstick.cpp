#include "machine/yardstick.h"

#include "base/text.h"

namespace gravbench::machine {
namespace {

double rate_from(const Json& json, const char* key, const std::string& where) {
    const double rate = checked::number_not_negative(json, key, where);
    if (!is_rate(rate)) {
        checked::throw_unexpected(checked::place_of(where, key), allowed_rates, json[key]);
    }
    return rate;
}

/// It stands in a line for people, whoever sent it.
std::string short_text_from(const Json& json, const char* key, const std::string& where) {
    constexpr std::size_t most = 100;
    std::string text = checked::text(json, key, where);
    if (text.empty() || text.size() > most || !is_plain(text)) {
        checked::throw_unexpected(checked::place_of(where, key), "one line of at most 100 bytes", json[key]);
    }
    return text;
}

PracticalPeak practical_peak_from(const Json& json, const std::string& where) {
    constexpr checked::Range sizes{1, 1'000'000};
    return {short_text_from(json, "type", where), rate_from(json, "gflops", where),
            short_text_from(json, "kernel", where), static_cast<int>(checked::integer(json, "size", sizes, where))};
}

}  // namespace

const std::vector<YardstickRate>& yardstick_rates() {
    using Reading = YardstickReading;
    static const std::vector<YardstickRate> table{
        {"f32_gflops", "f32", "GFLOP/s", &Reading::f32_gflops},
        {"bf16_gflops", "bf16", "GFLOP/s", &Reading::bf16_gflops},
        {"clock_ghz", "clock", "GHz", &Reading::clock_ghz},
        {"l2_gb_per_s", "L2", "GB/s", &Reading::l2_gb_per_s},
        {"llc_gb_per_s", "LLC", "GB/s", &Reading::llc_gb_per_s},
        {"memory_gb_per_s", "memory", "GB/s", &Reading::memory_gb_per_s},
        {"load_ns", "load", "ns", &Reading::load_ns, /*is_time=*/true},
    };
    return table;
}

Json to_json(const YardstickReading& reading) {
    Json json;
    json["threads"] = reading.threads;
    for (const YardstickRate& rate : yardstick_rates()) {
        json[rate.name] = reading.*rate.member;
    }
    json["took_ns"] = reading.took_ns;
    return json;
}

Json to_json(const YardstickDescription& description) {
    Json json;
    json["f32_loop"] = description.f32_loop;
    json["bf16_loop"] = description.bf16_loop;
    json["triad_loop"] = description.triad_loop;
    json["l2_bytes"] = description.l2_bytes;
    json["llc_bytes"] = description.llc_bytes;
    json["memory_bytes"] = description.memory_bytes;
    return json;
}

Json to_json(const PracticalPeaks& peaks) {
    Json json{{"threads", peaks.threads}, {"library", peaks.library}, {"peaks", Json::array()}};
    for (const PracticalPeak& peak : peaks.peaks) {
        json["peaks"].push_back(
            {{"type", peak.type}, {"gflops", peak.gflops}, {"kernel", peak.kernel}, {"size", peak.size}});
    }
    return json;
}

YardstickReading yardstick_reading_from(const Json& json, const std::string& where) {
    checked::check_object(json, where);
    YardstickReading reading;
    reading.threads = static_cast<int>(checked::integer(json, "threads", yardstick_threads, where));
    for (const YardstickRate& rate : yardstick_rates()) {
        reading.*rate.member = rate_from(json, rate.name, where);
    }
    reading.took_ns = checked::integer(json, "took_ns", checked::duration_ns, where);
    return reading;
}

YardstickDescription yardstick_description_from(const Json& json, const std::string& where) {
    checked::check_object(json, where);
    const auto bytes = [&](const char* key) { return checked::integer(json, key, checked::not_negative, where); };
    YardstickDescription description;
    description.f32_loop = checked::text(json, "f32_loop", where);
    description.bf16_loop = checked::text(json, "bf16_loop", where);
    description.triad_loop = checked::text(json, "triad_loop", where);
    description.l2_bytes = bytes("l2_bytes");
    description.llc_bytes = bytes("llc_bytes");
    description.memory_bytes = bytes("memory_bytes");
    return description;
}

PracticalPeaks practical_peaks_from(const Json& json, const std::string& where) {
    checked::check_object(json, where);
    PracticalPeaks peaks;
    peaks.threads = static_cast<int>(checked::integer(json, "threads", yardstick_threads, where));
    peaks.library = short_text_from(json, "library", where);
    for (const Json& peak : checked::list(json, "peaks", where)) {
        peaks.peaks.push_back(practical_peak_from(peak, checked::place_of(where, "peaks", peaks.peaks.size())));
    }
    return peaks;
}

}  // namespace gravbench::machine
