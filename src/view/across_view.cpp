#include "view/across_view.h"

#include <fmt/format.h>

#include <vector>

#include "base/text.h"
#include "compare/comparison_json.h"
#include "view/comparison_parts.h"
#include "view/number.h"

namespace gravbench::view {
namespace {

/// "3 machines", "3 machines, 5 runs", "2 of 3 runs": what counts.
std::string counted_runs(const compare::AcrossEntry& entry) {
    const std::size_t given = entry.runs + entry.left_out.size();
    std::string counted = entry.machines < 2 ? "" : fmt::format("{} machines", entry.machines);
    if (entry.machines < 2 || entry.machines != given) {
        counted +=
            fmt::format("{}{} runs", counted.empty() ? "" : ", ",
                        entry.left_out.empty() ? std::to_string(given) : fmt::format("{} of {}", entry.runs, given));
    }
    return counted;
}

/// What an entry's figures and intervals hold for; shorter for a narrow terminal.
std::string holds_for(const compare::AcrossEntry& entry, bool is_short) {
    if (entry.runs == 0) {
        return "-";
    }
    const std::string machine = entry.is_of_type() ? "type of machine" : "one machine";
    const std::string brief = entry.is_of_type() ? "type" : machine;
    const bool is_one = entry.runs + entry.left_out.size() == 1;
    return (is_short ? brief : "this " + machine) + (is_one ? "" : ", " + counted_runs(entry));
}

std::string note(const compare::AcrossEntry& entry) {
    if (!entry.reason.empty()) {
        return entry.reason;
    }
    std::vector<std::string> without;
    for (const compare::LeftOut& one : entry.left_out) {
        without.push_back(fmt::format("{} ({})", one.document, one.reason));
    }
    return without.empty() ? "-" : fmt::format("without {}", fmt::join(without, ", "));
}

std::vector<std::string> across_fields(const compare::AcrossEntry& entry) {
    const auto& ratio = entry.ratio;
    return {figure_or_dash(entry.p50_ms),
            entry.p50_ci95 ? four_digits(entry.p50_ci95->low) + " .. " + four_digits(entry.p50_ci95->high) : "-",
            holds_for(entry, false),
            figure_or_dash(entry.throughput_per_s),
            figure_or_dash(entry.per_vcpu_per_s),
            figure_or_dash(entry.per_core_per_s),
            entry.cosine ? fmt::format("{:.6f}", *entry.cosine) : "-",
            ratio ? fmt::format("{:.3f}", ratio->value) : "-",
            ratio ? fmt::format("{:.3f} .. {:.3f}", ratio->ci95.low, ratio->ci95.high) : "-",
            note(entry)};
}

Table across_table(const compare::Across& across) {
    Table table{{{"cell", "cell", 99, Role::key},
                 {"machine", "machine", always},
                 {"p50_ms", "p50 ms", always},
                 {"p50_ci95_ms", "95% interval", 75},
                 {"holds_for", "holds for", 73},
                 {"throughput_per_s", "items/s", 50},
                 {"per_vcpu_per_s", "per vCPU", 60},
                 {"per_core_per_s", "per core", 55},
                 {"cosine_similarity", "cosine", 40},
                 {"ratio", "p50 vs first", 80},
                 {"ratio_ci95", "95% interval", 78},
                 {"note", "note", 20, Role::note}},
                {}};
    for (const compare::AcrossRow& row : across.rows) {
        for (std::size_t i = 0; i < row.entries.size(); ++i) {
            std::vector<std::string> fields{i == 0 ? row.key : "", across.machines[i].name};
            const std::vector<std::string> of_entry = across_fields(row.entries[i]);
            fields.insert(fields.end(), of_entry.begin(), of_entry.end());
            table.rows.push_back(fields);
            table.labels.push_back(row.key + " on " + across.machines[i].name);
            table.brief["holds_for"].push_back(holds_for(row.entries[i], true));
        }
    }
    return table;
}

/// "this type of machine, 3 machines: a.json, b.json, c.json"
std::string documents_text(const compare::AcrossMachine& machine) {
    const std::size_t runs = machine.documents.size();
    if (runs == 1) {
        return "this one machine";
    }
    const std::string counted = machine.count == runs ? fmt::format("{} machines", runs)
                                : machine.count > 1   ? fmt::format("{} machines, {} runs", machine.count, runs)
                                                      : fmt::format("{} runs", runs);
    return fmt::format("this {}, {}: {}", machine.count == 1 ? "one machine" : "type of machine", counted,
                       fmt::join(machine.documents, ", "));
}

/// A machine's name, CPU and documents.
std::string machine_lines(const compare::Across& across) {
    std::string text;
    bool has_unknown = false;
    for (const compare::AcrossMachine& machine : across.machines) {
        has_unknown = has_unknown || (machine.documents.size() > 1 && machine.count == 0);
        text += fmt::format("machine  {}: {}; {}\n", machine.name, machine.cpu, documents_text(machine));
    }
    if (has_unknown) {
        text +=
            "runs of a type  documents without a machine's id do not say which instance they are of: intervals hold "
            "for the type where each run was on an instance of its own, else for the instances that there were\n";
    }
    return text;
}

/// What the ratios take runs to differ by, where that is not seen in several documents.
std::string spread_line(const compare::Across& across) {
    std::int64_t ratios = 0;
    std::int64_t assumed = 0;
    std::string assumption;
    for (const compare::AcrossRow& row : across.rows) {
        for (const compare::AcrossEntry& entry : row.entries) {
            bool is_assumed = false;
            for (const auto& spread : {entry.first_spread, entry.own_spread}) {
                if (spread && spread->runs == 0) {
                    is_assumed = true;
                    assumption = describe(*spread);
                }
            }
            ratios += entry.ratio ? 1 : 0;
            assumed += is_assumed ? 1 : 0;
        }
    }
    return assumed == 0 ? ""
                        : fmt::format(
                              "spread between runs  counted, {} in {} of {} for machines of one document; several "
                              "documents of a type show it, --history FOLDER takes it from earlier ones\n",
                              assumption, assumed, counted(ratios, "ratio"));
}

std::string lines_below(const compare::Across& across) {
    return "\n" + machine_lines(across) + spread_line(across) + warning_lines(across.warnings);
}

}  // namespace

void check_across_view(const Presentation& presentation) {
    check_table_view(Content::across, presentation, across_table({}));
}

std::string render_across(const compare::Across& across, const Presentation& presentation) {
    check_across_view(presentation);
    return presentation.format == "json" ? readable_json(compare::to_json(across))
                                         : table_with_lines(across_table(across), lines_below(across), presentation);
}

}  // namespace gravbench::view
