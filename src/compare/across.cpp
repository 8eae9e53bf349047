#include "compare/across.h"

#include <algorithm>
#include <filesystem>
#include <map>

#include "compare/metric.h"

namespace gravbench::compare {
namespace {

using Figure = std::optional<double>;

Figure number_at(const Json& json, const std::string& pointer) {
    const Json::json_pointer place(pointer);
    return json.contains(place) && json.at(place).is_number() ? Figure(json.at(place).get<double>()) : std::nullopt;
}

/// The engine's name stands in a key only where it is not the usual one; machines have their own.
std::string key_without_engine(const MeasuredCell& cell) {
    std::string key = cell.key();
    const auto engine = key.find("engine=");
    if (engine != std::string::npos) {
        const auto end = key.find(',', engine);
        const bool is_last = end == std::string::npos;
        const auto begin = is_last && engine > 0 ? engine - 1 : engine;
        key.erase(begin, is_last ? std::string::npos : end + 1 - begin);
    }
    return key;
}

std::string name_of(const MeasuredDocument& document) {
    const Json type = document.machine.value("instance_type", Json());
    return type.is_string() ? type.get<std::string>() : std::filesystem::path(document.name).stem().string();
}

/// Two documents of one instance type are told apart by their files.
std::vector<std::string> names_of(const std::vector<MeasuredDocument>& documents) {
    std::map<std::string, int> count;
    for (const MeasuredDocument& document : documents) {
        ++count[name_of(document)];
    }
    std::vector<std::string> names;
    for (const MeasuredDocument& document : documents) {
        const std::string name = name_of(document);
        names.push_back(count[name] > 1 ? name + " (" + document.name + ")" : name);
    }
    return names;
}

std::string objection(const MeasuredCell& cell) {
    const Json& problems = cell.facts.at("problems");
    for (const Json& problem : problems) {
        if (problem.value("code", "") == "emulated") {
            return "emulated";
        }
    }
    if (cell.facts.at("valid") == false) {
        return problems.empty() ? "no complete launch" : problems.front().value("code", "not valid");
    }
    return "";
}

std::vector<double> p50_of_launches(const MeasuredCell& cell) {
    const Metric& p50 = find_metric("p50");
    std::vector<double> figures;
    for (const MeasuredLaunch& launch : cell.launches) {
        if (const auto figure = p50.of_launch(cell, launch)) {
            figures.push_back(*figure);
        }
    }
    return figures;
}

AcrossEntry entry_of(const MeasuredCell& cell, const Json& machine) {
    AcrossEntry entry;
    entry.reason = objection(cell);
    if (!entry.reason.empty()) {
        return entry;
    }
    entry.p50_ms = number_at(cell.facts, "/latency_ms/p50");
    const auto low = number_at(cell.facts, "/latency_ms/p50_ci95/0");
    const auto high = number_at(cell.facts, "/latency_ms/p50_ci95/1");
    if (low && high) {
        entry.p50_ci95 = stats::Interval{*low, *high};
    }
    entry.throughput_per_s = number_at(cell.facts, "/throughput_per_s/value");
    entry.cosine = number_at(cell.facts, "/accuracy/cosine_similarity");
    const auto divided_by = [&](const char* pointer) {
        const auto count = number_at(machine, pointer);
        return entry.throughput_per_s && count && *count > 0 ? Figure(*entry.throughput_per_s / *count) : std::nullopt;
    };
    entry.per_vcpu_per_s = divided_by("/vcpus");
    entry.per_core_per_s = divided_by("/physical_cores");
    return entry;
}

Json known(const Figure& figure) {
    return figure ? Json(*figure) : Json();
}

}  // namespace

Across line_up(const std::vector<MeasuredDocument>& documents) {
    Across across;
    across.machines = names_of(documents);
    std::map<std::string, std::size_t> rows;
    std::vector<std::vector<double>> firsts;
    for (std::size_t i = 0; i < documents.size(); ++i) {
        const Json cpu = documents[i].machine.value("cpu", Json());
        across.cpus.push_back(cpu.is_string() ? cpu.get<std::string>() : "unknown CPU");
        for (const MeasuredCell& cell : documents[i].cells) {
            const std::string key = key_without_engine(cell);
            const auto [place, is_new] = rows.emplace(key, across.rows.size());
            if (is_new) {
                across.rows.push_back(
                    {key, std::vector<AcrossEntry>(documents.size(), {{}, {}, {}, {}, {}, {}, {}, "not measured"})});
                firsts.emplace_back();
            }
            AcrossEntry& entry = across.rows[place->second].entries[i] = entry_of(cell, documents[i].machine);
            const std::vector<double> figures = entry.reason.empty() ? p50_of_launches(cell) : std::vector<double>();
            std::vector<double>& first = firsts[place->second];
            if (first.size() >= 2 && figures.size() >= 2) {
                entry.ratio = stats::independent_ratio(first, figures);
            } else if (first.empty()) {
                first = figures;
            }
        }
    }
    return across;
}

Json to_json(const Across& across) {
    Json rows = Json::array();
    for (const AcrossRow& row : across.rows) {
        Json entries = Json::array();
        for (const AcrossEntry& entry : row.entries) {
            entries.push_back(
                {{"p50_ms", known(entry.p50_ms)},
                 {"p50_ci95_ms", entry.p50_ci95 ? Json{entry.p50_ci95->low, entry.p50_ci95->high} : Json()},
                 {"throughput_per_s", known(entry.throughput_per_s)},
                 {"per_vcpu_per_s", known(entry.per_vcpu_per_s)},
                 {"per_core_per_s", known(entry.per_core_per_s)},
                 {"cosine_similarity", known(entry.cosine)},
                 {"ratio", entry.ratio ? Json(entry.ratio->value) : Json()},
                 {"ratio_ci95", entry.ratio ? Json{entry.ratio->ci95.low, entry.ratio->ci95.high} : Json()},
                 {"reason", entry.reason.empty() ? Json() : Json(entry.reason)}});
        }
        rows.push_back({{"key", row.key}, {"entries", entries}});
    }
    return {{"schema", "gravbench.across/1"}, {"machines", across.machines}, {"cpus", across.cpus}, {"rows", rows}};
}

}  // namespace gravbench::compare
