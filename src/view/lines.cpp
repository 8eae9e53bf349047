#include "view/lines.h"

#include <fmt/format.h>

#include <algorithm>
#include <cctype>
#include <set>
#include <utility>

#include "base/text.h"
#include "findings/problem.h"

namespace gravbench::view {
namespace {

using document::Cell;
using document::Document;

/// A later version's document may have problems that this one does not know.
std::string remedy_for(const std::string& code) {
    const findings::ProblemKind* kind = findings::find_problem_kind(code);
    return kind == nullptr ? "not known to this version" : kind->remedy;
}

/// What is said of cells, in the order in which it is first said, and the keys of those of which it is said alike.
using Said = std::vector<std::pair<std::string, std::vector<std::string>>>;

void add(Said& said, const std::string& what, const std::string& key) {
    auto group = std::find_if(said.begin(), said.end(), [&](const auto& one) { return one.first == what; });
    if (group == said.end()) {
        group = said.insert(said.end(), {what, {}});
    }
    group->second.push_back(key);
}

Said cells_by_problem(const Document& document) {
    Said said;
    for (const Cell& cell : document.cells) {
        for (const findings::Problem& problem : cell.problems) {
            add(said, fmt::format("{}: {} ({})", problem.code, problem.message, remedy_for(problem.code)), cell.key);
        }
    }
    return said;
}

std::string or_unknown(int number) {
    return number == 0 ? "unknown" : std::to_string(number);
}

std::string describe(const machine::Machine& host) {
    return one_line(fmt::format("{}{}, {} cores of {} vCPUs, {}", host.instance_type ? *host.instance_type + ", " : "",
                                host.cpu.empty() ? "unknown CPU" : host.cpu, or_unknown(host.physical_cores),
                                or_unknown(host.vcpus), host.arch.empty() ? "unknown" : host.arch));
}

std::string describe(const document::Engine& engine) {
    const auto onednn = engine.description.libraries.find("onednn");
    const bool has_onednn = onednn != engine.description.libraries.end() && onednn->second;
    return one_line(fmt::format("engine {} {}{}", engine.description.name, engine.description.version,
                                has_onednn ? ", oneDNN " + *onednn->second : ""));
}

/// Each engine that cells ran on, once.
std::vector<std::string> engines_of(const Document& document) {
    std::vector<std::string> engines;
    for (const Cell& cell : document.cells) {
        const document::Engine* engine = document::engine_of(document, cell);
        if (engine != nullptr && std::count(engines.begin(), engines.end(), describe(*engine)) == 0) {
            engines.push_back(describe(*engine));
        }
    }
    return engines;
}

std::string emulation_line(const Document& document) {
    std::vector<std::string> keys;
    for (const Cell& cell : document.cells) {
        if (document::is_emulated(document, cell)) {
            keys.push_back(cell.key);
        }
    }
    if (keys.size() == document.cells.size() || keys.empty()) {
        return document::is_any_emulated(document) ? "EMULATED: the times below mean nothing.\n" : "";
    }
    return fmt::format("EMULATED: the times of these cells mean nothing: {}\n", fmt::join(keys, ", "));
}

/// Why cells lack a figure, as the first of them says; the others may differ in their numbers.
struct Lack {
    std::string reason;
    std::vector<std::string> cells;
    bool is_first_of_several = false;
};

std::string without_digits(std::string text) {
    std::erase_if(text, [](unsigned char c) { return std::isdigit(c) != 0; });
    return text;
}

void add(std::vector<Lack>& lacks, const std::string& reason, const std::string& cell) {
    auto lack = std::find_if(lacks.begin(), lacks.end(),
                             [&](const Lack& one) { return without_digits(one.reason) == without_digits(reason); });
    if (lack == lacks.end()) {
        lack = lacks.insert(lacks.end(), {reason, {}, false});
    }
    lack->is_first_of_several = lack->is_first_of_several || lack->reason != reason;
    lack->cells.push_back(cell);
}

/// Which cells it is about; nothing where it is all of them alike.
std::string cells_text(const Lack& lack, std::size_t all) {
    constexpr std::size_t most_named = 3;
    std::string cells;
    if (lack.cells.size() < all) {
        cells = lack.cells.size() > most_named ? fmt::format("{} cells", lack.cells.size())
                                               : fmt::format("{}", fmt::join(lack.cells, ", "));
    } else if (lack.is_first_of_several) {
        cells = "all cells";
    }
    return cells.empty() ? "" : fmt::format(" ({}{})", lack.is_first_of_several ? "for instance; " : "", cells);
}

/// "p99 ms" -> "p99"
std::string without_unit(const std::string& heading) {
    return heading.size() > 3 && heading.ends_with(" ms") ? heading.substr(0, heading.size() - 3) : heading;
}

/// The least and the most of some numbers: "4", "4 to 12".
struct Range {
    double least = 0;
    double most = 0;
    bool is_empty = true;

