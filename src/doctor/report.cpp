#include "doctor/report.h"

#include <fmt/format.h>

#include <algorithm>
#include <sstream>

#include "base/text.h"

namespace gravbench::doctor {
namespace {

constexpr std::size_t line_width = 120;

Json or_null(const std::string& text) {
    return text.empty() ? Json() : Json(text);
}

Json measured(const Facts& facts) {
    const Noise noise = facts.noise.value_or(Noise{});
    return {{"timer_cost_ns", facts.timer.cost_ns},
            {"timer_resolution_ns", facts.timer.resolution_ns},
            {"variation", facts.noise ? Json(noise.variation) : Json()},
            {"slowdown", facts.noise ? Json(noise.slowdown) : Json()},
            {"longest_gap_ms", facts.noise ? Json(noise.longest_gap_ms) : Json()},
            {"competing_cpus", facts.quiet.ticks > 0 ? Json(facts.quiet.competing_cpus) : Json()},
            {"stolen_share", facts.loaded.ticks > 0 ? Json(facts.loaded.stolen_share) : Json()},
            {"swapped_pages", facts.quiet.swapped_pages + facts.loaded.swapped_pages}};
}

std::int64_t count(const std::vector<Finding>& findings, Status status) {
    return std::count_if(findings.begin(), findings.end(),
                         [=](const Finding& finding) { return finding.status == status; });
}

/// Broken at blanks; lines after the first begin with as many blanks as `indent` says.
std::string wrapped(const std::string& start, const std::string& text, std::size_t indent) {
    std::string result;
    std::string line = start;
    std::istringstream words(text);
    bool is_first = true;
    for (std::string word; words >> word;) {
        if (!is_first && line.size() + 1 + word.size() > line_width) {
            result += line + "\n";
            line = std::string(indent, ' ');
            is_first = true;
        }
        line += (is_first ? "" : " ") + word;
        is_first = false;
    }
    return result + line + "\n";
}

std::string heading(const Facts& facts) {
    const machine::Machine& machine = facts.machine;
    std::string text = fmt::format(
        "{}{}, {} of {}, {}, Linux {}", machine.instance_type ? *machine.instance_type + ", " : "",
        machine.cpu.empty() ? "unknown CPU" : machine.cpu, counted(machine::usable_physical_cores(machine), "core"),
        counted(machine.vcpus, "vCPU"), machine.arch, machine.kernel);
    if (facts.engine) {
        text += fmt::format("; engine {} {}", facts.engine->description.name, facts.engine->description.version);
    }
    return one_line(text);
}

/// Where findings begin; the name of a long variable goes beyond, and its finding follows it.
constexpr std::size_t text_column = 30;

std::string entry(const Finding& finding) {
    const std::string margin(text_column, ' ');
    std::string text = wrapped(fmt::format("{:<8}  {:<18}  ", name_of(finding.status), finding.name),
                               one_line(finding.text), text_column);
    if (finding.status > Status::unknown) {
        text += wrapped(margin + "why:  ", finding.why, text_column + 6);
    }
    // A command is copied as it is, so it is not broken.
    if (!finding.remedy.empty()) {
        text += margin + "mend: " + finding.remedy + "\n";
    }
    return text;
}

}  // namespace

Json to_json(const Facts& facts, const std::vector<Finding>& findings) {
    Json list = Json::array();
    for (const Finding& finding : findings) {
        list.push_back({{"name", finding.name},
                        {"status", name_of(finding.status)},
                        {"finding", finding.text},
                        {"why", finding.why},
                        {"remedy", or_null(finding.remedy)}});
    }
    return {{"schema", "gravbench.doctor/1"},
            {"machine", machine::to_json(facts.machine)},
            {"engine", facts.engine ? protocol::to_json(facts.engine->description) : Json()},
            {"measured", measured(facts)},
            {"checks", list},
            {"fit", is_fit(findings)}};
}

std::string verdict(const std::vector<Finding>& findings) {
    std::vector<std::string> parts;
    if (!is_fit(findings)) {
        parts.push_back(counted(count(findings, Status::unfit), "reason"));
    }
    parts.push_back(counted(count(findings, Status::warning), "warning"));
    parts.push_back(counted(count(findings, Status::notice), "notice"));
    return fmt::format("{}: {}", is_fit(findings) ? "fit to measure" : "not fit to measure", fmt::join(parts, ", "));
}

std::string readable_report(const Facts& facts, const std::vector<Finding>& findings) {
    std::string text = heading(facts) + "\n\n";
    for (const Finding& finding : findings) {
        text += entry(finding);
    }
    return text + "\n" + verdict(findings) + "\n";
}

std::vector<std::vector<std::string>> report_rows(const std::vector<Finding>& findings) {
    std::vector<std::vector<std::string>> rows{{"status", "check", "finding", "why", "remedy"}};
    for (const Finding& finding : findings) {
        rows.push_back({name_of(finding.status), finding.name, finding.text, finding.why, finding.remedy});
    }
    return rows;
}

}  // namespace gravbench::doctor
