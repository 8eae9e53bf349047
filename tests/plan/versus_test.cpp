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
        return plan_of(flags(given));
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
    CHECK(is_word(other.settings.at("fpmath"), "bf16"));
    CHECK(other.shape() == Shape{{"batch", 4}});
    CHECK(other.identity.environment == std::map<std::string, std::string>{{"MALLOC_ARENA_MAX", "1"}});
    CHECK(is_word(plan.cells[0].settings.at("fpmath"), "strict"));
}

TEST_CASE("only the second variant runs on the second engine") {
    const Plan plan = Versus().plan({{"engine", "old"}, {"versus-engine", "new"}});
    REQUIRE(plan.cells.size() == 2);
    CHECK(plan.engines[plan.cells[0].engine].text == "old");
    CHECK(plan.engines[plan.cells[1].engine].text == "new");
    CHECK(keys(plan) == Keys{"net:batch=1,engine=old", "net:batch=1,engine=new"});
}

TEST_CASE("what is no setting, no value of it, or no dimension of the model is refused by name") {
    const Versus versus;
    CHECK_THROWS_WITH(versus.plan({{"versus", "nonsense=1"}}),
                      StartsWith("--versus: \"nonsense=1\" is no SETTING=VALUE; expected same"));
    CHECK_THROWS_WITH(versus.plan({{"versus", "fpmaths=bf16"}}), Contains("did you mean \"fpmath\""));
    CHECK_THROWS_WITH(versus.plan({{"versus", "fpmath=bf17"}}), Contains("bf17") && Contains("strict"));
    CHECK_THROWS_WITH(versus.plan({{"versus", "seq=16"}}), "--versus: net has no dimension \"seq\"");
}

TEST_CASE("a setting without a value is told which values it has") {
    const Versus versus;
    CHECK_THROWS_WITH(
        versus.plan({{"versus", "jit"}}),
        "--versus: \"jit\" has no value; expected jit=VALUE, where VALUE is one of none, freeze, ofi, llga");
    CHECK_THROWS_WITH(versus.plan({{"versus", "batch"}}), Contains("expected batch=VALUE, where VALUE is an integer"));
    CHECK_THROWS_WITH(versus.plan({{"versus", "env.A"}}), Contains("\"env.A\" has no value"));
}

TEST_CASE("the engine of the second variant is given as a setting or by its short form, and combines with others") {
    const Versus versus;
    const Keys both{"net:batch=1", "net:batch=1,fpmath=bf16,engine=new"};
    CHECK(keys(versus.plan({{"versus", "fpmath=bf16,engine=bin/new"}})) == both);
    CHECK(keys(versus.plan({{"versus", "fpmath=bf16"}, {"versus-engine", "bin/new"}})) == both);
    CHECK(keys(versus.plan({{"versus", "same"}, {"versus-engine", "torch"}})) ==
          Keys{"net:batch=1", "net:batch=1,variant=2"});
    CHECK_THROWS_WITH(versus.plan({{"versus", "engine=a"}, {"versus-engine", "b"}}),
                      StartsWith("--versus: engine is given twice"));
}

TEST_CASE("a pair that cannot be measured is left out as a whole, and a run of none is refused") {
    const Versus versus;
    const Plan plan = versus.plan({{"jit", "none"}, {"jit", "llga"}, {"versus", "onednn=off"}});
    CHECK(keys(plan) == Keys{"net:batch=1", "net:batch=1,onednn=off"});
    REQUIRE(plan.versus.size() == 1);
    CHECK(plan.versus[0].other == 1);
    REQUIRE(plan.notes.size() == 1);
    CHECK_THAT(plan.notes[0], StartsWith("net:batch=1,jit=llga and its second variant are left out: onednn off"));
    CHECK_THROWS_WITH(versus.plan({{"jit", "llga"}, {"versus", "onednn=off"}}),
                      StartsWith("--versus: onednn off contradicts jit llga"));
}

TEST_CASE("a cell that differs in a setting is on the same engine and the same variant") {
    const Plan plan = Versus().plan({{"engine", "new"}, {"versus", "same"}});
    const Cell other = with_setting(plan.cells.at(1), "jit", "freeze");
    CHECK(other.key == "net:batch=1,jit=freeze,engine=new,variant=2");
    CHECK(other.engine == plan.cells[1].engine);
    CHECK(other.identity != with_setting(plan.cells[0], "jit", "freeze").identity);
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
    const Plan again = plan_of(given_from(first.given, "results.json"));
    CHECK(keys(again) == Keys{first.cells[0].key, first.cells[1].key});
    CHECK(again.cells[0].settings == first.cells[0].settings);
    CHECK(again.options.sampling.shape.block.iterations == first.options.sampling.shape.block.iterations);
    CHECK(again.options.places.output != first.options.places.output);
    CHECK(again.versus.empty());
}

TEST_CASE("a document that does not say what was asked for is no baseline") {
    CHECK_THROWS_WITH(given_from(Json(), "old.json"),
                      StartsWith("old.json: the document does not say what was asked for"));
    CHECK_THROWS_WITH(given_from(Json{{"fpmaths", {"bf16"}}}, "old.json"), Contains("old.json: \"fpmaths\""));
}

}  // namespace
}  // namespace gravbench::plan
