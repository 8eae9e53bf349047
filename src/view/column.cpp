#include "view/column.h"

#include <fmt/format.h>

#include <algorithm>

#include "plan/setting.h"
#include "view/number.h"

namespace gravbench::view {
namespace {

using Digits = Column::Digits;

Json at(const Json& cell, const std::string& pointer) {
    const Json::json_pointer place(pointer);
    return cell.contains(place) ? cell.at(place) : Json();
}

/// The figure at a place in the cell.
Column::Value from(const std::string& pointer) {
    return [pointer](const Json& cell) { return at(cell, pointer); };
}

Json requested(const Json& cell, const std::string& name) {
    return cell.at("settings").at("requested").value(name, Json());
}

/// "tokens=8,images=1"
Json assignments(const Json& cell, const std::string& name) {
    std::string text;
    for (const auto& [key, value] : member_or_empty(cell.at("settings").at("requested"), name).items()) {
        text += fmt::format("{}{}={}", text.empty() ? "" : " ", key,
                            value.is_string() ? value.get<std::string>() : value.dump());
    }
    return text.empty() ? Json() : Json(text);
}

Json p50_interval(const Json& cell) {
    const Json both = at(cell, "/latency_ms/p50_ci95");
    return both.is_null()
               ? Json()
               : Json(four_digits(both.at(0).get<double>()) + " .. " + four_digits(both.at(1).get<double>()));
}

Json peak_mib(const Json& cell) {
    const Json bytes = at(cell, "/memory/peak_rss_bytes");
    return bytes.is_null() ? Json() : Json(bytes.get<double>() / (1 << 20));
}

/// A share as people read it, in percent.
Column::Value percent_from(const std::string& pointer) {
    return [pointer](const Json& cell) {
        const Json share = at(cell, pointer);
        return share.is_number() ? Json(100 * share.get<double>()) : Json();
    };
}

Json problem_codes(const Json& cell) {
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
    constexpr Digits digits = Digits::significant;
    constexpr bool shown = true;
    constexpr bool only_csv = false;
    return {
        {"p50_ms", "p50 ms", from("/latency_ms/p50"), shown, digits},
        {"p50_ci95_ms", "95% interval", p50_interval, shown, digits},
        {"mean_ms", "mean ms", from("/latency_ms/mean"), only_csv, digits},
        {"stddev_ms", "stddev ms", from("/latency_ms/stddev"), only_csv, digits},
        {"min_ms", "min ms", from("/latency_ms/min"), only_csv, digits},
        {"p90_ms", "p90 ms", from("/latency_ms/p90"), shown, digits},
        {"p95_ms", "p95 ms", from("/latency_ms/p95"), only_csv, digits},
        {"p99_ms", "p99 ms", from("/latency_ms/p99"), shown, digits},
        {"p99_9_ms", "p99.9 ms", from("/latency_ms/p99_9"), only_csv, digits},
        {"max_ms", "max ms", from("/latency_ms/max"), only_csv, digits},
        {"throughput_per_s", "items/s", from("/throughput_per_s/value"), shown, digits},
        {"cosine_similarity", "cosine", from("/accuracy/cosine_similarity"), shown, Digits::six_decimals},
        {"max_abs_error", "max error", from("/accuracy/max_abs_error"), only_csv, digits},
        {"top1_agreement", "top-1", from("/accuracy/top1_agreement"), only_csv, digits},
        {"load_ms", "load ms", from("/cold_start_ms/load"), only_csv, digits},
        {"first_inference_ms", "first ms", from("/cold_start_ms/first_inference"), shown, digits},
        {"peak_rss_mib", "peak MiB", peak_mib, shown, Digits::whole},
        {"bf16_percent", "bf16 %", percent_from("/audit/bf16/engaged"), shown, Digits::whole},
        {"acl_percent", "ACL %", percent_from("/audit/acl_share"), only_csv, Digits::whole},
        {"outside_onednn_percent", "outside oneDNN %", percent_from("/audit/time_share/outside_onednn"), only_csv,
         Digits::whole},
        {"samples", "samples", from("/latency_ms/samples"), only_csv, Digits::whole},
        {"launches", "launches", from("/latency_ms/launches"), only_csv, Digits::whole},
        {"problems", "problems", problem_codes, shown, digits},
    };
}

}  // namespace

std::vector<Column> columns_for(const Json& document) {
    std::vector<Column> columns{{"model", "model", from("/model/name"), true, Digits::significant}};
    for (const plan::Setting& setting : plan::settings()) {
        const std::string name = setting.name;
        const auto value = [name](const Json& cell) { return requested(cell, name); };
        columns.push_back({name, name, value, is_of_interest(document, setting), Digits::whole});
    }
    for (const std::string& name : {std::string(plan::shape_key), std::string(plan::env_key)}) {
        const auto value = [name](const Json& cell) { return assignments(cell, name); };
        const bool is_given = std::any_of(document.at("cells").begin(), document.at("cells").end(),
                                          [&](const Json& cell) { return !assignments(cell, name).is_null(); });
        columns.push_back({name, name, value, is_given, Digits::whole});
    }
    const bool has_audit = std::any_of(document.at("cells").begin(), document.at("cells").end(),
                                       [](const Json& cell) { return !at(cell, "/audit/bf16/engaged").is_null(); });
    for (Column& column : figures()) {
        column.is_shown = column.is_shown && (column.name != "bf16_percent" || has_audit);
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
    return four_digits(number);
}

}  // namespace gravbench::view
