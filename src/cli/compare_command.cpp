#include <fmt/format.h>

#include <algorithm>
#include <cstdio>
#include <memory>
#include <optional>

#include "base/errors.h"
#include "base/files.h"
#include "base/text.h"
#include "cli/command.h"
#include "cli/history.h"
#include "cli/presentation_flags.h"
#include "compare/across.h"
#include "compare/comparison.h"
#include "compare/comparison_json.h"
#include "compare/comparison_reader.h"
#include "document/reader.h"
#include "plan/option.h"
#include "plan/plan.h"
#include "view/across_view.h"
#include "view/comparison_view.h"

namespace gravbench::cli {
namespace {

struct CompareFlags {
    std::vector<std::string> documents;
    std::string where;
    std::string against;
    std::vector<std::string> metrics;
    std::string tolerance;  ///< empty where it is not given
    HistoryFlags history;
    PresentationFlags presentation;
    std::string output;
    bool is_across = false;
};

double tolerance_from(const std::string& text) {
    const auto tolerance = parse_share(text);
    if (!tolerance) {
        throw UsageError(fmt::format("--tolerance: \"{}\" is not a share between 0 and 1 like 3% or 0.03", text));
    }
    return *tolerance;
}

compare::ComparisonOptions options_from(const CompareFlags& flags) {
    compare::ComparisonOptions options;
    if (!flags.metrics.empty()) {
        options.metrics = flags.metrics;
    }
    for (const std::string& metric : options.metrics) {
        compare::find_metric(metric);
    }
    if (!flags.tolerance.empty()) {
        options.rule.tolerance = tolerance_from(flags.tolerance);
    }
    return options;
}

/// The tolerance that the document's run was asked for; nothing where it was not.
std::optional<double> own_tolerance(const document::Document& document) {
    plan::Layer given;
    for (const Json& value : member_or_empty(document.run.given, "tolerance")) {
        plan::add_given(given, "tolerance", value, document.name + ": run.given: \"tolerance\"");
    }
    if (given.empty()) {
        return std::nullopt;
    }
    plan::RunOptions options;
    plan::find_option("tolerance")->set(given.at("tolerance").back().value, options);
    return options.judging.tolerance;
}

template <typename Result>
void show(const CompareFlags& flags, const Result& result, const std::string& text) {
    if (!flags.output.empty()) {
        write_file(flags.output, readable_json(compare::to_json(result)));
    }
    print_to(stdout, text);
}

std::vector<machine::Machine> machines_of(const std::vector<document::Document>& documents) {
    std::vector<machine::Machine> machines;
    for (const document::Document& document : documents) {
        for (const document::Machine& machine : document.machines) {
            machines.push_back(machine.host);
        }
    }
    return machines;
}

ExitCode show_across(const CompareFlags& flags, const view::Presentation& presentation) {
    if (!flags.where.empty() || !flags.against.empty()) {
        throw UsageError("--across lines up whole documents: it takes no --where and no --against");
    }
    const std::vector<document::Document> documents = document::read_all(flags.documents);
    const compare::Across across =
        compare::line_up(documents, history_for(flags.history, machines_of(documents), {"p50"}));
    show(flags, across, view::render_across(across, presentation));
    return ExitCode::fine;
}

/// Two documents, two selections of one, or the variants that one run measured against each other.
compare::Comparison comparison_of(const std::vector<document::Document>& documents, const CompareFlags& flags,
                                  compare::ComparisonOptions options) {
    const document::Document& base = documents.front();
    const document::Document& other = documents.back();
    const compare::Selection where = compare::parse_selection(flags.where, "--where");
    const compare::Selection against = compare::parse_selection(flags.against, "--against");
    const bool is_one = documents.size() == 1;
    if (is_one && !flags.history.folders.empty()) {
        throw UsageError("--history is for two runs; the cells of one are compared by its own launches");
    }
    if (is_one && base.cells.empty()) {
        throw UsageError(base.name + ": its run measured no cell: there is nothing to compare");
    }
    if (is_one && where.empty() && against.empty()) {
        if (base.versus.empty()) {
            throw UsageError(
                fmt::format("{}: one document alone is compared by --where NAME=VALUE --against NAME=VALUE, "
                            "or has variants of gravbench run --versus, and it has none; or give a second one",
                            base.name));
        }
        if (flags.tolerance.empty()) {
            options.rule.tolerance = own_tolerance(base).value_or(options.rule.tolerance);
        }
        return compare::compare_versus(base, options);
    }
    if (is_one && against.empty()) {
        throw UsageError("--where needs --against: which cells of the document are the new side?");
    }
    return compare::compare(base, other, compare::match(base, where, other, against), options,
                            history_for(flags.history, machines_of(documents), options.metrics));
}

/// The comparison that is the only file given; nothing where files are results documents.
std::optional<compare::Comparison> comparison_given(const CompareFlags& flags) {
    const auto found = std::find_if(flags.documents.begin(), flags.documents.end(),
                                    [](const std::string& path) { return compare::is_comparison(path); });
    if (found == flags.documents.end()) {
        return std::nullopt;
    }
    const bool is_asked_to_judge = flags.is_across || !flags.where.empty() || !flags.against.empty() ||
                                   !flags.metrics.empty() || !flags.tolerance.empty() || !flags.history.folders.empty();
    if (flags.documents.size() > 1 || is_asked_to_judge) {
        throw UsageError(
            fmt::format("{} is a comparison, which has its verdicts: give it alone to see them, "
                        "or the results documents that it was made of",
                        *found));
    }
    return compare::read_comparison(*found);
}

ExitCode show_comparison(const CompareFlags& flags, const compare::Comparison& comparison,
                         const view::Presentation& presentation) {
    show(flags, comparison, view::render_comparison(comparison, presentation));
    return compare::exit_code_for(comparison);
}

ExitCode compare_and_show(const CompareFlags& flags) {
    const view::Presentation presentation =
        presentation_from(flags.presentation, flags.is_across ? view::Content::across : view::Content::comparison);
    const compare::ComparisonOptions options = options_from(flags);
    if (!flags.output.empty()) {
        check_writable(flags.output);
    }
    for (const std::string& document : flags.documents) {
        if (!flags.output.empty() && is_same_file(flags.output, document)) {
            throw UsageError(fmt::format("-o {}: is what is to be compared; give another name", flags.output));
        }
    }
    if (const auto comparison = comparison_given(flags)) {
        return show_comparison(flags, *comparison, presentation);
    }
    if (flags.is_across) {
        return show_across(flags, presentation);
    }
    if (flags.documents.size() > 2) {
        throw UsageError(fmt::format("compare takes BASE and NEW, {} documents are given; --across lines up any number",
                                     flags.documents.size()));
    }
    return show_comparison(flags, comparison_of(document::read_all(flags.documents), flags, options), presentation);
}

}  // namespace

Action set_up_compare(CLI::App& app, const std::vector<std::string>&) {
    auto flags = std::make_shared<CompareFlags>();
    app.add_option("RESULTS", flags->documents,
                   "BASE and NEW: results documents; one alone with variants, or with --where and --against; "
                   "or a comparison that was written")
        ->required();
    app.add_option("--where", flags->where, "the base's cells: fpmath=strict,batch=1")->type_name("NAME=VALUE,...");
    app.add_option("--against", flags->against, "the new side's cells: fpmath=bf16,batch=1")
        ->type_name("NAME=VALUE,...");
    app.add_option("--metric", flags->metrics, fmt::format("{}; repeatable [p50]", compare::metric_names()))
        ->type_name("METRIC")
        ->delimiter(',')
        ->multi_option_policy(CLI::MultiOptionPolicy::TakeAll)
        ->expected(1);
    app.add_option("--tolerance", flags->tolerance,
                   "how much of a change counts [3%, for variants of one run what the run was asked for]")
        ->type_name("SHARE");
    add_history_flag(app, flags->history);
    app.add_flag("--across", flags->is_across,
                 "line up documents of several machines in one table; those of one type share a column");
    add_presentation_flags(app, view::Content::comparison, flags->presentation);
    app.add_option("-o,--output", flags->output, "also write the comparison there, as JSON")->type_name("FILE");
    app.footer(
        "Exit codes: 0 nothing is worse, 1 something is, 4 something is inconclusive or could not be compared.\n"
        "Examples: gravbench compare base.json new.json --tolerance 5%\n"
        "          gravbench compare results.json --where fpmath=strict --against fpmath=bf16 --metric p50,p99\n"
        "          gravbench compare --across c7g-1.json c7g-2.json c7g-3.json c7i.json\n"
        "          gravbench compare verdict.json   (what -o or run --comparison wrote)\n"
        "docs/compare.md says how verdicts are made.");
    return [flags] { return compare_and_show(*flags); };
}

}  // namespace gravbench::cli
