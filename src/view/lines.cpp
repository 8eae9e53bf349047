#include "view/lines.h"

#include <fmt/format.h>

#include <algorithm>
#include <set>
#include <utility>
#include <vector>

#include "results/problem.h"

namespace gravbench::view {
namespace {

/// A later version's document may have problems that this one does not know.
std::string remedy_for(const std::string& code) {
    const auto& kinds = results::problem_kinds();
    const auto found =
        std::find_if(kinds.begin(), kinds.end(), [&](const results::ProblemKind& kind) { return kind.code == code; });
    return found == kinds.end() ? "not known to this version" : found->remedy;
}

/// What is said of cells, in the order in which it is first said, and the cells of which it is said alike.
std::vector<std::pair<std::string, std::vector<std::string>>> cells_by_problem(const Json& document) {
    std::vector<std::pair<std::string, std::vector<std::string>>> groups;
    for (const Json& cell : document.at("cells")) {
        for (const Json& problem : cell.at("problems")) {
            const auto code = problem.at("code").get<std::string>();
            const std::string said =
                fmt::format("{}: {} ({})", code, problem.at("message").get<std::string>(), remedy_for(code));
            auto group = std::find_if(groups.begin(), groups.end(), [&](const auto& one) { return one.first == said; });
            if (group == groups.end()) {
                group = groups.insert(groups.end(), {said, {}});
            }
            group->second.push_back(cell.at("key").get<std::string>());
        }
    }
    return groups;
}

}  // namespace

std::string machine_line(const Json& document) {
    const Json& machine = document.at("machine");
    const auto text = [](const Json& value) {
        return value.is_string() ? value.get<std::string>() : value.is_null() ? std::string("unknown") : value.dump();
    };
    const std::string instance = machine.at("instance_type").is_null() ? "" : text(machine.at("instance_type")) + ", ";
    std::string line =
        fmt::format("{}{}, {} cores of {} vCPUs, {}", instance,
                    machine.at("cpu").is_null() ? "unknown CPU" : text(machine.at("cpu")),
                    text(machine.at("physical_cores")), text(machine.at("vcpus")), text(machine.at("arch")));
    for (const Json& cell : document.at("cells")) {
        const Json& engine = cell.at("engine");
        if (!engine.is_null()) {
            const Json onednn = engine.at("libraries").value("onednn", Json());
            line += fmt::format("; engine {} {}{}", text(engine.at("name")), text(engine.at("version")),
                                onednn.is_string() ? ", oneDNN " + text(onednn) : "");
            break;
        }
    }
    return line + (machine.at("emulated") == true ? "\nEMULATED: the times below mean nothing.\n" : "\n");
}

std::string problem_lines(const Json& document) {
    std::string lines;
    for (const auto& [said, cells] : cells_by_problem(document)) {
        lines += fmt::format("problem  {}: {}\n", fmt::join(cells, ", "), said);
    }
    for (const Json& cell : document.at("cells")) {
        if (cell.contains("log_tail")) {
            lines += fmt::format("log  {}: the engine's log ends with:\n{}\n", cell.at("key").get<std::string>(),
                                 cell.at("log_tail").get<std::string>());
        }
    }
    return lines;
}

std::string weights_line(const Json& document) {
    std::set<std::string> names;
    for (const Json& cell : document.at("cells")) {
        const Json& weights = cell.at("model").at("weights");
        if (weights.is_object() && weights.value("kind", "") == "random") {
            names.insert(cell.at("model").at("name").get<std::string>());
        }
    }
    return names.empty() ? ""
                         : fmt::format(
                               "weights  random, not trained: {} (latency does not depend on them; accuracy compares "
                               "settings, not models)\n",
                               fmt::join(names, ", "));
}

std::string status_line(const Json& document) {
    return document.at("run").at("status") == "partial" ? "PARTIAL: the run was interrupted.\n" : "";
}

}  // namespace gravbench::view
