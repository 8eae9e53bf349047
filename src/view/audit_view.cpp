#include "view/audit_view.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/errors.h"
#include "view/audit_rows.h"
#include "view/lines.h"

namespace gravbench::view {
namespace {

const std::vector<std::string> audit_formats{"table", "markdown", "csv", "json"};

using Cells = std::vector<const Json*>;

Cells audited_cells(const Json& document) {
    Cells cells;
    for (const Json& cell : document.at("cells")) {
        if (!cell.at("audit").is_null()) {
            cells.push_back(&cell);
        }
    }
    return cells;
}

std::string key_of(const Json& cell) {
    return cell.at("key").get<std::string>();
}

std::string text_of(const Json& value) {
    return value.is_string() ? value.get<std::string>() : value.is_null() ? "unknown" : value.dump();
}

/// Why there are no rows, where there are none.
std::string empty_note(const Json& audit, const std::string& grouping) {
    const Json& kernels = audit.at("kernels");
    const bool has_run = std::any_of(kernels.begin(), kernels.end(),
                                     [](const Json& kernel) { return kernel.at("calls").get<double>() > 0; });
    if (!has_run) {
        return "  no kernel ran in oneDNN\n";
    }
    return grouping == "layer" && audit.at("sequence").at("kernels").empty()
               ? "  its inferences differ, so there is no order of layers\n"
               : "";
}

/// How long an inference took by each clock, so that a reader sees that they agree.
std::string audit_heading(const Json& cell, const std::string& grouping) {
    const Json& audit = cell.at("audit");
    std::string line =
        fmt::format("{}\n  oneDNN {}, {}, {} threads; {} inferences of {:.3f} ms under the profile", key_of(cell),
                    text_of(audit.at("onednn")), text_of(audit.at("isa")), text_of(audit.at("threads")),
                    audit.at("inferences").get<int>(), audit.at("inference_ms").get<double>());
    if (const Json& clocks = audit.at("clocks"); !clocks.is_null()) {
        line += fmt::format(" (but for the last: {:.3f} ms by the engine's clock, {:.3f} ms by the log's)",
                            clocks.at("engine_ms").get<double>(), clocks.at("log_ms").get<double>());
    }
    if (const Json& unprofiled = audit.at("unprofiled_ms"); !unprofiled.is_null()) {
        line += fmt::format(", {:.3f} ms without", unprofiled.get<double>());
    }
    return line + "\n" + empty_note(audit, grouping);
}

/// "effect  KEY: fpmath bf16: no effect: none of 53 ..."
std::string effect_lines(const Json& document) {
    std::string lines;
    for (const Json& cell : document.at("cells")) {
        for (const Json& effect : cell.at("settings").value("effects", Json::array())) {
            lines += fmt::format("setting  {}: {} {}: {}: {}\n", key_of(cell), effect.at("setting").get<std::string>(),
                                 text_of(effect.at("value")), effect.at("verdict").get<std::string>(),
                                 effect.at("evidence").get<std::string>());
        }
    }
    return lines;
}

/// Rows of every cell, each with its cell in front.
std::string render_csv(const Cells& cells, const std::string& grouping) {
    Rows all;
    for (const Json* cell : cells) {
        Rows rows = audit_rows(*cell, grouping);
        rows.front().insert(rows.front().begin(), "cell");
        for (std::size_t i = 1; i < rows.size(); ++i) {
            rows[i].insert(rows[i].begin(), key_of(*cell));
        }
        all.insert(all.end(), rows.begin() + (all.empty() ? 0 : 1), rows.end());
    }
    return csv(all);
}

std::string render_text(const Json& document, const std::string& grouping, std::string (*table)(const Rows&)) {
    std::string text = machine_line(document) + status_line(document) + "\n" + table(audit_overview(document)) + "\n";
    const Cells cells = audited_cells(document);
    const auto add = [&](const std::string& heading, const Rows& rows) { text += heading + "\n" + table(rows) + "\n"; };
    if (cells.size() == 2) {
        add(audit_heading(*cells[0], grouping) + audit_heading(*cells[1], grouping) +
                fmt::format("before is {}\nafter is  {}\n", key_of(*cells[0]), key_of(*cells[1])),
            side_by_side(*cells[0], *cells[1], grouping));
    } else {
        for (const Json* cell : cells) {
            add(audit_heading(*cell, grouping), audit_rows(*cell, grouping));
        }
    }
    return text + effect_lines(document) + weights_line(document) + problem_lines(document);
}

void check_is_one_of(const std::string& value, const std::vector<std::string>& known, const char* flag) {
    if (std::find(known.begin(), known.end(), value) == known.end()) {
        throw UsageError(fmt::format("{}: \"{}\" is not one of {}", flag, value, fmt::join(known, ", ")));
    }
}

}  // namespace

std::vector<std::string> groupings() {
    return {"kernel", "layer", "family"};
}

std::string grouping_names() {
    return fmt::format("{}", fmt::join(groupings(), ", "));
}

std::string audit_format_names() {
    return fmt::format("{}", fmt::join(audit_formats, ", "));
}

void check_audit_view(const std::string& grouping, const std::string& format) {
    check_is_one_of(grouping, groupings(), "--by");
    check_is_one_of(format, audit_formats, "--format");
}

std::string render_audit(const Json& document, const std::string& grouping, const std::string& format) {
    check_audit_view(grouping, format);
    if (format == "json") {
        return readable_json(document);
    }
    if (format == "csv") {
        return render_csv(audited_cells(document), grouping);
    }
    return render_text(document, grouping, format == "markdown" ? markdown : aligned);
}

}  // namespace gravbench::view
