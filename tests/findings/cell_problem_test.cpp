#include "findings/cell_problem.h"

#include "catch.h"
#include "findings/outcome_builder.h"

namespace gravbench::findings {
namespace {

using records::CellOutcome;
using records::LaunchRecord;
using test::codes_of;
using test::failed_launch;
using test::fixed_launches;
using test::launches;
using test::some_accuracy;
using test::some_cell;
using Codes = std::vector<std::string>;
using Values = std::map<std::string, Value>;

const std::int64_t four = 4;

std::vector<Problem> found(const CellOutcome& outcome, const plan::RunOptions& options = fixed_launches()) {
    return problems_of(some_cell(), options, outcome, {}, {});
}

std::vector<Problem> found_with_effects(const std::vector<Effect>& effects) {
    return problems_of(some_cell(), fixed_launches(), launches(5), effects, {});
}

/// Where the engine reads back these settings.
std::vector<Problem> found_in_force(const plan::Settings& asked, const Values& effective) {
    return problems_of(some_cell(asked), fixed_launches(), launches(5), {}, effective);
}

std::vector<Problem> found_with_accuracy(const records::Accuracy& accuracy, double min_cosine = 0.99) {
    CellOutcome outcome = launches(5);
    outcome.launches[1].accuracy = accuracy;
    plan::RunOptions options = fixed_launches();
    options.judging.min_cosine = min_cosine;
    return found(outcome, options);
}

TEST_CASE("a cell whose launches all went well has no problem") {
    CHECK(found(launches(5)).empty());
}

TEST_CASE("a cell of which no launch went well has the launch's own problem") {
    CellOutcome outcome;
    outcome.launches.push_back(failed_launch("engine_crashed"));
    CHECK(found(outcome) == std::vector<Problem>{{"engine_crashed", "it went wrong"}});
}

TEST_CASE("a cell of which some launches failed says which") {
    CellOutcome outcome = launches(4);
    outcome.launches.insert(outcome.launches.begin() + 1, failed_launch("engine_timeout", 7));
    const auto problems = found(outcome);
    REQUIRE(codes_of(problems) == Codes{"launch_failed", "too_few_launches"});
    CHECK(problems[0].message == "launch 8: engine_timeout: it went wrong");
    CHECK(problems[1].message == "4 of 5 launches");
}

TEST_CASE("fewer launches than asked for is a problem, as many or more is none") {
    plan::RunOptions options = fixed_launches();
    options.sampling.launches = 3;
    CHECK(codes_of(found(launches(2), options)) == Codes{"too_few_launches"});
    CHECK(found(launches(3), options).empty());
    CHECK(found(launches(4), options).empty());
}

TEST_CASE("an interrupted cell is not told that it has too few launches") {
    CellOutcome outcome = launches(2);
    outcome.problems.push_back({"interrupted", "2 of 5 launches"});
    CHECK(codes_of(found(outcome)) == Codes{"interrupted"});
}

TEST_CASE("a cell that was never launched has the problems it was given") {
    CellOutcome outcome;
    outcome.problems.push_back({"not_measured", "--max-time was over"});
    CHECK(codes_of(found(outcome)) == Codes{"not_measured"});
    CHECK(found({}).empty());
}

TEST_CASE("what the launches say of noise is among the problems") {
    CellOutcome outcome = test::outcome_of(test::with_medians({50, 50.1, 49.9, 72, 50.2, 49.8}));
    CHECK(codes_of(found(outcome)) == Codes{"unusual_launch"});
    // A failed launch says nothing about noise.
    outcome.launches.push_back(failed_launch("engine_crashed", 6));
    CHECK(codes_of(found(outcome)) == Codes{"launch_failed", "unusual_launch"});
}

TEST_CASE("a setting that is not in force is a problem that names both values") {
    const auto problems =
        found_in_force({{"jit", "freeze"}}, {{"jit", "none"}, {"layout", "contiguous"}, {"unknown", std::int64_t{1}}});
    REQUIRE(codes_of(problems) == Codes{"setting_without_effect"});
    CHECK(problems[0].message == "jit: freeze was asked for, none is in force");
}

TEST_CASE("any number of threads is what cores asked for, another than the one asked for is not") {
    const std::int64_t two = 2;
    CHECK(found_in_force({}, {{"threads", two}}).empty());
    CHECK(found_in_force({{"threads", two}}, {{"threads", two}}).empty());
    CHECK(codes_of(found_in_force({{"threads", four}}, {{"threads", two}})) == Codes{"setting_without_effect"});
}

TEST_CASE("a setting that changed nothing is a problem with the evidence, whoever asked for it") {
    const auto problems = found_with_effects({{"fpmath", "bf16", Effect::Verdict::no_effect, "no kernel ran in BF16"},
                                              {"threads", "cores", Effect::Verdict::no_effect, "1 thread worked"}});
    REQUIRE(codes_of(problems) == Codes{"setting_without_effect", "setting_without_effect"});
    CHECK(problems[0].message == "fpmath bf16: no kernel ran in BF16");
    CHECK(problems[1].message == "threads cores: 1 thread worked");
}

TEST_CASE("a setting of which nothing shows the effect is a problem only where it was asked for") {
    const auto asked = found_with_effects({{"threads", four, Effect::Verdict::unknown, "too short to see"}});
    REQUIRE(codes_of(asked) == Codes{"setting_unknown_effect"});
    CHECK(asked[0].message == "threads 4: too short to see");
    CHECK(found_with_effects({{"threads", "cores", Effect::Verdict::unknown, "too short to see"}}).empty());
    CHECK(found_with_effects(
              {{"fpmath", "bf16", Effect::Verdict::engaged, "x"}, {"isa", "avx2", Effect::Verdict::partly, "x"}})
              .empty());
}

TEST_CASE("a setting that the audit judged is not complained of once more because of what is in force") {
    const Effect none{"jit", "freeze", Effect::Verdict::no_effect, "the same kernels"};
    const auto problems =
        problems_of(some_cell({{"jit", "freeze"}}), fixed_launches(), launches(5), {none}, {{"jit", "none"}});
    CHECK(codes_of(problems) == Codes{"setting_without_effect"});
}

TEST_CASE("accuracy below the limit is a problem, accuracy at the limit is not") {
    CHECK(found_with_accuracy(some_accuracy(0.9), 0.9).empty());
    const auto problems = found_with_accuracy(some_accuracy(0.899), 0.9);
    REQUIRE(codes_of(problems) == Codes{"accuracy_below_limit"});
    CHECK(problems[0].message == "cosine similarity 0.899000 is below 0.9");
}

TEST_CASE("outputs that are not finite are a problem with their number") {
    const auto problems = found_with_accuracy(some_accuracy(std::nullopt));
    REQUIRE(codes_of(problems) == Codes{"nonfinite_output"});
    CHECK(problems[0].message == "3 of 1000 elements are NaN or infinite");
}

TEST_CASE("a reference that differs from the export is a problem of the cell") {
    records::Accuracy accuracy = some_accuracy(1.0);
    accuracy.reference.export_check = protocol::Comparison{};
    accuracy.reference.export_check->relative_l2_error = 1e-3;
    CHECK(found_with_accuracy(accuracy).empty());
    for (const std::optional<double> wrong : {std::optional(1.1e-3), std::optional<double>()}) {
        accuracy.reference.export_check->relative_l2_error = wrong;
        CHECK(codes_of(found_with_accuracy(accuracy)) == Codes{"reference_differs_from_export"});
    }
}

TEST_CASE("the comparison of a cell is that of the first launch that made one") {
    CellOutcome outcome = launches(5);
    CHECK_FALSE(accuracy_of(outcome));
    outcome.launches[1].accuracy = some_accuracy(0.995);
    outcome.launches[2].accuracy = some_accuracy(0.5);
    CHECK(accuracy_of(outcome) == some_accuracy(0.995));
    CHECK(found(outcome).empty());
}

TEST_CASE("a requirement without an audit that could meet it is not met") {
    plan::RunOptions options = fixed_launches();
    options.judging.require = {"bf16"};
    options.judging.is_bf16_asked_for = true;
    const auto problems = problems_of(some_cell({{"fpmath", "bf16"}}), options, launches(5), {}, {});
    REQUIRE(codes_of(problems) == Codes{"requirement_not_met"});
    CHECK_THAT(problems[0].message, Contains("there is no audit"));
    // The strict cell beside it is what that one is compared with.
    CHECK(found(launches(5), options).empty());
}

TEST_CASE("an audit that failed, or lost lines, is a problem") {
    CellOutcome outcome = launches(5);
    outcome.audit.emplace();
    outcome.audit->audit.torn_lines = 2;
    const auto incomplete = found(outcome);
    REQUIRE(codes_of(incomplete) == Codes{"audit_incomplete"});
    CHECK(incomplete[0].message == "0 lines of unknown kinds, 2 torn ones");
    outcome.audit.emplace();
    outcome.audit->problem = Problem{"engine_crashed", "signal 11"};
    const auto failed = found(outcome);
    REQUIRE(codes_of(failed) == Codes{"audit_failed"});
    CHECK(failed[0].message == "engine_crashed: signal 11");
}

}  // namespace
}  // namespace gravbench::findings
