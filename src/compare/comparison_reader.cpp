#include "compare/comparison_reader.h"

#include <fmt/format.h>

#include <algorithm>
#include <fstream>

#include "base/checked_json.h"
#include "base/errors.h"
#include "base/files.h"
#include "base/json.h"
#include "compare/comparison_json.h"
#include "document/strict_json.h"

namespace gravbench::compare {
namespace {

/// Takes a document's events until its member "schema" has its value. False from an event ends the reading.
class SchemaFinder : public nlohmann::json_sax<Json> {
  public:
    bool null() override { return is_elsewhere(); }
    bool boolean(bool) override { return is_elsewhere(); }
    bool number_integer(number_integer_t) override { return is_elsewhere(); }
    bool number_unsigned(number_unsigned_t) override { return is_elsewhere(); }
    bool number_float(number_float_t, const string_t&) override { return is_elsewhere(); }
    bool binary(binary_t&) override { return is_elsewhere(); }
    bool string(string_t& text) override {
        schema_ = is_elsewhere() ? schema_ : text;
        return is_elsewhere();
    }
    bool start_object(std::size_t) override { return is_elsewhere() && ++depth_ > 0; }
    bool start_array(std::size_t) override { return depth_ > 0 && is_elsewhere() && ++depth_ > 0; }
    bool key(string_t& name) override {
        is_at_schema_ = depth_ == 1 && name == "schema";
        return true;
    }
    bool end_object() override { return --depth_ > 0; }
    bool end_array() override { return --depth_ > 0; }
    bool parse_error(std::size_t, const std::string&, const nlohmann::detail::exception&) override { return false; }

    const std::string& schema() const { return schema_; }

  private:
    bool is_elsewhere() const { return !is_at_schema_; }

