#include "compare/across.h"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>
#include <map>
#include <set>

#include "base/errors.h"
#include "compare/across_figures.h"
#include "compare/machine_group.h"
#include "compare/objection.h"

namespace gravbench::compare {
namespace {

/// The cells of one row and machine, one for each of its documents; null where a document has none.
using CellsOfMachine = std::vector<const document::Cell*>;

struct RowOfCells {
    std::string key;
    std::vector<CellsOfMachine> machines;
};

/// The identity with the engine that no key mentions: machines may have engines of their own.
plan::Identity without_engine(plan::Identity identity) {
    identity.engine = plan::default_engine;
    return identity;
}

/// What would be several cells of one document in one row, had identities no engine.
std::set<plan::Identity> ambiguous_without_engine(const std::vector<document::Document>& documents) {
    std::set<plan::Identity> ambiguous;
    for (const document::Document& document : documents) {
        std::set<plan::Identity> seen;
        for (const document::Cell& cell : document.cells) {
            if (const auto identity = without_engine(cell.identity); !seen.insert(identity).second) {
                ambiguous.insert(identity);
            }
        }
    }
    return ambiguous;
}

/// A row has one cell of each document.
void check_cells(const document::Document& document) {
    std::set<plan::Identity> seen;
    for (const document::Cell& cell : document.cells) {
        if (!seen.insert(cell.identity).second) {
            throw DataError(
                fmt::format("{}: {} stands there twice; a row has one cell of each document", document.name, cell.key));
        }
    }
}

/// The table of cells while it is made, in the order in which they are first met.
class RowsOfCells {
  public:
    RowsOfCells(const std::vector<MachineGroup>& groups, std::set<plan::Identity> ambiguous)
        : ambiguous_(std::move(ambiguous)) {
        for (const MachineGroup& group : groups) {
            empty_.emplace_back(group.documents.size(), nullptr);
        }
    }

    void add(const document::Cell& cell, std::size_t machine, std::size_t document) {
        plan::Identity identity = without_engine(cell.identity);
        if (ambiguous_.contains(identity)) {
            identity = cell.identity;
        }
        const auto [place, is_new] = places_.emplace(identity, rows_.size());
        if (is_new) {
            rows_.push_back({plan::key_of(identity), empty_});
        }
        rows_[place->second].machines[machine][document] = &cell;
    }

    std::vector<RowOfCells> take() { return std::move(rows_); }

  private:
    std::set<plan::Identity> ambiguous_;
    std::vector<CellsOfMachine> empty_;
    std::map<plan::Identity, std::size_t> places_;
    std::vector<RowOfCells> rows_;
};

std::vector<RowOfCells> rows_of(const std::vector<MachineGroup>& groups,
                                const std::vector<document::Document>& documents) {
    RowsOfCells rows(groups, ambiguous_without_engine(documents));
    for (std::size_t i = 0; i < groups.size(); ++i) {
        for (std::size_t j = 0; j < groups[i].documents.size(); ++j) {
            const document::Document& document = *groups[i].documents[j];
            check_cells(document);
            for (const document::Cell& cell : document.cells) {
                rows.add(cell, i, j);
            }
        }
    }
    return rows.take();
}

/// The runs whose figures count, and why the others do not. Where one has a p50, only those that have it: all figures
/// are then of the same runs.
std::vector<UsableRun> usable_runs(const MachineGroup& group, const CellsOfMachine& cells,
                                   std::vector<LeftOut>& left_out) {
    std::vector<UsableRun> runs;
    for (std::size_t i = 0; i < cells.size(); ++i) {
        const document::Document& document = *group.documents[i];
        if (cells[i] == nullptr) {
            left_out.push_back({document.name, "not measured"});
        } else if (const auto objection = objection_to(*cells[i])) {
            left_out.push_back({document.name, objection->code});
        } else {
            runs.push_back(usable_run(document, *cells[i]));
        }
    }
    const auto first_without =
        std::stable_partition(runs.begin(), runs.end(), [](const UsableRun& run) { return run.p50_ms.has_value(); });
    if (first_without != runs.begin()) {
        for (auto run = first_without; run != runs.end(); ++run) {
            left_out.push_back({run->document->name, "no p50"});
        }
        runs.erase(first_without, runs.end());
    }
    return runs;
}

/// Each reason once.
std::string reasons_of(const std::vector<LeftOut>& left_out) {
    std::vector<std::string> reasons;
    for (const LeftOut& one : left_out) {
        if (std::find(reasons.begin(), reasons.end(), one.reason) == reasons.end()) {
            reasons.push_back(one.reason);
        }
    }
    return fmt::format("{}", fmt::join(reasons, ", "));
}

/// Against the first run on that machine, by the documents' names.
void add_unlike_runs(const MachineGroup& group, const std::vector<UsableRun>& runs, Warnings& warnings) {
    const UsableRun& first = runs.front();
    for (std::size_t i = 1; i < runs.size(); ++i) {
        add_unlike_models({*first.document, *first.cell}, {*runs[i].document, *runs[i].cell},
                          fmt::format("{}, {} and {}: ", group.name, first.document->name, runs[i].document->name),
                          warnings);
    }
}

AcrossRow row_of(const RowOfCells& cells, const std::vector<MachineGroup>& groups, const RunHistory& history,
                 Warnings& warnings) {
    AcrossRow row{cells.key, {}};
    std::vector<UsableRun> first;
    std::string first_name;
    for (std::size_t i = 0; i < groups.size(); ++i) {
        AcrossEntry& entry = row.entries.emplace_back();
        std::vector<UsableRun> runs = usable_runs(groups[i], cells.machines[i], entry.left_out);
        if (runs.empty()) {
            entry.reason = reasons_of(entry.left_out);
            continue;
        }
        add_figures(runs, entry);
        add_unlike_runs(groups[i], runs, warnings);
        if (first.empty() || first.front().of_launches.empty()) {
            first = std::move(runs);
            first_name = groups[i].name;
            continue;
        }
        add_ratio(first, runs, history, entry);
        add_unlike_models({*first.front().document, *first.front().cell}, {*runs.front().document, *runs.front().cell},
                          first_name + " and " + groups[i].name + ": ", warnings);
    }
    return row;
}

AcrossMachine machine_of(const MachineGroup& group) {
    AcrossMachine machine{group.name, group.cpu, {}, machines_of(group)};
    for (const document::Document* document : group.documents) {
        machine.documents.push_back(document->name);
    }
    return machine;
}

}  // namespace

Across line_up(const std::vector<document::Document>& documents, const RunHistory& history) {
    Across across;
    Warnings warnings;
    const std::vector<MachineGroup> groups = machine_groups(documents, warnings);
    std::transform(groups.begin(), groups.end(), std::back_inserter(across.machines), machine_of);
    for (const RowOfCells& cells : rows_of(groups, documents)) {
        across.rows.push_back(row_of(cells, groups, history, warnings));
    }
    across.warnings = warnings.take();
    return across;
}

}  // namespace gravbench::compare
