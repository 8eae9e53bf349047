#include "base/errors.h"
#include "catch.h"
#include "plan/setting.h"

namespace gravbench::plan {
namespace {

using Environment = std::map<std::string, std::string>;

Settings defaults() {
    Settings cell;
    for (const Setting& setting : settings()) {
        cell[setting.name] = setting.default_value;
    }
    return cell;
}

Settings with(const std::string& name, const Value& value) {
    Settings cell = defaults();
    cell[name] = value;
    return cell;
}

/// What a value adds to or changes in the environment that the defaults make.
Environment added_by(const std::string& name, const Value& value) {
    const Environment before = launch_setup(defaults(), {}, 6).environment;
    Environment added;
    for (const auto& [variable, text] : launch_setup(with(name, value), {}, 6).environment) {
        const auto found = before.find(variable);
        if (found == before.end() || found->second != text) {
            added[variable] = text;
        }
    }
    return added;
}

TEST_CASE("by default only the threads and the strict mode are set") {
    CHECK(launch_setup(defaults(), {}, 6).environment ==
          Environment{{"DNNL_DEFAULT_FPMATH_MODE", "STRICT"}, {"OMP_NUM_THREADS", "6"}});
}

TEST_CASE("each environment setting sets its variables and no other") {
    CHECK(added_by("threads", 2) == Environment{{"OMP_NUM_THREADS", "2"}});
    CHECK(added_by("fpmath", "bf16") == Environment{{"DNNL_DEFAULT_FPMATH_MODE", "BF16"}});
    CHECK(added_by("fpmath", "f16") == Environment{{"DNNL_DEFAULT_FPMATH_MODE", "F16"}});
    CHECK(added_by("fpmath", "any") == Environment{{"DNNL_DEFAULT_FPMATH_MODE", "ANY"}});
    CHECK(added_by("lru-cache", 1024) == Environment{{"LRU_CACHE_CAPACITY", "1024"}});
    CHECK(added_by("primitive-cache", 0) == Environment{{"ONEDNN_PRIMITIVE_CACHE_CAPACITY", "0"}});
    CHECK(added_by("thp", "on") == Environment{{"MIMALLOC_ALLOW_LARGE_OS_PAGES", "1"}, {"THP_MEM_ALLOC_ENABLE", "1"}});
}

TEST_CASE("a setting sets no variable that it does not list") {
    for (const Setting& setting : settings()) {
        for (const std::string& word : setting.allowed.words) {
            if (setting.name == "allocator" && word != "default") {
                continue;  // It may not be installed.
            }
            for (const auto& [variable, text] : added_by(setting.name, word)) {
                INFO(setting.name << " " << word << " " << variable);
                CHECK(std::count(setting.variables.begin(), setting.variables.end(), variable) == 1);
            }
        }
    }
}

TEST_CASE("threads: cores is the machine's physical cores") {
    CHECK(launch_setup(defaults(), {}, 1).environment["OMP_NUM_THREADS"] == "1");
    CHECK(launch_setup(defaults(), {}, 64).environment["OMP_NUM_THREADS"] == "64");
    CHECK(launch_setup(with("threads", 3), {}, 64).environment["OMP_NUM_THREADS"] == "3");
}

TEST_CASE("an allocator is preloaded where it is installed, and refused by name where not") {
    try {
        const Environment added = added_by("allocator", "jemalloc");
        CHECK_THAT(added.at("LD_PRELOAD"), Contains("libjemalloc.so.2"));
        CHECK(added.size() == 1);
    } catch (const UsageError& error) {
        CHECK_THAT(error.what(), StartsWith("--allocator: jemalloc is not installed: no libjemalloc.so.2 in "));
    }
}

TEST_CASE("further variables are passed on as they are") {
    const LaunchSetup setup = launch_setup(defaults(), {{"ONEDNN_VERBOSE", "1"}, {"EMPTY", ""}}, 1);
    CHECK(setup.environment.at("ONEDNN_VERBOSE") == "1");
    CHECK(setup.environment.at("EMPTY").empty());
}

TEST_CASE("a variable that a setting controls contradicts that setting") {
    CHECK_FALSE(contradiction(defaults(), {}));
    for (const Setting& setting : settings()) {
        for (const std::string& variable : setting.variables) {
            CHECK(contradiction(defaults(), {{variable, "7"}}).value() ==
                  "env " + variable + "=7 contradicts the setting \"" + setting.name +
                      "\", which sets that variable; use --" + setting.name);
        }
    }
    CHECK_FALSE(contradiction(defaults(), {{"ONEDNN_VERBOSE", "1"}}));
}

TEST_CASE("what only oneDNN can do contradicts running without it") {
    Settings cell = with("onednn", "off");
    CHECK_FALSE(contradiction(cell, {}));
    cell["jit"] = "llga";
    CHECK_THAT(contradiction(cell, {}).value(), Contains("onednn off contradicts jit llga"));
    cell["jit"] = "freeze";
    CHECK_FALSE(contradiction(cell, {}));
    cell["fpmath"] = "bf16";
    CHECK_THAT(contradiction(cell, {}).value(), Contains("onednn off contradicts fpmath bf16"));
    cell["onednn"] = "on";
    CHECK_FALSE(contradiction(cell, {}));
}

}  // namespace
}  // namespace gravbench::plan
