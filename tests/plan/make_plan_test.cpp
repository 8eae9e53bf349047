#include <chrono>

#include "base/errors.h"
#include "catch.h"
#include "plan/bundle_builder.h"

namespace gravbench::plan {
namespace {

using namespace std::chrono_literals;
using Keys = std::vector<std::string>;

/// Plans for the bundle "net" unless other models are given.
class Planner {
  public:
    Planner() { bundles.add("net"); }

    Plan plan(std::vector<std::pair<std::string, Json>> given) const {
        const auto is_model = [](const auto& one) { return one.first == "models"; };
        if (std::none_of(given.begin(), given.end(), is_model)) {
            given.emplace_back("models", "net");
        }
        given.emplace_back("models-dir", bundles.path().string());
        return plan_of(flags(given));
    }

    Keys keys(const std::vector<std::pair<std::string, Json>>& given) const {
        Keys keys;
        for (const Cell& cell : plan(given).cells) {
            keys.push_back(cell.key);
        }
        return keys;
    }

    Bundles bundles;
};

TEST_CASE("without settings a model has one cell with all defaults") {
    const Plan plan = Planner().plan({});
    REQUIRE(plan.cells.size() == 1);
    const Cell& cell = plan.cells[0];
    CHECK(cell.key == "net:batch=1");
    CHECK(cell.model == 0);
    CHECK(cell.dtype() == "fp32");
    CHECK(cell.shape() == Shape{{"batch", 1}});
    for (const Setting& setting : settings()) {
        INFO(setting.name);
        const bool is_elsewhere = setting.via == Setting::Via::shape || setting.via == Setting::Via::program;
        CHECK(cell.settings.count(setting.name) == (is_elsewhere ? 0 : 1));
        CHECK((is_elsewhere || cell.settings.at(setting.name) == setting.default_value));
    }
    CHECK(plan.notes.empty());
}

TEST_CASE("lists multiply in the table's order, the last changing fastest") {
    CHECK(Planner().keys({{"fpmath", "strict"}, {"fpmath", "bf16"}, {"batch", 8}, {"batch", 1}}) ==
          Keys{"net:batch=8", "net:batch=8,fpmath=bf16", "net:batch=1", "net:batch=1,fpmath=bf16"});
}

TEST_CASE("a value given twice is measured once") {
    CHECK(Planner().keys({{"batch", 8}, {"batch", 1}, {"batch", 8}}) == Keys{"net:batch=8", "net:batch=1"});
}

TEST_CASE("a sequence length does not multiply the cells of a model that has none") {
    Planner planner;
    planner.bundles.add("bert", takes({"batch", "seq"}));
    CHECK(planner.keys({{"models", "net"}, {"models", "bert"}, {"seq", 16}, {"seq", 32}}) ==
          Keys{"net:batch=1", "bert:batch=1,seq=16", "bert:batch=1,seq=32"});
}

TEST_CASE("a dimension that no model has is refused") {
    const Planner planner;
    CHECK_THROWS_WITH(planner.plan({{"seq", 16}}), "--seq: no model given has a dimension \"seq\"");
    CHECK_THROWS_WITH(planner.plan({{"shape", "tokens=16"}}), "--shape: no model given has a dimension \"tokens\"");
}

TEST_CASE("other dimensions need a value, and take lists") {
    Planner planner;
    planner.bundles.add("mix", takes({"tokens", 2}));
    CHECK_THROWS_WITH(planner.plan({{"models", "mix"}}),
                      "mix: the dimension \"tokens\" has no value; give --shape tokens=1,8");
    CHECK(planner.keys({{"models", "mix"}, {"shape", "tokens=1,8"}}) ==
          Keys{"mix:shape.tokens=1", "mix:shape.tokens=8"});
    CHECK(planner.plan({{"models", "mix"}, {"shape", "tokens=8"}}).cells[0].shape() == Shape{{"tokens", 8}});
}

TEST_CASE("a dimension or variable of any name ends up in the cell") {
    Planner planner;
    planner.bundles.add("odd", takes({"w/2", "~", "0"}));
    const Plan plan = planner.plan(
        {{"models", "odd"}, {"shape", "w/2=3"}, {"shape", "~=4"}, {"shape", "0=5"}, {"env", "A/B=x"}, {"env", "0=y"}});
    REQUIRE(plan.cells.size() == 1);
    CHECK(plan.cells[0].shape() == Shape{{"w/2", 3}, {"~", 4}, {"0", 5}});
    const auto environment = plan.cells[0].identity.environment;
    CHECK(environment.at("A/B") == "x");
    CHECK(environment.at("0") == "y");
}

TEST_CASE("environment variables multiply like settings") {
    CHECK(Planner().keys({{"env", "A=x"}, {"env", "A=y"}, {"env", "B=z"}}) ==
          Keys{"net:batch=1,env.A=x,env.B=z", "net:batch=1,env.A=y,env.B=z"});
}

TEST_CASE("a dtype that the bundle has no file of is refused with those it has") {
    Planner planner;
    planner.bundles.add("single", Json::object(), {"fp32"});
    CHECK_THROWS_WITH(planner.plan({{"models", "single"}, {"dtype", "bf16"}}),
                      "single has no file of dtype bf16 for the engine torch, only fp32");
    const std::string file = (planner.bundles.path() / "net.pt").string();
    write_file(file, "x");
    CHECK_THROWS_WITH(planner.plan({{"models", file}, {"input", "f32[batch]"}, {"dtype", "bf16"}}),
                      Contains("(dtype chooses among the files of a bundle)"));
}

TEST_CASE("combinations that contradict themselves are left out with a note") {
    const Plan plan = Planner().plan({{"onednn", "on"}, {"onednn", "off"}, {"fpmath", "strict"}, {"fpmath", "bf16"}});
    CHECK(plan.cells.size() == 3);
    REQUIRE(plan.notes.size() == 1);
    CHECK(plan.notes[0] ==
          "net:batch=1,fpmath=bf16,onednn=off is left out: onednn off contradicts fpmath bf16, which is oneDNN's");
}

TEST_CASE("a plan of contradictions alone is refused") {
    const Planner planner;
    CHECK_THROWS_AS(planner.plan({{"onednn", "off"}, {"jit", "llga"}}), UsageError);
    CHECK_THROWS_WITH(
        planner.plan({{"env", "OMP_NUM_THREADS=4"}}),
        "env OMP_NUM_THREADS=4 contradicts the setting \"threads\", which sets that variable; use --threads");
}

TEST_CASE("cells of another engine have a key of their own") {
    CHECK(Planner().keys({{"engine", "/opt/engines/onnx-engine"}}) == Keys{"net:batch=1,engine=onnx-engine"});
    CHECK(Planner().keys({{"engine", "torch"}}) == Keys{"net:batch=1"});
}

TEST_CASE("no two cells of a plan have the same key") {
    Planner planner;
    planner.bundles.add("bert", takes({"batch", "seq"}));
    Keys keys = planner.keys({{"models", "net"},
                              {"models", "bert"},
                              {"batch", 1},
                              {"batch", 2},
                              {"seq", 8},
                              {"seq", 16},
                              {"threads", 1},
                              {"threads", "cores"},
                              {"dtype", "fp32"},
                              {"dtype", "bf16"},
                              {"thp", "on"},
                              {"thp", "off"}});
    CHECK(keys.size() == 2 * 8 + 4 * 8);
    std::sort(keys.begin(), keys.end());
    CHECK(std::adjacent_find(keys.begin(), keys.end()) == keys.end());
}

TEST_CASE("options set how the run measures") {
    const RunOptions run = Planner()
                               .plan({{"launches", 7},
                                      {"duration", "250ms"},
                                      {"warmup", 9},
                                      {"warmup-time", 1.5},
                                      {"max-time", "1h"},
                                      {"timeout", "30s"},
                                      {"min-cosine", 0.5},
                                      {"accuracy", "off"},
                                      {"seed", 42},
                                      {"output", "r.json"}})
                               .options;
    CHECK(run.sampling.launches == 7);
    CHECK(run.sampling.shape.block.duration == 250ms);
    CHECK_FALSE(run.sampling.shape.block.iterations);
    CHECK(run.sampling.warmup == 9);
    CHECK(run.sampling.warmup_time == 1500ms);
    CHECK(run.stopping.max_time == std::chrono::nanoseconds(1h));
    CHECK(run.sampling.timeout == 30s);
    CHECK(run.judging.min_cosine == 0.5);
    CHECK_FALSE(run.judging.has_accuracy);
    CHECK(run.sampling.seed == 42);
    CHECK(run.places.output == "r.json");
    CHECK(Planner().plan({{"iterations", 100}}).options.sampling.shape.block.iterations == 100);
}

TEST_CASE("a block cannot end both after a number and after a time") {
    CHECK_THROWS_WITH(Planner().plan({{"iterations", 100}, {"duration", "1s"}}),
                      StartsWith("--iterations contradicts --duration"));
}

TEST_CASE("for an emulated engine a run measures no more than it must, but what it was told") {
    const RunOptions open = for_emulation(Planner().plan({}).options);
    CHECK(open.sampling.launches == 1);
    CHECK(open.sampling.warmup == 1);
    CHECK(open.sampling.shape.block.iterations == 1);
    CHECK(open.sampling.timeout == 1h);
    CHECK(open.sampling.is_for_emulation);
    const RunOptions told =
        for_emulation(Planner().plan({{"launches", 3}, {"warmup", 4}, {"duration", "2s"}, {"timeout", "9s"}}).options);
    CHECK(told.sampling.launches == 3);
    CHECK(told.sampling.warmup == 4);
    CHECK_FALSE(told.sampling.shape.block.iterations);
    CHECK(told.sampling.timeout == 9s);
}

TEST_CASE("a cell that differs in one setting has a key of its own and all else alike") {
    const Plan plan = Planner().plan({{"fpmath", "bf16"}});
    const Cell other = with_setting(plan.cells[0], "jit", "freeze");
    CHECK(is_word(other.settings.at("jit"), "freeze"));
    CHECK(is_word(other.settings.at("fpmath"), "bf16"));
    CHECK(other.key != plan.cells[0].key);
    CHECK(with_setting(other, "jit", "none").key == plan.cells[0].key);
}

TEST_CASE("a plan says whether any of its cells asks for BF16") {
    CHECK_FALSE(Planner().plan({}).options.judging.is_bf16_asked_for);
    CHECK(Planner().plan({{"fpmath", "any"}}).options.judging.is_bf16_asked_for);
    CHECK(Planner().plan({{"matmul-precision", "medium"}}).options.judging.is_bf16_asked_for);
}

}  // namespace
}  // namespace gravbench::plan
