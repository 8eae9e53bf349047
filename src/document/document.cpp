#include "document/document.h"

#include <algorithm>

namespace gravbench::document {

bool Cell::has_problem(const std::string& code) const {
    return std::any_of(problems.begin(), problems.end(),
                       [&](const findings::Problem& problem) { return problem.code == code; });
}

std::int64_t Cell::batch() const {
    const auto found = identity.shape.find("batch");
    return found == identity.shape.end() ? 1 : found->second;
}

std::size_t Cell::blocks() const {
    std::size_t count = 0;
    for (const Launch& launch : launches) {
        count += launch.measured.blocks.size();
    }
    return count;
}

std::size_t Cell::disturbed_blocks() const {
    std::size_t count = 0;
    for (const Launch& launch : launches) {
        const auto& blocks = launch.measured.blocks;
        count += static_cast<std::size_t>(std::count_if(
            blocks.begin(), blocks.end(), [](const records::Block& block) { return block.is_disturbed(); }));
    }
    return count;
}

const Engine* engine_of(const Document& document, const Cell& cell) {
    return cell.engine ? &document.engines.at(*cell.engine) : nullptr;
}

const machine::Machine& machine_of(const Document& document, const Cell& cell) {
    return document.machines.at(cell.machine.value_or(0)).host;
}

bool is_emulated(const Document& document, const Cell& cell) {
    const Engine* engine = engine_of(document, cell);
    return cell.has_problem("emulated") || (engine != nullptr && engine->is_emulated);
}

bool is_any_emulated(const Document& document) {
    return std::any_of(document.engines.begin(), document.engines.end(),
                       [](const Engine& engine) { return engine.is_emulated; });
}

namespace {

bool has_problem_of(const Cell& cell, ExitCode code) {
    return std::any_of(cell.problems.begin(), cell.problems.end(), [&](const findings::Problem& problem) {
        const findings::ProblemKind* kind = findings::find_problem_kind(problem.code);
        return kind != nullptr && kind->exit_code == code;
    });
}

}  // namespace

ExitCode exit_code_for(const Document& document) {
    const auto any = [&](auto has) { return std::any_of(document.cells.begin(), document.cells.end(), has); };
    // In the order of gravity: a failed cell is news even where another is only inexact.
    for (const ExitCode code : {ExitCode::cell_failed, ExitCode::accuracy, ExitCode::not_trustworthy}) {
        if (any([&](const Cell& cell) { return has_problem_of(cell, code); })) {
            return code;
        }
    }
    return any([](const Cell& cell) { return cell.launches.empty(); }) ? ExitCode::not_trustworthy : ExitCode::fine;
}

}  // namespace gravbench::document