    void add(double number) {
        least = is_empty ? number : std::min(least, number);
        most = is_empty ? number : std::max(most, number);
        is_empty = false;
    }
    std::string text() const {
        return least == most ? fmt::format("{:g}", most) : fmt::format("{:g} to {:g}", least, most);
    }
};

/// The shapes of a run's launches together.
struct Shapes {
    Range blocks;
    Range inferences;
    Range milliseconds;

    void add(const plan::LaunchShape& shape) {
        blocks.add(shape.blocks);
        if (shape.block.iterations) {
            inferences.add(static_cast<double>(*shape.block.iterations));
        } else {
            milliseconds.add(std::chrono::duration<double, std::milli>(shape.block.duration).count());
        }
    }
    std::string text() const {
        std::vector<std::string> lengths;
        if (!inferences.is_empty) {
            lengths.push_back(inferences.text() + (inferences.most == 1 ? " inference" : " inferences"));
        }
        if (!milliseconds.is_empty) {
            lengths.push_back(milliseconds.text() + " ms");
        }
        return fmt::format("{} blocks of {}", blocks.text(), fmt::join(lengths, ", or "));
    }
};

}  // namespace

std::string machine_line(const Document& document) {
    std::vector<std::string> parts;
    for (const document::Machine& machine : document.machines) {
        parts.push_back(describe(machine.host));
    }
    const std::vector<std::string> engines = engines_of(document);
    parts.insert(parts.end(), engines.begin(), engines.end());
    return fmt::format("{}\n{}", fmt::join(parts, "; "), emulation_line(document));
}

std::string shape_line(const Document& document) {
    Shapes first;
    Shapes chosen;
    for (const Cell& cell : document.cells) {
        for (const document::Launch& launch : cell.launches) {
            if (const auto& shape = launch.measured.shape) {
                (shape->chosen_by > 0 ? chosen : first).add(*shape);
            }
        }
    }
    return chosen.blocks.is_empty ? ""
                                  : fmt::format("launches: {} at first, then {}, chosen by what those before showed\n",
                                                first.text(), chosen.text());
}

std::string status_line(const Document& document) {
    return document.run.is_complete ? "" : "PARTIAL: the run was interrupted.\n";
}

std::string reason_lines(const Document& document, const std::vector<Column>& columns) {
    std::string lines;
    for (const Column& column : columns) {
        std::vector<Lack> lacks;
        for (const Cell& cell : document.cells) {
            const std::string reason = column.reason ? column.reason(cell) : "";
            if (!reason.empty() && std::holds_alternative<std::monostate>(column.value(cell))) {
                add(lacks, reason, cell.key);
            }
        }
        for (const Lack& lack : lacks) {
            lines += fmt::format("{} -: {}{}\n", without_unit(column.heading), lack.reason,
                                 cells_text(lack, document.cells.size()));
        }
    }
    return lines;
}

std::string problem_lines(const Document& document) {
    std::string lines;
    for (const auto& [said, cells] : cells_by_problem(document)) {
        lines += fmt::format("problem  {}: {}\n", fmt::join(cells, ", "), said);
    }
    for (const Cell& cell : document.cells) {
        if (!cell.log_tail.empty()) {
            lines += fmt::format("log  {}: the engine's log ends with:\n{}\n", cell.key, cell.log_tail);
        }
    }
    return lines;
}

std::string weights_line(const Document& document) {
    std::set<std::string> names;
    for (const Cell& cell : document.cells) {
        if (cell.model.weights_kind == "random") {
            names.insert(cell.model.name);
        }
    }
    return names.empty() ? ""
                         : fmt::format(
                               "weights  random, not trained: {} (latency does not depend on them; accuracy compares "
                               "settings, not models)\n",
                               fmt::join(names, ", "));
}

}  // namespace gravbench::view