    int depth_ = 0;
    bool is_at_schema_ = false;
    std::string schema_;
};

using OptionalNumber = std::optional<double>;

OptionalNumber number(const Json& json, const char* name, const std::string& where) {
    return required_member(json, name, where).is_null() ? std::nullopt
                                                        : OptionalNumber(required<double>(json, name, where));
}

std::string text(const Json& json, const char* name, const std::string& where) {
    return optional_member<std::string>(json, name, "", where);
}

std::optional<stats::Interval> interval(const Json& json, const char* name, const std::string& where) {
    if (required_member(json, name, where).is_null()) {
        return std::nullopt;
    }
    const auto ends = required<std::vector<double>>(json, name, where);
    if (ends.size() != 2) {
        throw_wrong_type(name, where, json.at(name));
    }
    return stats::Interval{ends[0], ends[1]};
}

const Json& list(const Json& json, const char* name, const std::string& where) {
    const Json& found = required_member(json, name, where);
    if (!found.is_array()) {
        throw_wrong_type(name, where, found);
    }
    return found;
}

std::string place(const std::string& where, const char* name, std::size_t index) {
    return fmt::format("{}: {}[{}]", where, name, index);
}

const Metric& metric_from(const Json& json, const std::string& where) {
    const auto name = required<std::string>(json, "metric", where);
    const auto found =
        std::find_if(metrics().begin(), metrics().end(), [&](const Metric& metric) { return metric.name == name; });
    if (found == metrics().end()) {
        throw DataError(fmt::format("{}: \"metric\": \"{}\" is not one of {}", where, name, metric_names()));
    }
    return *found;
}

Verdict verdict_from(const Json& json, const char* name, const Metric& metric, const std::string& where) {
    const auto word = required<std::string>(json, name, where);
    std::string words;
    for (const Verdict verdict :
         {Verdict::better, Verdict::worse, Verdict::same, Verdict::inconclusive, Verdict::not_compared}) {
        if (name_of(verdict, metric) == word) {
            return verdict;
        }
        words += (words.empty() ? "" : ", ") + name_of(verdict, metric);
    }
    throw DataError(
        fmt::format("{}: \"{}\": \"{}\" is not one of {}, which a {} can be", where, name, word, words, metric.name));
}

Settling settling_from(const Json& json, const std::string& where) {
    return {required<std::size_t>(json, "launches", where),
            std::clamp(number(json, "seconds", where).value_or(0), 0.0, most_settling_seconds),
            optional_member<bool>(json, "in_one_run", false, where),
            optional_member<bool>(json, "of_fixed_launches", true, where),
            number(json, "other_tolerance", where).value_or(0)};
}

KnownSpread spread_from(const Json& json, const char* name, const std::string& where) {
    const Json& side = required_member(json, name, where);
    const std::string at = where + "." + name;
    checked::check_object(side, at);
    constexpr double most_deviation = 100;
    constexpr double most_degrees = 1e9;
    const double deviation = checked::number_not_negative(side, "deviation", at);
    const double degrees = checked::number_not_negative(side, "degrees_of_freedom", at);
    if (deviation > most_deviation) {
        checked::throw_unexpected(at + ".deviation", "a share of at most 100", side.at("deviation"));
    }
    if (degrees <= 0 || degrees > most_degrees) {
        checked::throw_unexpected(at + ".degrees_of_freedom", "a number above 0", side.at("degrees_of_freedom"));
    }
    KnownSpread known;
    known.spread.variance = {deviation * deviation, degrees};
    known.runs = static_cast<std::size_t>(checked::small_integer(side, "runs", at));
    const std::string from = checked::text(side, "from", at);
    if (from != (known.runs == 0 ? "assumed" : "history")) {
        checked::throw_unexpected(at + ".from", "\"history\" with runs above 0, \"assumed\" with 0", side.at("from"));
    }
    return known;
}

/// Comparisons of one run have none, nor those of before two runs had a spread.
std::optional<RunSpreads> spreads_from(const Json& json, const std::string& where) {
    if (!json.contains("run_spread") || json.at("run_spread").is_null()) {
        return std::nullopt;
    }
    const Json& spreads = json.at("run_spread");
    const std::string at = where + ".run_spread";
    checked::check_object(spreads, at);
    return RunSpreads{spread_from(spreads, "base", at), spread_from(spreads, "new", at)};
}

Disturbed disturbed_from(const Json& json, const Metric& metric, const std::string& where) {
    Disturbed disturbed;
    disturbed.blocks = required<std::size_t>(json, "blocks", where);
    disturbed.of_blocks = required<std::size_t>(json, "of_blocks", where);
    const OptionalNumber value = number(json, "ratio_without", where);
    const auto ci95 = interval(json, "ratio_without_ci95", where);
    if (value && ci95) {
        disturbed.ratio.emplace();
        disturbed.ratio->value = *value;
        disturbed.ratio->ci95 = *ci95;
        disturbed.verdict = verdict_from(json, "verdict_without", metric, where);
    }
    return disturbed;
}

/// Nothing where figures are exact, one of each side.
std::optional<stats::RatioEstimate> ratio_from(const Json& json, const std::string& where) {
    const OptionalNumber value = number(json, "ratio", where);
    const auto ci95 = interval(json, "ratio_ci95", where);
    if (!value || !ci95) {
        return std::nullopt;
    }
    stats::RatioEstimate ratio;
    ratio.value = *value;
    ratio.ci95 = *ci95;
    ratio.standard_error = required<double>(json, "standard_error", where);
    return ratio;
}

/// Nothing where figures are exact.
std::optional<PValue> p_value_from(const Json& json, const std::string& where) {
    const OptionalNumber alone = number(json, "p_value", where);
    return alone ? std::optional(PValue{*alone, required<double>(json, "adjusted_p_value", where)}) : std::nullopt;
}

CellComparison cell_from(const Json& json, const std::string& where) {
    CellComparison cell;
    cell.metric = &metric_from(json, where);
    cell.base_key = required<std::string>(json, "base", where);
    cell.other_key = required<std::string>(json, "new", where);
    cell.difference = required<std::string>(json, "difference", where);
    cell.verdict = verdict_from(json, "verdict", *cell.metric, where);
    cell.reason = text(json, "reason", where);
    cell.base = number(json, "base_value", where);
    cell.other = number(json, "new_value", where);
    cell.ratio = ratio_from(json, where);
    cell.p_value = p_value_from(json, where);
    cell.run_spreads = spreads_from(json, where);
    cell.is_paired = required<bool>(json, "is_paired", where);
    cell.base_launches = required<std::size_t>(json, "base_launches", where);
    cell.other_launches = required<std::size_t>(json, "new_launches", where);
    cell.smallest_detectable = number(json, "smallest_detectable_ratio", where);
    if (const Json& settling = required_member(json, "settling", where); !settling.is_null()) {
        cell.settling = settling_from(settling, where + ".settling");
    }
    if (const Json& disturbed = required_member(json, "disturbed", where); !disturbed.is_null()) {
        cell.disturbed = disturbed_from(disturbed, *cell.metric, where + ".disturbed");
    }
    return cell;
}

/// Comparisons of before there was a yardstick have none.
std::vector<SpeedRatio> speeds_from(const Json& json, const std::string& where) {
    std::vector<SpeedRatio> speeds;
    if (!json.contains("yardstick")) {
        return speeds;
    }
    for (const Json& speed : list(json, "yardstick", where)) {
        const std::string at = place(where, "yardstick", speeds.size());
        const auto name = required<std::string>(speed, "rate", at);
        const auto& rates = machine::yardstick_rates();
        if (std::none_of(rates.begin(), rates.end(), [&](const auto& rate) { return rate.name == name; })) {
            throw DataError(fmt::format("{}: \"rate\": \"{}\" is no rate of the yardstick", at, name));
        }
        stats::RatioEstimate ratio;
        ratio.value = required<double>(speed, "ratio", at);
        const auto ci95 = interval(speed, "ratio_ci95", at);
        if (!ci95) {
            throw_wrong_type("ratio_ci95", at, speed.at("ratio_ci95"));
        }
        ratio.ci95 = *ci95;
        speeds.push_back(
            {name, static_cast<int>(checked::integer(speed, "threads", machine::yardstick_threads, at)), ratio});
    }
    return speeds;
}

std::vector<Warning> warnings_from(const Json& json, const std::string& where) {
    std::vector<Warning> warnings;
    for (const Json& warning : list(json, "warnings", where)) {
        const std::string at = place(where, "warnings", warnings.size());
        warnings.push_back({required<std::string>(warning, "code", at), required<std::string>(warning, "message", at),
                            required<std::size_t>(warning, "cells", at)});
    }
    return warnings;
}

ComparisonOptions options_from(const Json& json, const std::vector<CellComparison>& cells, const std::string& where) {
    ComparisonOptions options;
    options.metrics.clear();
    for (const CellComparison& cell : cells) {
        if (std::find(options.metrics.begin(), options.metrics.end(), cell.metric->name) == options.metrics.end()) {
            options.metrics.push_back(cell.metric->name);
        }
    }
    options.rule.tolerance = required<double>(json, "tolerance", where);
    options.rule.false_discovery_rate = required<double>(json, "false_discovery_rate", where);
    return options;
}

}  // namespace

bool is_comparison(const std::filesystem::path& path) {
    // What is read of a pipe is gone for who reads it next.
    std::error_code ignored;
    if (!std::filesystem::is_regular_file(path, ignored)) {
        return false;
    }
    std::ifstream file(path, std::ios::binary);
    SchemaFinder finder;
    // Without strictness: what stands behind the member is nobody's business here.
    Json::sax_parse(file, &finder, nlohmann::json::input_format_t::json, /*strict=*/false);
    return finder.schema() == comparison_schema_name;
}

Comparison read_comparison(const std::filesystem::path& path) {
    const std::string where = path.string();
    const Json json = document::strict_json(read_file(path), where);
    if (text(json, "schema", where) != comparison_schema_name) {
        throw DataError(fmt::format("{}: \"schema\" is not \"{}\"", where, comparison_schema_name));
    }
    Comparison comparison;
    comparison.base_name = required<std::string>(json, "base", where);
    comparison.other_name = required<std::string>(json, "new", where);
    for (const Json& cell : list(json, "cells", where)) {
        comparison.cells.push_back(cell_from(cell, place(where, "cells", comparison.cells.size())));
    }
    comparison.options = options_from(json, comparison.cells, where);
    comparison.only_in_base = required<std::vector<std::string>>(json, "only_in_base", where);
    comparison.only_in_other = required<std::vector<std::string>>(json, "only_in_new", where);
    if (checked::has(json, "settling_command")) {
        comparison.settling_command = checked::texts(json, "settling_command", where);
        comparison.settling_seconds =
            std::clamp(number(json, "settling_seconds", where).value_or(0), 0.0, most_settling_seconds);
    }
    comparison.machine_speeds = speeds_from(json, where);
    comparison.warnings = warnings_from(json, where);
    return comparison;
}

}  // namespace gravbench::compare
