#include <cmath>
#include <random>

#include "catch.h"
#include "compare/across.h"
#include "compare/comparison.h"
#include "compare/comparison_json.h"
#include "document_builder.h"

using namespace gravbench;
using namespace gravbench::compare;
using gravbench::test::cell_of;
using gravbench::test::document_of;
using gravbench::test::earlier_runs;

namespace {

const std::string graviton = "c7g.xlarge";
const std::string intel = "c6i.xlarge";

document::Document run_on(const std::string& type, const std::string& name, const std::vector<double>& launches_ms) {
    document::Document document = document_of({cell_of(launches_ms)}, name);
    document.machines[0].host.instance_type = type;
    return document;
}

/// Launches that agree: runs are all that differs.
document::Document run_on(const std::string& type, const std::string& name, double level_ms) {
    return run_on(type, name, std::vector<double>(3, level_ms));
}

document::Document with_problem(document::Document document, const std::string& code) {
    document.cells[0].is_valid = false;
    document.cells[0].problems = {{code, ""}};
    return document;
}

document::Document without_type(document::Document document, const std::string& cpu) {
    document.machines[0].host.instance_type.reset();
    document.machines[0].host.cpu = cpu;
    return document;
}

std::vector<std::vector<std::string>> columns_of(const Across& across) {
    std::vector<std::vector<std::string>> columns;
    for (const AcrossMachine& machine : across.machines) {
        columns.push_back({machine.name});
        columns.back().insert(columns.back().end(), machine.documents.begin(), machine.documents.end());
    }
    return columns;
}

using Columns = std::vector<std::vector<std::string>>;

const std::vector<document::Document> three_and_two{run_on(graviton, "one", 10), run_on(intel, "two", 20),
                                                    run_on(graviton, "three", 10.5), run_on(graviton, "four", 9.8),
                                                    run_on(intel, "five", 21)};
const std::vector<document::Document> three_and_one(three_and_two.begin(), three_and_two.end() - 1);

}  // namespace

TEST_CASE("documents of one type of machine are one column, where the first of them stands") {
    const Across across = line_up(three_and_two);
    CHECK(columns_of(across) ==
          Columns{{graviton, "one.json", "three.json", "four.json"}, {intel, "two.json", "five.json"}});
    REQUIRE(across.rows.size() == 1);
    CHECK(across.rows[0].entries.size() == 2);
    CHECK(across.warnings.empty());
}

TEST_CASE("figures of a type are geometric means of its runs, with Student's interval over runs") {
    // exp of mean +- scipy.stats.t.ppf(.975, 2) * sem of log([10, 10.5, 9.8]), scipy 1.17.1
    const AcrossEntry entry = line_up(three_and_two).rows[0].entries[0];
    CHECK(entry.is_of_type());
    CHECK(entry.runs == 3);
    CHECK(*entry.p50_ms == Approx(10.095746992151861).epsilon(1e-6));
    CHECK(entry.p50_ci95->low == Approx(9.244255624975425).epsilon(1e-6));
    CHECK(entry.p50_ci95->high == Approx(11.025669503791368).epsilon(1e-6));
    CHECK(*entry.throughput_per_s == Approx(1000 / *entry.p50_ms).epsilon(1e-3));
    CHECK(*entry.per_vcpu_per_s == Approx(*entry.throughput_per_s / 4));
    CHECK(*entry.per_core_per_s == Approx(*entry.throughput_per_s / 4));
}

TEST_CASE("runs on one machine count once where there are several machines, and say so where there is one") {
    std::vector<document::Document> runs{run_on(graviton, "one", 10), run_on(graviton, "two", 10.4),
                                         run_on(graviton, "three", 12)};
    for (document::Document& run : runs) {
        run.machines[0].host.id = "a";
    }
    AcrossEntry entry = line_up(runs).rows.at(0).entries.at(0);
    CHECK(entry.machines == 1);
    CHECK_FALSE(entry.is_of_type());
    CHECK(entry.p50_ci95->low < 10);
    runs[2].machines[0].host.id = "b";
    entry = line_up(runs).rows.at(0).entries.at(0);
    CHECK(entry.machines == 2);
    CHECK(entry.is_of_type());
    // The first two are one observation; 12.706 is Student's t of one degree of freedom.
    const double first = std::sqrt(10 * 10.4);
    CHECK(*entry.p50_ms == Approx(std::sqrt(first * 12)));
    CHECK(entry.p50_ci95->high ==
          Approx(std::sqrt(first * 12) * std::exp(12.706 * std::log(12 / first) / 2)).epsilon(1e-3));
    runs[1].machines[0].host.id.reset();
    entry = line_up(runs).rows.at(0).entries.at(0);
    CHECK(entry.machines == 0);
    CHECK(*entry.p50_ms == Approx(std::cbrt(10 * 10.4 * 12)));
}

