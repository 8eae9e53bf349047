#include "compare/across.h"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <map>
#include <set>

#include "base/errors.h"
#include "compare/metric.h"
#include "compare/objection.h"

namespace gravbench::compare {
namespace {

using Figure = std::optional<double>;

std::string name_of(const document::Document& document) {
    const auto type = document.machines.empty() ? std::nullopt : document.machines.front().host.instance_type;
    return type.value_or(std::filesystem::path(document.name).stem().string());
}

/// Two documents of one instance type are told apart by their files.
std::vector<std::string> names_of(const std::vector<document::Document>& documents) {
    std::map<std::string, int> count;
    for (const document::Document& document : documents) {
        ++count[name_of(document)];
    }
    std::vector<std::string> names;
    for (const document::Document& document : documents) {
        const std::string name = name_of(document);
        names.push_back(count[name] > 1 ? name + " (" + document.name + ")" : name);
    }
    return names;
}

std::string cpu_of(const document::Document& document) {
    const std::string cpu = document.machines.empty() ? "" : document.machines.front().host.cpu;
    return cpu.empty() ? "unknown CPU" : cpu;
}

std::vector<double> p50_of_launches(const document::Cell& cell) {
    const Metric& p50 = find_metric("p50");
    std::vector<double> figures;
    for (const document::Launch& launch : cell.launches) {
        if (const auto figure = p50.of_launch(cell, launch.measured); figure && *figure > 0) {
            figures.push_back(*figure);
        }
    }
    return figures;
}

AcrossEntry entry_of(const document::Cell& cell, const machine::Machine& machine,
                     const std::vector<double>& of_launches) {
    AcrossEntry entry;
    entry.reason.clear();
    entry.p50_ms = figure_of(cell, find_metric("p50"), of_launches);
    entry.p50_ci95 = cell.latency ? cell.latency->at("p50").ci95 : std::nullopt;
    entry.throughput_per_s = find_metric("throughput").in_document(cell);
    entry.cosine = find_metric("cosine").in_document(cell);
    const auto divided_by = [&](int count) {
        return entry.throughput_per_s && count > 0 ? Figure(*entry.throughput_per_s / count) : std::nullopt;
    };
    entry.per_vcpu_per_s = divided_by(machine.vcpus);
    entry.per_core_per_s = divided_by(machine.physical_cores);
    return entry;
}

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

/// The table while it is made: rows by identity, and what each row's first cell with figures has.
class Table {
  public:
    explicit Table(const std::vector<document::Document>& documents)
        : documents_(documents), ambiguous_(ambiguous_without_engine(documents)) {
        across_.machines = names_of(documents);
    }

    void add(std::size_t index) {
        const document::Document& document = documents_[index];
        across_.cpus.push_back(cpu_of(document));
        add_empty(document, warnings_);
        std::set<plan::Identity> seen;
        for (const document::Cell& cell : document.cells) {
            if (!seen.insert(cell.identity).second) {
                throw DataError(fmt::format("{}: {} stands there twice; a row has one cell of each document",
                                            document.name, cell.key));
            }
            add_cell(index, cell);
        }
    }

    Across take() {
        across_.warnings = warnings_.take();
        return std::move(across_);
    }

  private:
    struct First {
        std::size_t document = 0;
        const document::Cell* cell = nullptr;
        std::vector<double> of_launches;
    };

    std::size_t row_of(const document::Cell& cell) {
        plan::Identity identity = without_engine(cell.identity);
        if (ambiguous_.contains(identity)) {
            identity = cell.identity;
        }
        const auto [place, is_new] = rows_.emplace(identity, across_.rows.size());
        if (is_new) {
            across_.rows.push_back({plan::key_of(identity), std::vector<AcrossEntry>(documents_.size())});
            firsts_.emplace_back();
        }
        return place->second;
    }

    void add_cell(std::size_t index, const document::Cell& cell) {
        const std::size_t row = row_of(cell);
        AcrossEntry& entry = across_.rows[row].entries[index];
        if (const auto objection = objection_to(cell)) {
            entry.reason = objection->code;
            return;
        }
        std::vector<double> of_launches = p50_of_launches(cell);
        entry = entry_of(cell, document::machine_of(documents_[index], cell), of_launches);
        First& first = firsts_[row];
        if (first.of_launches.empty()) {
            first = {index, &cell, std::move(of_launches)};
            return;
        }
        if (first.of_launches.size() >= 2 && of_launches.size() >= 2) {
            entry.ratio = stats::independent_ratio(first.of_launches, of_launches);
        }
        add_unlike_models({documents_[first.document], *first.cell}, {documents_[index], cell},
                          across_.machines[first.document] + " and " + across_.machines[index] + ": ", warnings_);
    }

    const std::vector<document::Document>& documents_;
    std::set<plan::Identity> ambiguous_;
    std::map<plan::Identity, std::size_t> rows_;
    std::vector<First> firsts_;
    Warnings warnings_;
    Across across_;
};

}  // namespace

Across line_up(const std::vector<document::Document>& documents) {
    Table table(documents);
    for (std::size_t i = 0; i < documents.size(); ++i) {
        table.add(i);
    }
    return table.take();
}

}  // namespace gravbench::compare
