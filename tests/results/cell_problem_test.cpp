#include <cmath>

#include "catch.h"
#include "results/outcome_builder.h"

namespace gravbench::results {
namespace {

using Codes = std::vector<std::string>;

Json result_of(const CellOutcome& outcome, const plan::Cell& cell = some_cell(),
               const plan::RunOptions& options = fixed_launches()) {
    return cell_result(cell, some_model(), options, outcome);
}

Json with_accuracy(const Json& accuracy, const plan::RunOptions& options = fixed_launches()) {
    CellOutcome outcome{launches(5), {}};
    outcome.launches[1].accuracy = accuracy;
    return result_of(outcome, some_cell(), options);
}

TEST_CASE("a cell whose launches all went well has no problem") {
    const Json cell = result_of({launches(5), {}});
    CHECK(codes_of(cell).empty());
    CHECK(cell["valid"] == Json(true));
    CHECK(cell["latency_ms"]["launches"] == Json(5));
    CHECK_FALSE(cell.contains("log_tail"));
}

TEST_CASE("a cell of which no launch went well has the launch's own problem, no figures, and the end of the log") {
    const Json cell = result_of({{failed_launch("engine_crashed")}, {}});
    CHECK(codes_of(cell) == Codes{"engine_crashed"});
    CHECK(cell["problems"][0]["message"] == Json("it went wrong"));
    CHECK(cell["valid"] == Json(false));
    CHECK(cell["latency_ms"].is_null());
    CHECK(cell["throughput_per_s"].is_null());
    CHECK(cell["cold_start_ms"].is_null());
    CHECK(cell["memory"]["peak_rss_bytes"].is_null());
    CHECK(cell["samples"]["launches"].empty());
    CHECK(cell["log_tail"] == Json("last words"));
    CHECK(cell["engine"]["name"] == Json("torch"));
}

TEST_CASE("a cell of which some launches failed keeps its figures and says which") {
    CellOutcome outcome{launches(4), {}};
    outcome.launches.insert(outcome.launches.begin() + 1, failed_launch("engine_timeout", 7));
    const Json cell = result_of(outcome);
    CHECK(codes_of(cell) == Codes{"launch_failed", "too_few_launches"});
    CHECK(cell["problems"][0]["message"] == Json("launch 8: engine_timeout: it went wrong"));
    CHECK(cell["problems"][1]["message"] == Json("4 of 5 launches"));
    CHECK(cell["valid"] == Json(true));
    CHECK(cell["samples"]["launches"].size() == 4);
    CHECK_FALSE(cell.contains("log_tail"));
}

TEST_CASE("fewer launches than asked for is a problem, as many or more is none") {
    plan::RunOptions options = fixed_launches();
    options.launches = 3;
    CHECK(codes_of(result_of({launches(2), {}}, some_cell(), options)) == Codes{"too_few_launches"});
    CHECK(codes_of(result_of({launches(3), {}}, some_cell(), options)).empty());
    CHECK(codes_of(result_of({launches(4), {}}, some_cell(), options)).empty());
}

TEST_CASE("a cell that was never launched has the problems it was given, and is not valid") {
    const Json cell = result_of({{}, {{"not_measured", "--max-time was over"}}});
    CHECK(codes_of(cell) == Codes{"not_measured"});
    CHECK(cell["valid"] == Json(false));
    CHECK(cell["engine"].is_null());
    CHECK(result_of({})["valid"] == Json(false));
}

TEST_CASE("a setting that is not in force is a problem that names both values") {
    CellOutcome outcome{launches(5), {}};
    for (LaunchRecord& launch : outcome.launches) {
        launch.effective = {{"jit", "none"}, {"layout", "contiguous"}, {"unknown", 1}};
    }
    const Json cell = result_of(outcome, some_cell({{"jit", "freeze"}}));
    CHECK(codes_of(cell) == Codes{"setting_without_effect"});
    CHECK(cell["problems"][0]["message"] == Json("jit: \"freeze\" was asked for, \"none\" is in force"));
    CHECK(cell["valid"] == Json(true));
    CHECK(cell["settings"]["requested"]["jit"] == Json("freeze"));
    CHECK(cell["settings"]["effective"]["jit"] == Json("none"));
}

TEST_CASE("any number of threads is what cores asked for, another than the one asked for is not") {
    CellOutcome outcome{launches(5), {}};
    outcome.launches[0].effective = {{"threads", 2}};
    CHECK(codes_of(result_of(outcome)).empty());
    CHECK(codes_of(result_of(outcome, some_cell({{"threads", 2}}))).empty());
    CHECK(codes_of(result_of(outcome, some_cell({{"threads", 4}}))) == Codes{"setting_without_effect"});
}

TEST_CASE("accuracy below the limit invalidates the cell, accuracy at the limit does not") {
    plan::RunOptions options = fixed_launches();
    options.min_cosine = 0.9;
    CHECK(codes_of(with_accuracy(some_accuracy(0.9), options)).empty());
    const Json cell = with_accuracy(some_accuracy(0.899), options);
    CHECK(codes_of(cell) == Codes{"accuracy_below_limit"});
    CHECK(cell["problems"][0]["message"] == Json("cosine similarity 0.899000 is below 0.9"));
    CHECK(cell["valid"] == Json(false));
    CHECK(cell["accuracy"]["cosine_similarity"] == Json(0.899));
}

TEST_CASE("outputs that are not finite invalidate the cell") {
    const Json cell = with_accuracy(some_accuracy(nullptr));
    CHECK(codes_of(cell) == Codes{"nonfinite_output"});
    CHECK(cell["problems"][0]["message"] == Json("3 of 1000 elements are NaN or infinite"));
    CHECK(cell["valid"] == Json(false));
}

TEST_CASE("a reference that differs from the export is a problem of the cell") {
    CHECK(codes_of(with_accuracy(some_accuracy(1.0, {{"relative_l2_error", 1e-3}}))).empty());
    for (const Json& wrong : {Json(1.1e-3), Json()}) {
        const Json cell = with_accuracy(some_accuracy(1.0, {{"relative_l2_error", wrong}}));
        CHECK(codes_of(cell) == Codes{"reference_differs_from_export"});
        CHECK(cell["valid"] == Json(false));
    }
}

TEST_CASE("a cell without a comparison has no accuracy, and no problem from it") {
    const Json cell = with_accuracy(nullptr);
    CHECK(cell["accuracy"].is_null());
    CHECK(codes_of(cell).empty());
}

TEST_CASE("a cell's throughput counts the rows of its batch") {
    const Json one = result_of({launches(5), {}});
    const Json eight = result_of({launches(5), {}}, some_cell({{"batch", 8}}));
    CHECK(eight["throughput_per_s"]["value"].get<double>() ==
          Approx(8 * one["throughput_per_s"]["value"].get<double>()));
}

TEST_CASE("a cell's memory is the highest peak of its launches, and unknown where none said") {
    CellOutcome outcome{launches(3), {}};
    outcome.launches[1].peak_rss_bytes = std::int64_t{3} << 30;
    CHECK(result_of(outcome)["memory"]["peak_rss_bytes"] == Json(std::int64_t{3} << 30));
    for (LaunchRecord& launch : outcome.launches) {
        launch.peak_rss_bytes = 0;
    }
    CHECK(result_of(outcome)["memory"]["peak_rss_bytes"].is_null());
}

TEST_CASE("a cell keeps every sample and wall time, by launch and block") {
    CellOutcome outcome{{launch({1, 2}), launch({3}, 1)}, {}};
    outcome.launches[0].blocks.push_back(block({4}, 5));
    const Json samples = result_of(outcome)["samples"];
    CHECK(samples["launches"].dump() == "[[[1000000,2000000],[4000000]],[[3000000]]]");
    CHECK(samples["wall_ns"].dump() == "[[3000000,5000000],[3000000]]");
}

TEST_CASE("a cell names the hash of the file that it measured") {
    CHECK(result_of({launches(5), {}})["model"]["sha256"] == Json(std::string(64, 'a')));
    CHECK(result_of({launches(5), {}}, some_cell({{"dtype", "bf16"}}))["model"]["sha256"] ==
          Json(std::string(64, 'b')));
}

}  // namespace
}  // namespace gravbench::results
