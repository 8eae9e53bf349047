#include "compare/across.h"

#include "base/errors.h"
#include "catch.h"
#include "compare/comparison.h"
#include "compare/comparison_json.h"
#include "document_builder.h"

using namespace gravbench;
using namespace gravbench::compare;
using gravbench::test::cell_of;
using gravbench::test::document_of;

namespace {

document::Cell on_engine(document::Cell cell, const std::string& label) {
    cell.identity.engine = label;
    test::refresh(cell);
    return cell;
}

document::Document on_machine(document::Document document, const std::string& instance_type) {
    document.machines[0].host.instance_type = instance_type;
    return document;
}

std::vector<std::string> names_of(const Across& across) {
    std::vector<std::string> names;
    for (const AcrossMachine& machine : across.machines) {
        names.push_back(machine.name);
    }
    return names;
}

}  // namespace

TEST_CASE("one model is in one row, whatever its engine is called here and there") {
    const auto c7g = on_machine(document_of({cell_of({10, 11, 12})}), "c7g.xlarge");
    auto c6i = on_machine(document_of({on_engine(cell_of({20, 22, 24}), "torch-2.13")}, "two"), "c6i.xlarge");
    c6i.machines[0].host.physical_cores = 2;
    const Across across = line_up({c7g, c6i});
    CHECK(names_of(across) == std::vector<std::string>{"c7g.xlarge", "c6i.xlarge"});
    REQUIRE(across.rows.size() == 1);
    CHECK(across.rows[0].key == plan::key_of(c7g.cells[0].identity));
    const auto& [first, second] = std::pair(across.rows[0].entries[0], across.rows[0].entries[1]);
    CHECK(!first.ratio);
    REQUIRE(second.ratio);
    CHECK(second.ratio->value == Approx(2));
    CHECK(*second.per_core_per_s == Approx(2 * *second.per_vcpu_per_s));
    CHECK(across.warnings.empty());
}

TEST_CASE("engines of one document have rows of their own") {
    const auto both = document_of({cell_of({10, 11}), on_engine(cell_of({20, 22}), "openvino")});
    const Across across = line_up({both, on_machine(both, "c6i.xlarge")});
    REQUIRE(across.rows.size() == 2);
    CHECK(*across.rows[0].entries[0].p50_ms == Approx(std::sqrt(110)).epsilon(1e-3));
    CHECK(*across.rows[1].entries[1].p50_ms == Approx(std::sqrt(440)).epsilon(1e-3));
    CHECK_THAT(across.rows[1].key, Contains("openvino"));
}

TEST_CASE("a document with one cell twice is refused: only one of them would be seen") {
    const auto twice = document_of({cell_of({10, 11}), cell_of({20, 22})});
    CHECK_THROWS_AS(line_up({twice}), DataError);
    CHECK_THROWS_WITH(line_up({twice}), Contains(twice.cells[0].key + " stands there twice"));
}

TEST_CASE("a cell has the same figure here as in a comparison") {
    const auto metric = GENERATE(as<std::string>(), "p50", "throughput");
    auto document = document_of({cell_of({10, 11, 14})});
    // What the document says counts, however it was made.
    document.cells[0].latency->percentiles[0].value = 55.33;
    document.cells[0].throughput->value = 17;
    const Across across = line_up({document});
    ComparisonOptions options;
    options.metrics = {metric};
    const Comparison comparison = compare::compare(document, document, match(document, {}, document, {}), options);
    const AcrossEntry& entry = across.rows[0].entries[0];
    CHECK(comparison.cells[0].base == (metric == "p50" ? entry.p50_ms : entry.throughput_per_s));
    CHECK(entry.p50_ms == 55.33);
}

TEST_CASE("other model files, weights and versions are warned of, with the machines") {
    const auto base = on_machine(document_of({cell_of({10, 11})}), "c7g.xlarge");
    auto other = on_machine(document_of({cell_of({20, 22})}, "two"), "c6i.xlarge");
    other.cells[0].model.sha256 = std::string(64, 'b');
    other.cells[0].model.weights_kind = "pretrained";
    other.engines[0].description.version = "2.14.0";
    const Across across = line_up({base, other});
    REQUIRE(across.warnings.size() == 3);
    CHECK(across.warnings[0].code == "model_file");
    CHECK(across.warnings[0].message ==
          "c7g.xlarge and c6i.xlarge: the model's file (SHA-256): aaaaaaaaaaaa and bbbbbbbbbbbb");
    CHECK(across.warnings[1].message == "c7g.xlarge and c6i.xlarge: weights: random and pretrained");
    CHECK(across.warnings[2].message == "c7g.xlarge and c6i.xlarge: engine: torch 2.13.0 and torch 2.14.0");
    CHECK(to_json(across).at("warnings").size() == 3);
}

TEST_CASE("a document without cells, and cells without figures, say so") {
    document::Cell emulated = cell_of({1, 1});
    emulated.is_valid = false;
    emulated.problems = {{"emulated", "its times mean nothing"}};
    const Across across =
        line_up({document_of({cell_of({10, 11})}), on_machine(document_of({emulated}, "two"), "b"),
                 on_machine(document_of({cell_of({})}, "three"), "c"), on_machine(document_of({}, "four"), "d")});
    const auto& entries = across.rows.at(0).entries;
    CHECK(entries[0].reason.empty());
    CHECK(entries[1].reason == "emulated");
    CHECK(!entries[1].p50_ms);
    CHECK(entries[2].reason == "no complete launch");
    CHECK(entries[3].reason == "not measured");
    REQUIRE(across.warnings.size() == 1);
    CHECK(across.warnings[0].message == "four.json has no cells: its run measured nothing");
}
