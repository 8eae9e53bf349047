#include "catch.h"
#include "plan/bundle_builder.h"

namespace gravbench::plan {
namespace {

using Keys = std::vector<std::string>;

class Versus {
  public:
    Versus() { bundles.add("net"); }

    Plan plan(std::vector<std::pair<std::string, Json>> given) const {
        given.emplace_back("models", "net");
        given.emplace_back("models-dir", bundles.path().string());
        return make_plan(flags(given));
    }

    Bundles bundles;
};

Keys keys(const Plan& plan) {
    Keys keys;
    for (const Cell& cell : plan.cells) {
        keys.push_back(cell.key);
    }
    return keys;
}

TEST_CASE("every cell has a second variant, and the plan says which belong together") {
    const Plan plan = Versus().plan({{"batch", 1}, {"batch", 8}, {"versus", "fpmath=bf16"}});
    CHECK(keys(plan) == Keys{"net:batch=1", "net:batch=8", "net:batch=1,fpmath=bf16", "net:batch=8,fpmath=bf16"});
    REQUIRE(plan.versus.size() == 2);
    for (std::size_t i = 0; i < 2; ++i) {
        CHECK(plan.versus[i].base == i);
        CHECK(plan.versus[i].other == i + 2);
    }
}

TEST_CASE("a cell against itself is two cells of the same settings") {
    const Plan plan = Versus().plan({{"versus", "same"}});
    CHECK(keys(plan) == Keys{"net:batch=1", "net:batch=1,variant=2"});
    CHECK(plan.cells[0].settings == plan.cells[1].settings);
}

TEST_CASE("several settings and variables of the environment differ at once") {
    const Plan plan = Versus().plan({{"versus", "fpmath=bf16,batch=4,env.MALLOC_ARENA_MAX=1"}});
    const Cell& other = plan.cells.at(1);
    CHECK(other.settings["fpmath"] == Json("bf16"));
    CHECK(other.shape == Shape{{"batch", 4}});
    CHECK(other.settings["env"] == Json{{"MALLOC_ARENA_MAX", "1"}});
    CHECK(plan.cells[0].settings["fpmath"] == Json("strict"));
}

TEST_CASE("only the second variant runs on the second engine") {
    const Plan plan = Versus().plan({{"engine", "old"}, {"versus-engine", "new"}});
    REQUIRE(plan.cells.size() == 2);
    CHECK_FALSE(plan.cells[0].is_on_versus_engine);
    CHECK(plan.cells[1].is_on_versus_engine);
    CHECK(plan.cells[0].key != plan.cells[1].key);
}

TEST_CASE("what is no setting, no value of it, or no dimension of the model is refused by name") {
    const Versus versus;
    CHECK_THROWS_WITH(versus.plan({{"versus", "fpmath"}}),
                      StartsWith("--versus: \"fpmath\" is no SETTING=VALUE; expected same"));
    CHECK_THROWS_WITH(versus.plan({{"versus", "fpmaths=bf16"}}), Contains("did you mean \"fpmath\""));
    CHECK_THROWS_WITH(versus.plan({{"versus", "fpmath=bf17"}}), Contains("bf17") && Contains("strict"));
    CHECK_THROWS_WITH(versus.plan({{"versus", "seq=16"}}), "--versus: net has no dimension \"seq\"");
}

TEST_CASE("a run can be made again from what was given, but for what only concerned that run") {
    const Versus versus;
    const Plan first = versus.plan({{"batch", 1},
                                    {"batch", 8},
                                    {"fpmath", "bf16"},
                                    {"env", "MALLOC_ARENA_MAX=1"},
                                    {"iterations", 20},
                                    {"output", "results.json"},
                                    {"versus", "fpmath=strict"}});
    const Plan again = make_plan(given_from(first.given, "results.json"));
    CHECK(keys(again) == Keys{first.cells[0].key, first.cells[1].key});
    CHECK(again.cells[0].settings == first.cells[0].settings);
    CHECK(again.options.iterations == first.options.iterations);
    CHECK(again.options.output != first.options.output);
    CHECK(again.versus.empty());
}

TEST_CASE("a document that does not say what was asked for is no baseline") {
    CHECK_THROWS_WITH(given_from(Json(), "old.json"),
                      StartsWith("old.json: the document does not say what was asked for"));
    CHECK_THROWS_WITH(given_from(Json{{"fpmaths", {"bf16"}}}, "old.json"), Contains("old.json: \"fpmaths\""));
}

}  // namespace
}  // namespace gravbench::plan
