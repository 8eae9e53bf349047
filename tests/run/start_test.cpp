#include "run/start.h"

#include "base/errors.h"
#include "base/files.h"
#include "catch.h"
#include "run/simulated_world.h"

namespace gravbench::run {
namespace {

/// Two cells of one model on one engine, with an output in `folder`.
plan::Plan plan_into(const std::filesystem::path& folder) {
    plan::Plan plan = plan_of(2);
    plan::Model model;
    model.name = "net";
    model.files[{}] = {folder / "net.pt", std::string(64, 'a')};
    plan.models.push_back(std::move(model));
    plan::EngineChoice engine;
    engine.label = "torch";
    engine.hello.engine.name = "torch";
    plan.engines.push_back(std::move(engine));
    plan.options.places.output = folder / "results.json";
    for (plan::Cell& cell : plan.cells) {
        cell.settings["dtype"] = std::string("fp32");
    }
    return plan;
}

TEST_CASE("what differs between two runs is named as its user knows it") {
    const TemporaryFolder folder;
    plan::Plan plan = plan_into(folder.path());
    const auto before = fingerprint(plan, {});
    CHECK(difference(before, before).empty());
    SECTION("an option") {
        plan.options.sampling.shape.blocks = 3;
        CHECK(difference(before, fingerprint(plan, {})) == "--blocks was 2 and is 3");
    }
    SECTION("where launches run") {
        plan.options.sampling.placement = plan::Placement::free;
        CHECK(difference(before, fingerprint(plan, {})) == "--placement was same and is free");
    }
    SECTION("a cell") {
        plan.cells[1].key = "other";
        CHECK(difference(before, fingerprint(plan, {})) == "cell a1 is missing now, cell other is new");
    }
    SECTION("an engine, which is too long to show") {
        plan.engines[0].hello.engine.version = "2.0";
        CHECK(difference(before, fingerprint(plan, {})) == "engine torch is another one");
    }
    SECTION("a model's file") {
        plan.models[0].files[{}].sha256 = std::string(64, 'b');
        CHECK(difference(before, fingerprint(plan, {})) == "model net (fp32) is another one");
    }
    SECTION("the machine") {
        machine::Machine host;
        host.usable_cpus = 4;
        CHECK(difference(before, fingerprint(plan, host)) ==
              "machine was  , 0 CPUs, 0 bytes of memory and is  , 4 CPUs, 0 bytes of memory");
    }
}

TEST_CASE("of many differences three are named") {
    CHECK(difference({{"a", "1"}, {"b", "1"}, {"c", "1"}, {"d", "1"}, {"e", "1"}}, {}) ==
          "a is missing now, b is missing now, c is missing now and 2 more");
}

TEST_CASE("--resume needs an output") {
    plan::Plan plan = plan_of(1);
    CHECK_THROWS_AS(check_resume(plan, true), UsageError);
    CHECK_NOTHROW(check_resume(plan, false));
    plan.options.places.output = "/dev/null";
    CHECK_THROWS_AS(check_resume(plan, true), UsageError);
}

TEST_CASE("a run without an output has no journal") {
    CHECK_FALSE(begin(plan_of(1), {}, false).journal);
}

TEST_CASE("a resumed run has what was kept, and says so") {
    const TemporaryFolder folder;
    const plan::Plan plan = plan_into(folder.path());
    std::string id;
    {
        Start start = begin(plan, {}, false);
        id = start.id;
        REQUIRE(start.journal);
        start.journal->append(record_of("a0", 0));
        start.journal->append(record_of("a1", 0));
        start.journal->append(failed_record_of("a1", 1));
    }
    const Start start = begin(plan, {}, true);
    CHECK(start.id == id);
    CHECK(start.launches.size() == 2);
    REQUIRE(start.notes.size() == 1);
    CHECK(start.notes[0] == "kept 2 launches of 2 cells and 0 audits of the interrupted run");
}

TEST_CASE("a journal of another run is refused with what differs") {
    const TemporaryFolder folder;
    plan::Plan plan = plan_into(folder.path());
    begin(plan, {}, false);
    plan.options.sampling.seed = 7;
    CHECK_THROWS_WITH(begin(plan, {}, true), Contains("--seed was 1 and is 7"));
}

TEST_CASE("a journal that is not gone on with is set aside") {
    const TemporaryFolder folder;
    const plan::Plan plan = plan_into(folder.path());
    begin(plan, {}, false);
    const Start start = begin(plan, {}, false);
    CHECK(std::filesystem::exists(folder.path() / "results.json.journal.previous"));
    REQUIRE(start.notes.size() == 1);
    CHECK_THAT(start.notes[0], Contains("results.json.journal.previous"));
}

}  // namespace
}  // namespace gravbench::run
