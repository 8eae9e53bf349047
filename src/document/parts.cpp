#include "document/parts.h"

#include <fmt/format.h>

#include <set>

#include "base/errors.h"

namespace gravbench::document {
namespace {

std::optional<double> number_or_null(const Json& object, const std::string& key, const std::string& where) {
    const auto found = object.find(key);
    if (found == object.end() || found->is_null()) {
        return std::nullopt;
    }
    return required<double>(object, key, where);
}

/// A time, a rate, a size: never below 0.
std::optional<double> amount_or_null(const Json& object, const std::string& key, const std::string& where) {
    const auto number = number_or_null(object, key, where);
    if (number && !(*number >= 0)) {
        throw DataError(fmt::format("{}: \"{}\" is {}, expected a number that is not below 0", where, key, *number));
    }
    return number;
}

std::string text_or_empty(const Json& object, const char* key, const std::string& where) {
    return optional_member<std::string>(object, key, "", where);
}

}  // namespace

const Json& object_member(const Json& object, const char* key, const std::string& where) {
    const Json& member = required_member(object, key, where);
    if (!member.is_object()) {
        throw_wrong_type(key, where, member);
    }
    return member;
}

const Json* object_or_null(const Json& object, const char* key, const std::string& where) {
    const auto found = object.find(key);
    return found == object.end() || found->is_null() ? nullptr : &object_member(object, key, where);
}

Run run_from(const Json& json, const std::string& where) {
    Run run;
    run.id = required<std::string>(json, "id", where);
    run.started = text_or_empty(json, "started", where);
    run.finished = text_or_empty(json, "finished", where);
    const auto status = optional_member<std::string>(json, "status", "complete", where);
    if (status != "complete" && status != "partial") {
        throw DataError(fmt::format("{}: \"status\" is \"{}\", expected complete or partial", where, status));
    }
    run.is_complete = status == "complete";
    if (const Json* tool = object_or_null(json, "tool", where)) {
        run.tool = {text_or_empty(*tool, "version", where), text_or_empty(*tool, "commit", where)};
    }
    run.command = text_or_empty(json, "command", where);
    run.seed = optional_member<std::uint64_t>(json, "seed", 0, where);
    if (const Json* given = object_or_null(json, "given", where)) {
        run.given = *given;
    }
    return run;
}

std::map<std::string, std::string> texts_from(const Json& json, const std::string& where) {
    std::map<std::string, std::string> texts;
    for (const auto& [name, item] : json.items()) {
        texts[name] = required<std::string>(json, name, where);
    }
    return texts;
}

namespace {

Model model_from(const Json& json, const std::string& where) {
    Model model;
    model.name = required<std::string>(json, "name", where);
    if (const auto sha256 = text_or_empty(json, "sha256", where); !sha256.empty()) {
        model.sha256 = sha256;
    }
    model.source = json.value("source", Json());
    if (const Json* weights = object_or_null(json, "weights", where)) {
        model.weights = *weights;
        model.weights_kind = text_or_empty(*weights, "kind", where);
    }
    return model;
}

records::Accuracy accuracy_from(const Json& json, const std::string& where) {
    records::Accuracy accuracy;
    accuracy.outputs = protocol::comparison_from(json, where);
    const Json& reference = object_member(json, "reference", where);
    accuracy.reference.engine = text_or_empty(reference, "engine", where);
    accuracy.reference.version = text_or_empty(reference, "version", where);
    accuracy.reference.arch = text_or_empty(reference, "arch", where);
    accuracy.reference.settings = text_or_empty(reference, "settings", where);
    if (const Json* check = object_or_null(reference, "export_check", where)) {
        accuracy.reference.export_check = protocol::comparison_from(*check, where + ": export_check");
    }
    return accuracy;
}

Audit audit_from(const Json& json, const std::string& where) {
    Audit audit;
    try {
        audit.kernels = audit::audit_from(json);
    } catch (const DataError& error) {
        throw DataError(where + ": " + error.what());
    }
    audit.unprofiled_ms = amount_or_null(json, "unprofiled_ms", where);
    if (const Json* shares = object_or_null(json, "time_share", where)) {
        audit.outside_onednn = number_or_null(*shares, "outside_onednn", where);
    }
    audit.outside_reason = text_or_empty(json, "outside_reason", where);
    if (const Json* bf16 = object_or_null(json, "bf16", where)) {
        audit.is_bf16_requested = optional_member<bool>(*bf16, "requested", false, where);
    }
    audit.busy_threads = optional_member<int>(json, "busy_threads", 0, where);
    audit.huge_page_bytes = optional_member<std::int64_t>(json, "huge_page_bytes", 0, where);
    return audit;
}

std::vector<findings::Problem> problems_from(const Json& cell, const std::string& where) {
    std::vector<findings::Problem> problems;
    for_each_item(cell, "problems", where, [&](const Json& json, const std::string& here) {
        problems.push_back({required<std::string>(json, "code", here), required<std::string>(json, "message", here)});
    });
    return problems;
}

}  // namespace

void check_launch_numbers(const Cell& cell, const std::string& where) {
    std::set<int> numbers;
    for (const Launch& launch : cell.launches) {
        if (!numbers.insert(launch.measured.number).second) {
            throw DataError(
                fmt::format("{}: launches: \"number\" {} stands there twice", where, launch.measured.number));
        }
    }
}

void read_common(CellText& text, const std::string& where, Cell& cell) {
    const Json& json = text.rest;
    const auto read_part = [&](const char* key, auto from, auto& member) {
        if (const Json* part = object_or_null(json, key, where)) {
            member = from(*part, where + "." + key);
        }
    };
    cell.key = required<std::string>(json, "key", where);
    cell.model = model_from(object_member(json, "model", where), where + ".model");
    cell.effective = std::move(text.settings.effective);
    cell.effects = std::move(text.settings.effects);
    read_part("environment", texts_from, cell.environment);
    cell.latency = std::move(text.figures.latency);
    cell.throughput = std::move(text.figures.throughput);
    cell.cold_start = text.figures.cold_start;
    cell.precision = std::move(text.figures.precision);
    if (const Json* memory = object_or_null(json, "memory", where)) {
        const auto peak = optional_member<std::int64_t>(*memory, "peak_rss_bytes", 0, where + ".memory");
        cell.peak_rss_bytes = peak > 0 ? std::optional(peak) : std::nullopt;
    }
    read_part("accuracy", accuracy_from, cell.accuracy);
    read_part("audit", audit_from, cell.audit);
    cell.problems = problems_from(json, where);
    cell.log_tail = text_or_empty(json, "log_tail", where);
    cell.is_valid = required<bool>(json, "valid", where);
}

}  // namespace gravbench::document
