#include <fmt/format.h>

#include <cstdio>
#include <memory>

#include "base/errors.h"
#include "base/files.h"
#include "base/text.h"
#include "cli/command.h"
#include "compare/across.h"
#include "compare/comparison.h"
#include "view/comparison_view.h"

namespace gravbench::cli {
namespace {

struct CompareFlags {
    std::vector<std::string> documents;
    std::string where;
    std::string against;
    std::vector<std::string> metrics;
    std::string tolerance = "3%";
    std::string format = "table";
    std::string output;
    bool is_across = false;
};

compare::ComparisonOptions options_from(const CompareFlags& flags) {
    compare::ComparisonOptions options;
    if (!flags.metrics.empty()) {
        options.metrics = flags.metrics;
    }
    for (const std::string& metric : options.metrics) {
        compare::find_metric(metric);
    }
    const auto tolerance = parse_share(flags.tolerance);
    if (!tolerance) {
        throw UsageError(
            fmt::format("--tolerance: \"{}\" is not a share between 0 and 1 like 3% or 0.03", flags.tolerance));
    }
    options.rule.tolerance = *tolerance;
    return options;
}

void show(const CompareFlags& flags, const Json& json, const std::string& text) {
    if (!flags.output.empty()) {
        write_file(flags.output, readable_json(json));
    }
    std::fwrite(text.data(), 1, text.size(), stdout);
}

ExitCode show_across(const CompareFlags& flags) {
    if (!flags.where.empty() || !flags.against.empty()) {
        throw UsageError("--across lines up whole documents: it takes no --where and no --against");
    }
    const compare::Across across = compare::line_up(compare::read_all_measured(flags.documents));
    show(flags, compare::to_json(across), view::render_across(across, flags.format));
    return ExitCode::fine;
}

/// Two documents, two selections of one, or the variants that one run measured against each other.
compare::Comparison comparison_of(const std::vector<compare::MeasuredDocument>& documents, const CompareFlags& flags,
                                  const compare::ComparisonOptions& options) {
    const compare::MeasuredDocument& base = documents.front();
    const compare::MeasuredDocument& other = documents.back();
    const compare::Selection where = compare::parse_selection(flags.where, "--where");
    const compare::Selection against = compare::parse_selection(flags.against, "--against");
    const bool is_one = documents.size() == 1;
    if (is_one && where.empty() && against.empty()) {
        if (base.versus.empty()) {
            throw UsageError(
                fmt::format("{}: one document alone is compared by --where NAME=VALUE --against NAME=VALUE, "
                            "or has variants of gravbench run --versus, and it has none; or give a second one",
                            base.name));
        }
        return compare::compare_versus(base, options);
    }
    if (is_one && against.empty()) {
        throw UsageError("--where needs --against: which cells of the document are the new side?");
    }
    return compare::compare(base, other, compare::match(base, where, other, against), options);
}

ExitCode compare_and_show(const CompareFlags& flags) {
    view::check_comparison_format(flags.format);
    const compare::ComparisonOptions options = options_from(flags);
    if (!flags.output.empty()) {
        check_writable(flags.output);
    }
    if (flags.is_across) {
        return show_across(flags);
    }
    if (flags.documents.size() > 2) {
        throw UsageError(fmt::format("compare takes BASE and NEW, {} documents are given; --across lines up any number",
                                     flags.documents.size()));
    }
    const compare::Comparison comparison = comparison_of(compare::read_all_measured(flags.documents), flags, options);
    show(flags, compare::to_json(comparison), view::render_comparison(comparison, flags.format));
    return compare::exit_code_for(comparison);
}

}  // namespace

Action set_up_compare(CLI::App& app, const std::vector<std::string>&) {
    auto flags = std::make_shared<CompareFlags>();
    app.add_option("RESULTS", flags->documents, "BASE and NEW: results documents; one alone with --where and --against")
        ->required();
    app.add_option("--where", flags->where, "the base's cells: fpmath=strict,batch=1")->type_name("NAME=VALUE,...");
    app.add_option("--against", flags->against, "the new side's cells: fpmath=bf16,batch=1")
        ->type_name("NAME=VALUE,...");
    app.add_option("--metric", flags->metrics, fmt::format("{}; repeatable [p50]", compare::metric_names()))
        ->type_name("METRIC")
        ->delimiter(',')
        ->multi_option_policy(CLI::MultiOptionPolicy::TakeAll)
        ->expected(1);
    app.add_option("--tolerance", flags->tolerance, "how much of a change counts")
        ->type_name("SHARE")
        ->capture_default_str();
    app.add_flag("--across", flags->is_across, "line up documents of several machines in one table");
    app.add_option("--format", flags->format, view::comparison_format_names())
        ->type_name("FORMAT")
        ->capture_default_str();
    app.add_option("-o,--output", flags->output, "also write the comparison there, as JSON")->type_name("FILE");
    app.footer(
        "Exit codes: 0 nothing is worse, 1 something is, 4 something is inconclusive or could not be compared.\n"
        "Examples: gravbench compare base.json new.json --tolerance 5%\n"
        "          gravbench compare results.json --where fpmath=strict --against fpmath=bf16 --metric p50,p99\n"
        "          gravbench compare --across c7g.json c7i.json c6a.json\n"
        "docs/compare.md says how verdicts are made.");
    return [flags] { return compare_and_show(*flags); };
}

}  // namespace gravbench::cli
