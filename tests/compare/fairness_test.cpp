#include "compare/fairness.h"

#include <algorithm>
#include <functional>

#include "catch.h"
#include "document_builder.h"

using namespace gravbench;
using namespace gravbench::compare;
using gravbench::test::cell_of;
using gravbench::test::document_of;

namespace {

document::Document some_document() {
    return document_of({cell_of({10, 11})});
}

std::vector<Warning> warnings_of(const document::Document& base, const document::Document& other) {
    return unfairness(base, other, match(base, {}, other, {}));
}

struct Change {
    const char* code;
    const char* message;
    std::size_t cells;
    std::function<void(document::Document& document)> make;
};

void disturb_all(document::Document& document) {
    for (document::Launch& launch : document.cells[0].launches) {
        for (records::Block& block : launch.measured.blocks) {
            block.disturbed_by.push_back("waited 12% of the time for a CPU");
        }
    }
}

std::vector<Change> changes() {
    using document::Document;
    return {
        {"machine", "instance type: c7g.xlarge and unknown", 0,
         [](Document& document) { document.machines[0].host.instance_type.reset(); }},
        {"machine", "CPU: Neoverse V1 (Graviton3) and Neoverse N1", 0,
         [](Document& document) { document.machines[0].host.cpu = "Neoverse N1"; }},
        {"machine", "usable CPUs: 4 and 2", 0, [](Document& document) { document.machines[0].host.usable_cpus = 2; }},
        {"kernel", "kernel: unknown and 6.8", 0, [](Document& document) { document.machines[0].host.kernel = "6.8"; }},
        {"machine_setup", "CPU quota: unknown and 1.5", 0,
         [](Document& document) { document.machines[0].host.cpu_quota = 1.5; }},
        {"inputs", "seed of the inputs: 1 and 2", 0, [](Document& document) { document.run.seed = 2; }},
        {"versions", "gravbench: 0.2.0 and 0.3.0", 0, [](Document& document) { document.run.tool.version = "0.3.0"; }},
        {"partial", "one.json is of a run that was interrupted", 0,
         [](Document& document) { document.run.is_complete = false; }},
        {"model_file", "the model's file (SHA-256): aaaaaaaaaaaa and bbbbbbbbbbbb", 1,
         [](Document& document) { document.cells[0].model.sha256 = std::string(64, 'b'); }},
        {"weights", "weights: random and pretrained", 1,
         [](Document& document) { document.cells[0].model.weights_kind = "pretrained"; }},
        {"versions", "engine: torch 2.13.0 and torch 2.14.0", 1,
         [](Document& document) { document.engines[0].description.version = "2.14.0"; }},
        {"versions", "libraries: onednn 3.12.0 and 3.11.0", 1,
         [](Document& document) { document.engines[0].description.libraries["onednn"] = "3.11.0"; }},
        {"versions", "libraries: acl none and 52.4", 1,
         [](Document& document) { document.engines[0].description.libraries["acl"] = "52.4"; }},
        {"inputs", "inputs (digest): 8f3a1c20b7d4e956 and 9", 1,
         [](Document& document) { document.cells[0].launches[0].measured.inputs_digest = "9"; }},
        {"warmup", "warm-up: 5 and 28 inferences in the mean", 1,
         [](Document& document) { document.cells[0].launches[0].measured.warmup_inferences = 51; }},
        {"blocks", "samples of a launch: 14 and 2 in the mean", 1,
         [](Document& document) {
             for (document::Launch& launch : document.cells[0].launches) {
                 launch.measured.blocks = {test::block_of({10, 11})};
             }
         }},
        {"settings", "threads in force: 4 and 2", 1,
         [](Document& document) { document.cells[0].effective["threads"] = std::int64_t{2}; }},
        {"settings", "threads in force: 4 and unknown", 1,
         [](Document& document) { document.cells[0].effective.clear(); }},
        {"disturbed", "disturbed blocks: 0% and 100%", 1, disturb_all},
    };
}

}  // namespace

TEST_CASE("two sides that differ in nothing get no warning") {
    CHECK(warnings_of(some_document(), some_document()).empty());
}

TEST_CASE("whatever else differs is one warning with both values") {
    for (const Change& change : changes()) {
        document::Document other = some_document();
        change.make(other);
        const auto warnings = warnings_of(some_document(), other);
        INFO(change.message);
        REQUIRE(warnings.size() == 1);
        CHECK(warnings[0].code == change.code);
        CHECK(warnings[0].message == change.message);
        CHECK(warnings[0].cells == change.cells);
    }
}

TEST_CASE("one difference of many cells is told once, with their number") {
    const std::vector<document::Cell> cells{cell_of({10, 11}), cell_of({10, 11}, {{"fpmath", std::string("bf16")}})};
    document::Document other = document_of(cells);
    other.engines[0].description.version = "2.14.0";
    const auto warnings = warnings_of(document_of(cells), other);
    REQUIRE(warnings.size() == 1);
    CHECK(warnings[0].cells == 2);
}

TEST_CASE("another dtype has another file and other inputs by its nature") {
    document::Cell bf16 = cell_of({10, 11}, {{"dtype", std::string("bf16")}});
    bf16.model.sha256 = std::string(64, 'b');
    bf16.launches[0].measured.inputs_digest = "9";
    const document::Document both = document_of({cell_of({10, 11}), bf16});
    CHECK(unfairness(both, both, match(both, {{"dtype", "fp32"}}, both, {{"dtype", "bf16"}})).empty());
}

TEST_CASE("two runs are told to be two, and one without cells is told to be empty") {
    const auto warnings = warnings_of(some_document(), document_of({}, "two"));
    const auto has = [&](const std::string& code) {
        return std::any_of(warnings.begin(), warnings.end(), [&](const Warning& one) { return one.code == code; });
    };
    CHECK(has("separate_runs"));
    CHECK(has("empty"));
}

TEST_CASE("cells of one document are held to the machines that they ran on") {
    document::Document other = some_document();
    document::Machine second = other.machines[0];
    second.host.cpu = "Neoverse V2";
    other.machines.push_back(second);
    CHECK(warnings_of(some_document(), other).empty());
    other.cells[0].machine = 1;
    const auto warnings = warnings_of(some_document(), other);
    REQUIRE(warnings.size() == 1);
    CHECK(warnings[0].message == "CPU: Neoverse V1 (Graviton3) and Neoverse V2");
}
