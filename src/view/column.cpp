#include "view/column.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "plan/setting.h"

namespace gravbench::view {
namespace {

using Digits = Column::Digits;

Json at(const Json& cell, const char* pointer) {
    const Json::json_pointer place(pointer);
    return cell.contains(place) ? cell.at(place) : Json();
}

Json requested(const Json& cell, const std::string& name) { return cell.at("settings").at("requested").value(name, Json()); }

/// "tokens=8,images=1"
Json assignments(const Json& cell, const std::string& name) {
    std::string text;
    for (const auto& [key, value] : member_or_empty(cell.at("settings").at("requested"), name).items()) {
        text += fmt::format("{}{}={}", text.empty() ? "" : " ", key, value.is_string() ? value.get<std::string>() : value.dump());
    }
    return text.empty() ? Json() : Json(text);
}

Json interval(const Json& cell, const char* pointer) {
    const Json both = at(cell, pointer);
    return both.is_null() ? Json() : Json(fmt::format("{:.4g} .. {:.4g}", both.at(0).get<double>(), both.at(1).get<double>()));
}

Json bytes_to_mib(const Json& bytes) { return bytes.is_null() ? Json() : Json(bytes.get<double>() / (1 << 20)); }

Json problem_codes(const Json& cell, const std::string&) {
    std::string codes;
    for (const Json& problem : cell.at("problems")) {
        const auto code = problem.at("code").get<std::string>();
        if (codes.find(code) == std::string::npos) {
            codes += (codes.empty() ? "" : " ") + code;
        }
    }
    return codes.empty() ? Json() : Json(codes);
}

/// Whether people need to see a setting: it differs between cells, or from its default.
bool is_of_interest(const Json& document, const plan::Setting& setting) {
    const bool is_shape = setting.via == plan::Setting::Via::shape;
    for (const Json& cell : document.at("cells")) {
        const Json value = requested(cell, setting.name);
        if (!value.is_null() && (is_shape || value != setting.default_value)) {
            return true;
        }
    }
    return false;
}

std::vector<Column> figures() {
    const auto column = [](const char* name, const char* heading, Json (*value)(const Json&, const std::string&), bool is_shown,
                           Digits digits) { return Column{name, heading, value, is_shown, digits}; };
    constexpr Digits significant = Digits::significant;
    return {
        column("p50_ms", "p50 ms", [](const Json& cell, const std::string&) { return at(cell, "/latency_ms/p50"); }, true, significant),
        column("p50_ci95_ms", "95% interval", [](const Json& cell, const std::string&) { return interval(cell, "/latency_ms/p50_ci95"); }, true, significant),
        column("mean_ms", "mean ms", [](const Json& cell, const std::string&) { return at(cell, "/latency_ms/mean"); }, false, significant),
        column("stddev_ms", "stddev ms", [](const Json& cell, const std::string&) { return at(cell, "/latency_ms/stddev"); }, false, significant),
        column("min_ms", "min ms", [](const Json& cell, const std::string&) { return at(cell, "/latency_ms/min"); }, false, significant),
        column("p90_ms", "p90 ms", [](const Json& cell, const std::string&) { return at(cell, "/latency_ms/p90"); }, true, significant),
        column("p95_ms", "p95 ms", [](const Json& cell, const std::string&) { return at(cell, "/latency_ms/p95"); }, false, significant),
        column("p99_ms", "p99 ms", [](const Json& cell, const std::string&) { return at(cell, "/latency_ms/p99"); }, true, significant),
        column("p99_9_ms", "p99.9 ms", [](const Json& cell, const std::string&) { return at(cell, "/latency_ms/p99_9"); }, false, significant),
        column("max_ms", "max ms", [](const Json& cell, const std::string&) { return at(cell, "/latency_ms/max"); }, false, significant),
        column("throughput_per_s", "items/s", [](const Json& cell, const std::string&) { return at(cell, "/throughput_per_s/value"); }, true, significant),
        column("cosine_similarity", "cosine", [](const Json& cell, const std::string&) { return at(cell, "/accuracy/cosine_similarity"); }, true, Digits::six_decimals),
        column("max_abs_error", "max error", [](const Json& cell, const std::string&) { return at(cell, "/accuracy/max_abs_error"); }, false, significant),
        column("top1_agreement", "top-1", [](const Json& cell, const std::string&) { return at(cell, "/accuracy/top1_agreement"); }, false, significant),
        column("load_ms", "load ms", [](const Json& cell, const std::string&) { return at(cell, "/cold_start_ms/load"); }, false, significant),
        column("first_inference_ms", "first ms", [](const Json& cell, const std::string&) { return at(cell, "/cold_start_ms/first_inference"); }, true, significant),
        column("peak_rss_mib", "peak MiB", [](const Json& cell, const std::string&) { return bytes_to_mib(at(cell, "/memory/peak_rss_bytes")); }, true, Digits::whole),
        column("samples", "samples", [](const Json& cell, const std::string&) { return at(cell, "/latency_ms/samples"); }, false, Digits::whole),
        column("launches", "launches", [](const Json& cell, const std::string&) { return at(cell, "/latency_ms/launches"); }, false, Digits::whole),
        column("problems", "problems", problem_codes, true, significant),
    };
}

}  // namespace

std::vector<Column> columns_for(const Json& document) {
    std::vector<Column> columns{
        {"model", "model", [](const Json& cell, const std::string&) { return at(cell, "/model/name"); }, true, Digits::significant}};
    for (const plan::Setting& setting : plan::settings()) {
        columns.push_back({setting.name, setting.name, requested, is_of_interest(document, setting), Digits::whole});
    }
    for (const char* name : {plan::shape_key, plan::env_key}) {
        const bool is_given = std::any_of(document.at("cells").begin(), document.at("cells").end(),
                                          [&](const Json& cell) { return !assignments(cell, name).is_null(); });
        columns.push_back({name, name, assignments, is_given, Digits::whole});
    }
    for (Column& column : figures()) {
        columns.push_back(std::move(column));
    }
    return columns;
}

std::string readable(const Column& column, const Json& value) {
    if (value.is_null()) {
        return "-";
    }
    if (value.is_string()) {
        return value.get<std::string>();
    }
    if (!value.is_number()) {
        return value.dump();
    }
    const auto number = value.get<double>();
    switch (column.digits) {
        case Digits::six_decimals:
            return fmt::format("{:.6f}", number);
        case Digits::whole:
            return fmt::format("{:.0f}", number);
        case Digits::significant:
            break;
    }
    // Four digits that matter, without an exponent: 0.02314, 62.14, 1234.
    const int after_point = number == 0 ? 1 : std::max(0, 3 - static_cast<int>(std::floor(std::log10(std::abs(number)))));
    return fmt::format("{:.{}f}", number, std::min(after_point, 9));
}

}  // namespace gravbench::view
