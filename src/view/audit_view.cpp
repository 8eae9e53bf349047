#include "view/audit_view.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>

#include "audit/summary.h"
#include "base/errors.h"
#include "base/text.h"
#include "document/writer.h"
#include "view/audit_rows.h"
#include "view/format.h"
#include "view/layout.h"
#include "view/lines.h"
#include "view/wrap.h"
#include "view/yardstick_lines.h"

namespace gravbench::view {
namespace {

using document::Cell;
using document::Document;
using Cells = std::vector<const Cell*>;

Cells audited_cells(const Document& document) {
    Cells cells;
    for (const Cell& cell : document.cells) {
        if (cell.audit) {
            cells.push_back(&cell);
        }
    }
    return cells;
}

std::string or_unknown(const std::string& text) {
    return text.empty() ? "unknown" : text;
}

/// Why there are no rows, where there are none.
std::string empty_note(const audit::Audit& audit, const std::string& grouping) {
    const bool has_run = std::any_of(audit.kernels.begin(), audit.kernels.end(),
                                     [](const audit::KernelUse& kernel) { return kernel.calls > 0; });
    if (!has_run) {
        return "  no kernel ran in oneDNN\n";
    }
    return grouping == "layer" && audit.sequence.empty() ? "  its inferences differ, so there is no order of layers\n"
                                                         : "";
}

/// What holds the cell back; nothing where its limits are not known.
std::string limit_line(const Cell& cell, const std::optional<document::CellRoofline>& roofline) {
    if (!roofline) {
        return "";
    }
    const audit::Summary summary = audit::summarise(cell.audit->kernels);
    const double reorders = summary.reorder_ms / std::max(roofline->inference_ms, summary.onednn_ms);
    std::string line = fmt::format(
        "limits  {}: {:.0f}% of the arithmetic peak, {:.4g} GFLOP/s with {}; {:.4g} ms at best, bound by {}, "
        "against {:.4g} ms",
        cell.key, 100 * roofline->peak_share, roofline->gflops, counted(roofline->peaks.threads, "thread"),
        roofline->limits.limit_ms, roofline->limits.is_memory_bound() ? "memory" : "arithmetic",
        roofline->inference_ms);
    constexpr double noticeable = 0.05;
    if (reorders > noticeable && cell.audit->outside_reason.empty()) {
        line += fmt::format("; {:.0f}% of the time in reorders", 100 * reorders);
    }
    if (cell.audit->outside_onednn.value_or(0) > noticeable) {
        line += fmt::format("; {:.0f}% outside oneDNN", 100 * *cell.audit->outside_onednn);
    }
    return line + "\n";
}

/// How long an inference took by each clock, so that a reader sees that they agree.
std::string audit_heading(const Cell& cell, const std::string& grouping) {
    const audit::Audit& audit = cell.audit->kernels;
    std::string line = fmt::format("{}\n  oneDNN {}, {}, {} threads; {} inferences of {:.3f} ms under the profile",
                                   cell.key, or_unknown(audit.onednn), or_unknown(audit.isa),
                                   audit.threads == 0 ? "unknown" : std::to_string(audit.threads), audit.inferences,
                                   audit.inference_ms);
    if (audit.clocks) {
        line += fmt::format(" (but for the last: {:.3f} ms by the engine's clock, {:.3f} ms by the log's)",
                            audit.clocks->engine_ms, audit.clocks->log_ms);
    }
    if (cell.audit->unprofiled_ms) {
        line += fmt::format(", {:.3f} ms without", *cell.audit->unprofiled_ms);
    }
    const std::string& reason = cell.audit->outside_reason;
    return line + "\n" + (reason.empty() ? "" : "  outside % -: " + reason + "\n") + empty_note(audit, grouping);
}

/// "limits  KEY: 52% of the arithmetic peak, 123 GFLOP/s with 2 threads; ...": what holds each cell back.
std::string limit_lines(const Document& document) {
    const auto rooflines = document::rooflines_of(document);
    std::string lines;
    for (std::size_t i = 0; i < rooflines.size(); ++i) {
        lines += limit_line(document.cells[i], rooflines[i]);
    }
    return lines;
}

/// "setting  KEY: fpmath bf16: no effect: none of 53 ..."
std::string effect_lines(const Document& document) {
    std::string lines;
    for (const Cell& cell : document.cells) {
        for (const findings::Effect& effect : cell.effects) {
            lines += fmt::format("setting  {}: {} {}: {}: {}\n", cell.key, effect.setting, text_of(effect.value),
                                 findings::name_of(effect.verdict), effect.evidence);
        }
    }
    return lines;
}

/// Rows of every cell, each with its cell in front.
std::string render_csv(const Document& document, const std::string& grouping) {
    Rows all;
    for (const Cell* cell : audited_cells(document)) {
        Rows rows = audit_rows(*cell->audit, document::peaks_for(document, *cell), grouping);
        rows.front().insert(rows.front().begin(), "cell");
        for (std::size_t i = 1; i < rows.size(); ++i) {
            rows[i].insert(rows[i].begin(), cell->key);
        }
        all.insert(all.end(), rows.begin() + (all.empty() ? 0 : 1), rows.end());
    }
    return csv(all);
}

/// How much each column says, by its heading: what is not here says least.
int importance_of(const std::string& heading) {
    static const std::map<std::string, int> known{
        {"cell", always},       {"p50 ms", always},     {"ms", always},      {"gain ms", always}, {"layer", 95},
        {"primitive", 90},      {"implementation", 85}, {"family", 85},      {"before", 85},      {"after", 85},
        {"share %", 80},        {"outside %", 80},      {"calls", 75},       {"bf16 %", 75},      {"in oneDNN ms", 70},
        {"types", 70},          {"before ms", 70},      {"after ms", 70},    {"reference", 65},   {"ACL %", 60},
        {"peak %", 68},         {"limit %", 68},        {"limit ms", 66},    {"bound by", 58},    {"problem", 55},
        {"reorders", 50},       {"GFLOP/s", 45},        {"profiled ms", 40}, {"kernels", 35},     {"GFLOP", 30},
        {"steady created", 25}, {"created", 20}};
    const auto found = known.find(heading);
    return found == known.end() ? 0 : found->second;
}

/// As it fits the width, with the lines around it.
std::string fitted_text(const Rows& rows, std::optional<int> width) {
    Table table;
    for (const std::string& heading : rows.front()) {
        table.columns.push_back(
            {heading, heading, importance_of(heading), heading == "cell" ? Role::key : Role::figure});
    }
    table.rows.assign(rows.begin() + 1, rows.end());
    const Layout layout = fitted(table, width, false);
    return layout.above + (layout.above.empty() ? "" : "\n") + layout.table +
           (layout.below.empty() ? "" : "\n" + layout.below);
}

std::string render_text(const Document& document, const std::string& grouping, const Presentation& presentation) {
    const bool is_markdown = presentation.format == "markdown";
    const std::optional<int> width = is_markdown ? std::nullopt : presentation.width;
    const auto fit = [&](const std::string& text) { return wrapped(text, width, hanging_indent); };
    const auto table = [&](const Rows& rows) { return is_markdown ? markdown(rows) : fitted_text(rows, width); };
    std::string text =
        fit(machine_line(document) + status_line(document)) + "\n" + table(audit_overview(document)) + "\n";
    const Cells cells = audited_cells(document);
    const auto add = [&](const std::string& heading, const Rows& rows) {
        text += fit(heading) + "\n" + table(rows) + "\n";
    };
    if (cells.size() == 2) {
        add(audit_heading(*cells[0], grouping) + audit_heading(*cells[1], grouping) +
                fmt::format("before is {}\nafter is  {}\n", cells[0]->key, cells[1]->key),
            side_by_side(*cells[0]->audit, *cells[1]->audit, grouping));
    } else {
        for (const Cell* cell : cells) {
            add(audit_heading(*cell, grouping),
                audit_rows(*cell->audit, document::peaks_for(document, *cell), grouping));
        }
    }
    return text + fit(practical_lines(document) + limit_lines(document) + effect_lines(document) +
                      weights_line(document) + problem_lines(document));
}

}  // namespace

std::vector<std::string> groupings() {
    return {"kernel", "layer", "family"};
}

std::string grouping_names() {
    return fmt::format("{}", fmt::join(groupings(), ", "));
}

void check_audit_view(const std::string& grouping, const Presentation& presentation) {
    const std::vector<std::string> known = groupings();
    if (std::count(known.begin(), known.end(), grouping) == 0) {
        throw UsageError(
            fmt::format("--by: \"{}\" is not one of {}{}", grouping, grouping_names(), did_you_mean(grouping, known)));
    }
    find_format(Content::audit, presentation.format);
}

std::string render_audit(const Document& document, const std::string& grouping, const Presentation& presentation) {
    check_audit_view(grouping, presentation);
    if (presentation.format == "json") {
        return document::to_text(document);
    }
    if (presentation.format == "csv") {
        return render_csv(document, grouping);
    }
    return render_text(document, grouping, presentation);
}

}  // namespace gravbench::view