TEST_CASE("what launches of a run scatter is in its figure already") {
    const auto scattered = run_on(graviton, "one", {9, 10, 100.0 / 9});  // Their geometric mean is 10.
    const auto two = run_on(graviton, "two", 11);
    const AcrossEntry wide = line_up({scattered, two}).rows[0].entries[0];
    const AcrossEntry narrow = line_up({run_on(graviton, "one", 10), two}).rows[0].entries[0];
    CHECK(wide.p50_ci95->low == Approx(narrow.p50_ci95->low).epsilon(1e-5));
    CHECK(wide.p50_ci95->high == Approx(narrow.p50_ci95->high).epsilon(1e-5));
}

TEST_CASE("the lowest cosine of a type's runs is told") {
    std::vector<document::Document> runs{run_on(graviton, "one", 10), run_on(graviton, "two", 11)};
    for (document::Document& run : runs) {
        run.cells[0].accuracy.emplace();
    }
    runs[0].cells[0].accuracy->outputs.cosine_similarity = 0.99;
    runs[1].cells[0].accuracy->outputs.cosine_similarity = 0.98;
    CHECK(line_up(runs).rows[0].entries[0].cosine == 0.98);
}

TEST_CASE("the ratio of two types is Welch's over their runs") {
    // exp of scipy.stats.ttest_ind(log([20, 21]), log([10, 10.5, 9.8]), equal_var=False).confidence_interval(), scipy
    // 1.17.1
    const auto ratio = line_up(three_and_two).rows[0].entries[1].ratio;
    REQUIRE(ratio);
    CHECK(ratio->value == Approx(2.0299539546554164).epsilon(1e-6));
    CHECK(ratio->ci95.low == Approx(1.8002113064137701).epsilon(1e-6));
    CHECK(ratio->ci95.high == Approx(2.289016318995409).epsilon(1e-6));
}

TEST_CASE("a machine with one document counts the spread that runs are assumed to have") {
    // Variances of log([10, 10.5, 9.8]) / 3 with 2 degrees of freedom and 0.055^2 with 3, by Satterthwaite and scipy
    // 1.17.1; its launches agree.
    const AcrossEntry entry = line_up(three_and_one).rows[0].entries[1];
    CHECK_FALSE(entry.is_of_type());
    REQUIRE(entry.ratio);
    CHECK(entry.ratio->value == Approx(1.981032212430384).epsilon(1e-6));
    CHECK(entry.ratio->ci95.low == Approx(1.676773917956301).epsilon(1e-6));
    CHECK(entry.ratio->ci95.high == Approx(2.34049956566005).epsilon(1e-6));
    CHECK_FALSE(entry.first_spread);
    REQUIRE(entry.own_spread);
    CHECK(entry.own_spread->runs == 0);
}

TEST_CASE("two machines of one document each have the ratio that compare gives two runs") {
    const auto one = run_on(graviton, "one", {10, 10.1, 9.9});
    const auto two = run_on(intel, "two", {20, 20.4, 19.8});
    const auto ratio = line_up({one, two}).rows[0].entries[1].ratio;
    const auto compared = compare::compare(one, two, match(one, {}, two, {}), ComparisonOptions()).cells.at(0).ratio;
    REQUIRE(ratio);
    CHECK(ratio->ci95.low == compared->ci95.low);
    CHECK(ratio->ci95.high == compared->ci95.high);
}

TEST_CASE("the interval of one document is that which the document has") {
    const auto one = run_on(graviton, "one", {10, 10.1, 9.9});
    const AcrossEntry entry = line_up({one}).rows[0].entries[0];
    CHECK_FALSE(entry.is_of_type());
    CHECK(entry.p50_ci95->low == one.cells[0].latency->at("p50").ci95->low);
    CHECK_FALSE(entry.ratio);
}

TEST_CASE("earlier runs on a machine's kind replace what is assumed of it") {
    RunHistory history({"p50"});
    for (const document::Document& run : earlier_runs(three_and_one[1], 0.01)) {
        history.add(run);
    }
    const AcrossEntry assumed = line_up(three_and_one).rows[0].entries[1];
    const AcrossEntry known = line_up(three_and_one, history).rows[0].entries[1];
    CHECK(known.own_spread->runs == 8);
    CHECK(known.ratio->standard_error < assumed.ratio->standard_error);
}

TEST_CASE("runs whose cell must not be used or is missing do not count, and are named") {
    document::Document other_batch = run_on(graviton, "three", 10);
    other_batch.cells[0].identity.shape["batch"] = 8;
    const std::vector<document::Document> runs{with_problem(run_on(graviton, "one", 1), "emulated"),
                                               run_on(graviton, "two", 10), other_batch, run_on(graviton, "four", 11)};
    const AcrossEntry entry = line_up(runs).rows[0].entries[0];
    CHECK(entry.runs == 2);
    CHECK(*entry.p50_ms == Approx(std::sqrt(110)).epsilon(1e-6));
    REQUIRE(entry.left_out.size() == 2);
    CHECK((entry.left_out[0].document == "one.json" && entry.left_out[0].reason == "emulated"));
    CHECK((entry.left_out[1].document == "three.json" && entry.left_out[1].reason == "not measured"));
    CHECK(entry.reason.empty());
    const Json json = to_json(line_up(runs)).at("rows").at(0).at("entries").at(0);
    CHECK(json.at("left_out").at(0) == Json{{"document", "one.json"}, {"reason", "emulated"}});
    CHECK(json.at("is_of_type") == true);
}

