#include "protocol/messages.h"

#include <cstdint>
#include <limits>

#include "base/errors.h"
#include "catch.h"

namespace gravbench::protocol {
namespace {

Hello some_hello() {
    Hello hello;
    hello.protocol = version;
    hello.engine = {"torch",       "2.13.0+cpu", {{"torch", "2.13.0"}, {"acl", std::nullopt}}, "aarch64",
                    "Neoverse-V1", "SVE256",     std::vector<std::string>{"bf16", "sve"}};
    hello.threads = 4;
    hello.settings = {{"jit", {"none", "freeze"}}, {"depth", {std::int64_t{2}, 0.5}}, {"anything", {}}};
    return hello;
}

Comparison some_comparison() {
    return {0.999994, 0.34, 0.0011, 1.0, 0, 8000};
}

BlockSamples some_block() {
    return {1000, {{400, 500}, {300}}};
}

/// The error that a reply gives when a member is taken away or replaced.
template <typename From>
void check_refused(From from, Json reply, const char* pointer, const Json& replacement) {
    INFO(pointer << " " << replacement.dump());
    reply[Json::json_pointer(pointer)] = replacement;
    CHECK_THROWS_AS(from(reply), DataError);
}

template <typename From>
void check_every_member_is_needed(From from, const Json& reply, const std::string& where) {
    for (const auto& [key, value] : reply.items()) {
        INFO(key);
        Json less = reply;
        less.erase(key);
        CHECK_THROWS_AS(from(less), DataError);
        CHECK_THROWS_WITH(from(less), where + ": \"" + key + "\" is missing");
    }
}

TEST_CASE("a hello comes back as it was sent") {
    const Json json = to_json(some_hello());
    const Hello back = hello_from(Json::parse(json.dump()));
    CHECK(back.protocol == version);
    CHECK(back.engine == some_hello().engine);
    CHECK(back.threads == 4);
    CHECK(back.settings == some_hello().settings);
    CHECK_FALSE(back.environment_settings);
    CHECK(to_json(back) == json);
}

TEST_CASE("a hello says which settings the engine obeys through its environment, or does not say") {
    Hello hello = some_hello();
    hello.environment_settings = {"threads", "fpmath"};
    CHECK(hello_from(to_json(hello)).environment_settings == hello.environment_settings);
    hello.environment_settings = std::vector<std::string>{};
    CHECK(hello_from(to_json(hello)).environment_settings == hello.environment_settings);
    Json null = to_json(hello);
    null["environment_settings"] = nullptr;
    CHECK_FALSE(hello_from(null).environment_settings);
}

TEST_CASE("an engine's features and ISA need not be told") {
    Json json = to_json(some_hello());
    json["machine"].erase("features");
    json["machine"]["isa"] = "";
    CHECK_FALSE(hello_from(json).engine.features);
    CHECK(hello_from(json).engine.isa.empty());
}

TEST_CASE("an engine's description comes back from a document as it was written") {
    const EngineDescription engine = some_hello().engine;
    CHECK(engine_description_from(to_json(engine), "results.json: engine") == engine);
    Json less = to_json(engine);
    less.erase("version");
    CHECK_THROWS_WITH(engine_description_from(less, "results.json: engine"),
                      "results.json: engine: \"version\" is missing");
}

TEST_CASE("a setting that cannot be read back is left out of what is in force") {
    Json reply = to_json(Loaded{1, 2, {{"jit", "none"}}});
    reply["effective"].update({{"threads", nullptr}, {"graph", true}});
    CHECK(loaded_from(reply).effective == std::map<std::string, Value>{{"jit", "none"}, {"graph", "true"}});
}

TEST_CASE("a cosine similarity that rounding carried past 1 is 1") {
    Json reply = to_json(some_comparison());
    reply["cosine_similarity"] = 1.0000000000000002;
    CHECK(comparison_from(reply).cosine_similarity == 1.0);
}

TEST_CASE("replies come back as they were sent") {
    const Json loaded = to_json(Loaded{81, 120, {{"jit", "freeze"}, {"threads", std::int64_t{2}}}});
    CHECK(to_json(loaded_from(Json::parse(loaded.dump()))) == loaded);
    const Json block = to_json(some_block());
    CHECK(block.dump() == R"({"wall_ns":1000,"streams":[{"samples_ns":[400,500]},{"samples_ns":[300]}]})");
    CHECK(to_json(block_samples_from(Json::parse(block.dump()))) == block);
    const Json comparison = to_json(some_comparison());
    CHECK(to_json(comparison_from(Json::parse(comparison.dump()))) == comparison);
    const Json memory = to_json(Memory{1000, 2000000000000});
    CHECK(to_json(memory_from(Json::parse(memory.dump()))) == memory);
    CHECK(memory_from(memory).peak_rss_bytes == 2000000000000);
}

TEST_CASE("members that are not known are ignored, so that a later version can add some") {
    Json reply = to_json(some_block());
    reply["id"] = 4;
    reply["reply"] = "run";
    reply["energy_j"] = 3.5;
    CHECK(block_samples_from(reply).streams.size() == 2);
}

TEST_CASE("a figure that a comparison does not have is null on the wire and back") {
    Comparison none = some_comparison();
    none.cosine_similarity.reset();
    none.top1_agreement.reset();
    const Json json = to_json(none);
    CHECK(json["cosine_similarity"].is_null());
    CHECK_FALSE(comparison_from(json).cosine_similarity);
    CHECK(comparison_from(json).max_abs_error == 0.34);
    Json without = json;
    without.erase("relative_l2_error");
    CHECK_FALSE(comparison_from(without).relative_l2_error);
}

TEST_CASE("a figure that is not finite is null on the wire") {
    Comparison infinite = some_comparison();
    infinite.max_abs_error = std::numeric_limits<double>::infinity();
    CHECK_FALSE(comparison_from(Json::parse(to_json(infinite).dump())).max_abs_error);
}

TEST_CASE("a reply that lacks a member is refused by the member's name") {
    check_every_member_is_needed(hello_from, to_json(some_hello()), "reply to hello");
    check_every_member_is_needed(loaded_from, to_json(Loaded{1, 2, {}}), "reply to load");
    check_every_member_is_needed(block_samples_from, to_json(some_block()), "reply to run");
    check_every_member_is_needed(memory_from, to_json(Memory{1, 2}), "reply to memory");
    Json comparison = to_json(some_comparison());
    comparison.erase("elements");
    CHECK_THROWS_WITH(comparison_from(comparison), "reply to compare: \"elements\" is missing");
}

TEST_CASE("a reply with a member of another type is refused") {
    const Json hello = to_json(some_hello());
    check_refused(hello_from, hello, "/protocol", "1");
    check_refused(hello_from, hello, "/engine", "torch");
    check_refused(hello_from, hello, "/engine/name", nullptr);
    check_refused(hello_from, hello, "/machine/arch", 64);
    check_refused(hello_from, hello, "/threads", 2.5);
    check_refused(loaded_from, to_json(Loaded{1, 2, {}}), "/load_ns", "fast");
    check_refused(block_samples_from, to_json(some_block()), "/streams/0/samples_ns", 5);
    check_refused(block_samples_from, to_json(some_block()), "/streams/0/samples_ns/0", 1.5);
    check_refused(block_samples_from, to_json(some_block()), "/streams/0/samples_ns/0", nullptr);
    check_refused(block_samples_from, to_json(some_block()), "/streams/0", 5);
    check_refused(block_samples_from, to_json(some_block()), "/streams", 5);
    check_refused([](const Json& reply) { return comparison_from(reply); }, to_json(some_comparison()),
                  "/cosine_similarity", "1");
    check_refused(memory_from, to_json(Memory{1, 2}), "/rss_bytes", true);
    for (const Json& reply : {Json(), Json(3), Json::array(), Json("hello")}) {
        CHECK_THROWS_AS(hello_from(reply), DataError);
        CHECK_THROWS_AS(block_samples_from(reply), DataError);
    }
}

TEST_CASE("a block without a sample, or of impossible times, is refused") {
    const Json block = to_json(some_block());
    check_refused(block_samples_from, block, "/streams", Json::array());
    check_refused(block_samples_from, block, "/streams/0/samples_ns", Json::array());
    check_refused(block_samples_from, block, "/streams/1/samples_ns/0", -1);
    check_refused(block_samples_from, block, "/wall_ns", -1);
    check_refused(block_samples_from, block, "/wall_ns", 0);
    CHECK_THROWS_WITH(block_samples_from(to_json(BlockSamples{10, {{5, -7}}})),
                      "reply to run: a sample is not above 0: -7");
}

TEST_CASE("a block cannot be shorter than its samples") {
    CHECK(block_samples_from(to_json(BlockSamples{12, {{5, 7}}})).wall_ns == 12);
    CHECK_THROWS_WITH(block_samples_from(to_json(BlockSamples{11, {{5, 7}}})),
                      "reply to run: its samples take longer than \"wall_ns\", 11");
    CHECK_THROWS_AS(block_samples_from(to_json(BlockSamples{12, {{5, 7}, {13}}})), DataError);
}

TEST_CASE("of an engine of another version only the version is read") {
    CHECK(hello_from({{"protocol", 2}}).protocol == 2);
    CHECK(hello_from({{"protocol", 0}, {"engine", 3}}).protocol == 0);
}

}  // namespace
}  // namespace gravbench::protocol
