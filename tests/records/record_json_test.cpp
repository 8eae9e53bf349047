#include "records/record_json.h"

#include <functional>
#include <limits>

#include "base/errors.h"
#include "catch.h"
#include "records/record_builder.h"

namespace gravbench::records {
namespace {

using Pointer = Json::json_pointer;

/// The message with which the launch is refused once `value` stands at `pointer`; empty where it is not.
std::string complaint(const char* pointer, const Json& value) {
    Json json = to_json(full_launch());
    json[Pointer(pointer)] = value;
    try {
        launch_record_from(json, "launch");
    } catch (const DataError& error) {
        return error.what();
    }
    return "";
}

/// Calls `use` with the JSON once for each value in it, with another value in its place or without it.
void for_each_damage(const Json& json, const std::function<void(const Json& damaged)>& use) {
    const Json flat = json.flatten();
    const std::vector<Json> others{nullptr,
                                   true,
                                   -1,
                                   0,
                                   1.5,
                                   std::numeric_limits<std::uint64_t>::max(),
                                   std::numeric_limits<std::int64_t>::min(),
                                   "word",
                                   Json::array(),
                                   Json::object(),
                                   {{"a", {1, "b"}}}};
    for (const auto& [pointer, value] : flat.items()) {
        for (Pointer place(pointer); !place.empty(); place.pop_back()) {
            for (const Json& other : others) {
                Json damaged = json;
                damaged[place] = other;
                use(damaged);
            }
        }
    }
    for (const Json& other : others) {
        use(other);
    }
}

TEST_CASE("a launch comes back from its JSON as it was") {
    for (const LaunchRecord& record : {full_launch(), launch_of(), failed_launch_of("out_of_memory"), LaunchRecord{}}) {
        const Json json = to_json(record);
        CHECK(to_json(launch_record_from(Json::parse(json.dump()), "launch")) == json);
    }
    const LaunchRecord back = launch_record_from(to_json(full_launch()), "launch");
    CHECK(back.cell == "net:batch=1");
    CHECK(back.launch.blocks[1].disturbed_by == std::vector<std::string>{"4 major page faults"});
    CHECK(back.engine == full_launch().engine);
    CHECK(back.effective == full_launch().effective);
    CHECK(back.accuracy == full_launch().accuracy);
    CHECK(back.problem == full_launch().problem);
}

TEST_CASE("the CPUs of a launch come back from its JSON") {
    LaunchRecord placed = full_launch();
    placed.launch.cpus = {2, 3};
    CHECK(launch_record_from(to_json(placed), "launch").launch.cpus == std::vector<int>{2, 3});
    CHECK(launch_record_from(to_json(full_launch()), "launch").launch.cpus.empty());
    CHECK(complaint("/cpus", {1, -1}) == "launch.cpus[1]: expected a whole number from 0 to 65535, found -1");
}

TEST_CASE("an audit comes back from its JSON as it was") {
    for (const AuditRecord& record : {full_audit(), AuditRecord{}}) {
        const Json json = to_json(record);
        CHECK(to_json(audit_record_from(Json::parse(json.dump()), "audit record")) == json);
    }
}

TEST_CASE("a launch that lacks a member is refused by the member's place") {
    const Json json = to_json(full_launch());
    for (const auto& [key, value] : json.items()) {
        Json less = json;
        less.erase(key);
        CHECK_THROWS_WITH(launch_record_from(less, "launch"),
                          Contains("launch." + key + ": expected ") && Contains(", found nothing"));
    }
}

TEST_CASE("what is wrong in a launch is named by its place, what was expected and what is there") {
    CHECK(complaint("/cell", 3) == "launch.cell: expected a text, found 3");
    CHECK(complaint("/number", -1) == "launch.number: expected a whole number from 0 to 2147483647, found -1");
    CHECK(complaint("/number", 1.5) == "launch.number: expected a whole number from 0 to 2147483647, found 1.5");
    CHECK(complaint("/blocks", 3) == "launch.blocks: expected a list, found 3");
    CHECK(complaint("/blocks/1", "x") == "launch.blocks[1]: expected an object, found \"x\"");
    CHECK(complaint("/blocks/0/samples_ns/1", 0) ==
          "launch.blocks[0].samples_ns[1]: expected a whole number from 1 to 1000000000000000, found 0");
    CHECK(complaint("/blocks/0/samples_ns", Json::array()) ==
          "launch.blocks[0].samples_ns: expected at least one sample, found a list");
    CHECK(complaint("/blocks/0/wall_ns", 0) ==
          "launch.blocks[0].wall_ns: expected a whole number from 1 to 1000000000000000, found 0");
    CHECK(complaint("/blocks/0/round", -3) ==
          "launch.blocks[0].round: expected a whole number from 0 to 2147483647, found -3");
    CHECK(complaint("/blocks/1/disturbance/major_faults", -3) ==
          "launch.blocks[1].disturbance.major_faults: expected a whole number from 0, found -3");
    CHECK(complaint("/blocks/1/disturbance/waiting_share", "much") ==
          "launch.blocks[1].disturbance.waiting_share: expected a number from 0, found \"much\"");
    CHECK(complaint("/cold_start/load_ns", -1) ==
          "launch.cold_start.load_ns: expected a whole number from 0 to 1000000000000000, found -1");
    CHECK(complaint("/effective/jit", Json::array()) ==
          "launch.effective.jit: expected a number, a word, true or false, found a list");
    CHECK(complaint("/environment/OMP_NUM_THREADS", 4) ==
          "launch.environment.OMP_NUM_THREADS: expected a text, found 4");
    CHECK(complaint("/problem", "x") == "launch.problem: expected an object, found \"x\"");
    CHECK(complaint("/accuracy/reference/version", 2) == "launch.accuracy.reference.version: expected a text, found 2");
}

TEST_CASE("members that nobody knows are ignored") {
    CHECK(complaint("/colour", "blue").empty());
    CHECK(complaint("/blocks/0/colour", "blue").empty());
}

TEST_CASE("whatever stands in a record, it is read or refused as data") {
    const auto check = [](const auto& from, const Json& json) {
        for_each_damage(json, [&](const Json& damaged) {
            try {
                from(damaged, "record");
            } catch (const DataError& error) {
                if (std::string(error.what()).rfind("record", 0) != 0) {
                    FAIL_CHECK(error.what());
                }
            }
        });
    };
    check(launch_record_from, to_json(full_launch()));
    check(audit_record_from, to_json(full_audit()));
}

TEST_CASE("a value that is nested deeper than the stack is refused as any other") {
    constexpr int depth = 200000;
    Json deep = Json::parse(std::string(depth, '[') + std::string(depth, ']'));
    for (const char* key : {"cell", "number", "blocks", "cold_start", "engine", "effective", "accuracy", "problem"}) {
        Json json = to_json(full_launch());
        json[key] = Json();
        json[key].swap(deep);
        CHECK_THROWS_AS(launch_record_from(json, "launch"), DataError);
        json[key].swap(deep);
    }
}

}  // namespace
}  // namespace gravbench::records
