#include <string>

#include "base/errors.h"
#include "catch.h"
#include "protocol/line.h"
#include "protocol/messages.h"

namespace gravbench::protocol {
namespace {

Json hello() {
    return Json::parse(R"({"protocol":1,"engine":{"name":"x","version":"1"},
        "machine":{"arch":"x86_64","cpu":"","isa":"","features":["avx2"]},"libraries":{"torch":"2","acl":null},
        "threads":1,"settings":{"jit":["none"]},"environment_settings":["threads"]})");
}

template <typename From>
void check_refused(From from, Json reply, const char* pointer, const Json& replacement) {
    INFO(pointer << " " << replacement.dump().substr(0, 100));
    reply[Json::json_pointer(pointer)] = replacement;
    CHECK_THROWS_AS(from(reply), DataError);
}

TEST_CASE("what an engine says of itself in other types is refused") {
    check_refused(hello_from, hello(), "/libraries", 3);
    check_refused(hello_from, hello(), "/libraries/torch", 2.13);
    check_refused(hello_from, hello(), "/libraries/torch", Json::object());
    check_refused(hello_from, hello(), "/machine/features", "bf16");
    check_refused(hello_from, hello(), "/machine/features/0", 7);
    check_refused(hello_from, hello(), "/settings", nullptr);
    check_refused(hello_from, hello(), "/settings/jit", "none");
    check_refused(hello_from, hello(), "/settings/jit/0", Json::array());
    check_refused(hello_from, hello(), "/environment_settings", "all");
    check_refused(hello_from, hello(), "/environment_settings/0", 1);
}

TEST_CASE("texts and lists that would swell every record are refused") {
    const std::string long_text(1 << 20, 'x');
    check_refused(hello_from, hello(), "/engine/version", long_text);
    check_refused(hello_from, hello(), "/libraries/torch", long_text);
    check_refused(hello_from, hello(), "/settings/jit/0", long_text);
    check_refused(hello_from, hello(), "/machine/features", Json(5000, "avx2"));
    check_refused(hello_from, hello(), ("/libraries/" + long_text).c_str(), "1");
}

TEST_CASE("settings in force that are no scalars are refused") {
    const Json loaded{{"load_ns", 1}, {"prepare_ns", 2}, {"effective", {{"jit", "none"}}}};
    check_refused(loaded_from, loaded, "/effective/jit", Json::object());
    check_refused(loaded_from, loaded, "/effective/jit", Json::array({1}));
    check_refused(loaded_from, loaded, "/effective/jit", std::uint64_t{1} << 63);
    check_refused(loaded_from, loaded, "/effective", Json::array());
    check_refused(loaded_from, loaded, "/effective", nullptr);
}

TEST_CASE("numbers that no measurement gives are refused") {
    const Json loaded{{"load_ns", 1}, {"prepare_ns", 2}, {"effective", Json::object()}};
    check_refused(loaded_from, loaded, "/load_ns", -1);
    check_refused(loaded_from, loaded, "/prepare_ns", INT64_MAX);
    check_refused(hello_from, hello(), "/threads", 0);
    check_refused(hello_from, hello(), "/threads", std::int64_t{1} << 40);
    const Json block{{"wall_ns", 9}, {"streams", Json::array({{{"samples_ns", {4, 5}}}})}};
    CHECK(block_samples_from(block).wall_ns == 9);
    check_refused(block_samples_from, block, "/wall_ns", INT64_MAX);
    check_refused(block_samples_from, block, "/streams/0/samples_ns/1", INT64_MAX);
    check_refused(block_samples_from, block, "/streams/0/samples_ns/1", UINT64_MAX);
    const auto of_compare = [](const Json& reply) { return comparison_from(reply); };
    const Json comparison{{"cosine_similarity", 1}, {"max_abs_error", 0}, {"relative_l2_error", 0},
                          {"top1_agreement", 1},    {"nonfinite", 0},     {"elements", 1}};
    check_refused(of_compare, comparison, "/cosine_similarity", 7);
    check_refused(of_compare, comparison, "/max_abs_error", -1);
    check_refused(of_compare, comparison, "/top1_agreement", 1.5);
    check_refused(of_compare, comparison, "/nonfinite", -1);
    check_refused(memory_from, {{"rss_bytes", 1}, {"peak_rss_bytes", 1}}, "/peak_rss_bytes", -1);
}

TEST_CASE("a line that is no object, or nested without end, is no message") {
    CHECK(parse_message(R"({"text":"[[[[ \" {{"})"));
    for (const std::string& line : {std::string("[1]"), std::string("{\"a\":1"), std::string("\xff\xfe"), std::string(),
                                    std::string("{\"a\":1e999}"), std::string("{\"a\":\"caf\xe9\"}")}) {
        CHECK_FALSE(parse_message(line));
    }
    const int depth = 1000000;
    CHECK_FALSE(parse_message("{\"a\":" + std::string(depth, '[') + std::string(depth, ']') + "}"));
    CHECK_FALSE(parse_message(std::string(depth, '[')));
}

TEST_CASE("a line of so many members that reading them would take hours is no message") {
    std::string line = "{\"a\":0";
    for (int i = 0; i < 1000000; ++i) {
        line += ",\"a" + std::to_string(i) + "\":0";
    }
    CHECK_FALSE(parse_message(line + "}"));
}

TEST_CASE("a text from the other side is cut, in UTF-8, and moves no cursor") {
    CHECK(printable("caf\xe9", 80) == "caf\xef\xbf\xbd");
    CHECK(printable("caf\xc3\xa9", 4) == "caf\xef\xbf\xbd");
    CHECK(printable("a\x1b[2J\tb\nc", 80) == "a [2J b\nc");
    CHECK(printable(std::string(10, 'x'), 3) == "xxx");
}

TEST_CASE("the codes of an error are those of the schema") {
    const Json schema = Json::parse(protocol_schema());
    CHECK(schema.at("$defs").at("error_reply").at("properties").at("code").at("enum") == Json(error_codes()));
}

}  // namespace
}  // namespace gravbench::protocol
