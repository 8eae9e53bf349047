#include "results/launch_record.h"

#include "base/errors.h"
#include "catch.h"
#include "results/outcome_builder.h"

namespace gravbench::results {
namespace {

LaunchRecord full_record() {
    LaunchRecord record = launch({1.5, 2.5}, 3);
    record.blocks.push_back(block({7}, 9));
    record.effective = {{"jit", "freeze"}, {"threads", 2}};
    record.accuracy = some_accuracy();
    record.problem = Problem{"engine_crashed", "signal 11"};
    record.log_tail = "line\nline";
    return record;
}

void check_same(const LaunchRecord& a, const LaunchRecord& b) {
    CHECK(a.cell == b.cell);
    CHECK(a.number == b.number);
    REQUIRE(a.blocks.size() == b.blocks.size());
    for (std::size_t i = 0; i < a.blocks.size(); ++i) {
        CHECK(a.blocks[i].samples_ns == b.blocks[i].samples_ns);
        CHECK(a.blocks[i].wall_ns == b.blocks[i].wall_ns);
    }
    REQUIRE(a.cold_start.has_value() == b.cold_start.has_value());
    if (a.cold_start) {
        CHECK(a.cold_start->start_ns == b.cold_start->start_ns);
        CHECK(a.cold_start->load_ns == b.cold_start->load_ns);
        CHECK(a.cold_start->prepare_ns == b.cold_start->prepare_ns);
        CHECK(a.cold_start->first_inference_ns == b.cold_start->first_inference_ns);
        CHECK(a.cold_start->second_inference_ns == b.cold_start->second_inference_ns);
    }
    CHECK(a.warmup_inferences == b.warmup_inferences);
    CHECK(a.peak_rss_bytes == b.peak_rss_bytes);
    CHECK(a.engine == b.engine);
    CHECK(a.effective == b.effective);
    CHECK(a.environment == b.environment);
    CHECK(a.accuracy == b.accuracy);
    CHECK(a.inputs_digest == b.inputs_digest);
    REQUIRE(a.problem.has_value() == b.problem.has_value());
    if (a.problem) {
        CHECK(a.problem->code == b.problem->code);
        CHECK(a.problem->message == b.problem->message);
    }
    CHECK(a.log_tail == b.log_tail);
}

TEST_CASE("a launch comes back from its JSON as it was") {
    for (const LaunchRecord& record : {full_record(), launch(), failed_launch("out_of_memory"), LaunchRecord{}}) {
        const Json json = to_json(record);
        const LaunchRecord back = launch_record_from(Json::parse(json.dump()));
        check_same(back, record);
        CHECK(to_json(back) == json);
    }
}

TEST_CASE("a launch is complete if it has samples and no problem") {
    CHECK(launch().is_complete());
    CHECK_FALSE(full_record().is_complete());
    CHECK_FALSE(failed_launch("out_of_memory").is_complete());
    CHECK_FALSE(LaunchRecord{}.is_complete());
}

TEST_CASE("a launch that lacks a member is refused by the member's name") {
    const Json json = to_json(full_record());
    for (const auto& [key, value] : json.items()) {
        Json less = json;
        less.erase(key);
        CHECK_THROWS_AS(launch_record_from(less), DataError);
        CHECK_THROWS_WITH(launch_record_from(less), "launch: \"" + key + "\" is missing");
    }
}

TEST_CASE("a launch with a member of another type is refused") {
    for (const char* patch :
         {R"({"cell": 3})", R"({"number": "0"})", R"({"number": 1.5})", R"({"blocks": 3})", R"({"blocks": [3]})",
          R"({"blocks": [{"samples_ns": [1.5], "wall_ns": 1}]})", R"({"blocks": [{"samples_ns": [1]}]})",
          R"({"cold_start": {"load_ns": 1}})", R"({"problem": {"code": "x"}})", R"({"problem": "x"})"}) {
        INFO(patch);
        Json json = to_json(full_record());
        json.update(Json::parse(patch));
        CHECK_THROWS_AS(launch_record_from(json), DataError);
    }
}

}  // namespace
}  // namespace gravbench::results