TEST_CASE("what is left of a type may be one machine, or none") {
    const auto one = with_problem(run_on(graviton, "one", 1), "emulated");
    const auto two = with_problem(run_on(graviton, "two", 1), "timeout");
    const AcrossEntry left = line_up({one, run_on(graviton, "three", 10)}).rows[0].entries[0];
    CHECK(left.runs == 1);
    CHECK_FALSE(left.is_of_type());
    const AcrossEntry none = line_up({one, two}).rows[0].entries[0];
    CHECK(none.runs == 0);
    CHECK(none.reason == "emulated, timeout");
    CHECK_FALSE(none.p50_ms);
}

TEST_CASE("a run without a p50 does not count where others have one") {
    auto withheld = run_on(graviton, "one", {10, 20});
    withheld.cells[0].latency->percentiles[0].value.reset();
    const AcrossEntry entry = line_up({withheld, run_on(graviton, "two", 10)}).rows[0].entries[0];
    CHECK(*entry.p50_ms == Approx(10));
    CHECK(entry.runs == 1);
    CHECK(entry.left_out.at(0).reason == "no p50");
}

TEST_CASE("without an instance type machines of one kind are a column, unlike and unknown ones are not") {
    const auto one = without_type(run_on("", "one", 10), "AMD EPYC");
    const auto two = without_type(run_on("", "two", 10), "AMD EPYC");
    CHECK(columns_of(line_up({one, two})) == Columns{{"one and 1 more", "one.json", "two.json"}});
    const auto unlike = without_type(two, "Intel Xeon");
    CHECK(columns_of(line_up({one, unlike})) == Columns{{"one", "one.json"}, {"two", "two.json"}});
    CHECK(line_up({without_type(one, ""), without_type(two, "")}).machines.size() == 2);
    CHECK(line_up({one, run_on(graviton, "two", 10)}).machines.size() == 2);
    auto elsewhere = unlike;
    elsewhere.name = "elsewhere/one.json";
    CHECK(columns_of(line_up({one, elsewhere})) ==
          Columns{{"one (one.json)", "one.json"}, {"one (elsewhere/one.json)", "elsewhere/one.json"}});
}

TEST_CASE("a run that is given twice counts once, and that is told") {
    auto copy = run_on(graviton, "one", 10);
    copy.name = "copy.json";
    const Across across = line_up({run_on(graviton, "one", 10), copy});
    CHECK(columns_of(across) == Columns{{graviton, "one.json"}});
    REQUIRE(across.warnings.size() == 1);
    CHECK(across.warnings[0].code == "same_run");
    CHECK(across.warnings[0].message == "one.json and copy.json are of one run: the first of them counts");
}

TEST_CASE("documents of one type that differ in model, versions or machine are warned of by their names") {
    auto other = run_on(graviton, "two", 10);
    other.cells[0].model.weights_kind = "pretrained";
    other.engines[0].description.version = "2.14.0";
    other.machines[0].host.cpu = "Neoverse V2 (Graviton4)";
    other.machines[0].host.memory_bytes = 1;
    const Across across = line_up({run_on(graviton, "one", 10), other});
    REQUIRE(across.warnings.size() == 3);
    CHECK(across.warnings[0].message ==
          "c7g.xlarge, one.json and two.json: CPU: Neoverse V1 (Graviton3) and Neoverse V2 (Graviton4)");
    CHECK(across.warnings[1].message == "c7g.xlarge, one.json and two.json: weights: random and pretrained");
    CHECK(across.warnings[2].message == "c7g.xlarge, one.json and two.json: engine: torch 2.13.0 and torch 2.14.0");
    CHECK(across.machines[0].cpu == "Neoverse V1 (Graviton3) or Neoverse V2 (Graviton4)");
}

TEST_CASE("the interval of a type holds the truth in about 95% of its draws") {
    constexpr int draws = 2000;
    constexpr double truth_ms = 10;
    std::mt19937_64 random(20261130);
    std::normal_distribution<double> between_runs(0, 0.03);
    std::vector<document::Document> runs;
    for (const char* name : {"one", "two", "three", "four"}) {
        runs.push_back(run_on(graviton, name, truth_ms));
    }
    int holding = 0;
    for (int i = 0; i < draws; ++i) {
        for (document::Document& run : runs) {
            run.cells[0].latency->percentiles[0].value = truth_ms * std::exp(between_runs(random));
        }
        const auto interval = line_up(runs).rows[0].entries[0].p50_ci95.value();
        holding += interval.low <= truth_ms && truth_ms <= interval.high ? 1 : 0;
    }
    CHECK(holding >= 0.93 * draws);
    CHECK(holding <= 0.97 * draws);
}
