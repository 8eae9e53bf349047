#include "plan/setting.h"

#include <set>

#include "catch.h"
#include "plan/option.h"
#include "protocol/messages.h"

namespace gravbench::plan {
namespace {

/// Whether schema_of()'s schema takes the value, for the few keywords that it uses.
bool takes(const Json& schema, const Json& value) {
    if (schema.contains("anyOf")) {
        return takes(schema["anyOf"][0], value) || takes(schema["anyOf"][1], value);
    }
    if (schema.contains("enum")) {
        return std::find(schema["enum"].begin(), schema["enum"].end(), value) != schema["enum"].end();
    }
    if (value.is_string()) {
        return schema["type"] == Json("string") &&
               value.get<std::string>().size() >= schema.value("minLength", std::size_t{0});
    }
    const bool has_type = schema["type"] == Json("integer") ? value.is_number_integer()
                                                            : schema["type"] == Json("number") && value.is_number();
    return has_type && value.get<double>() >= schema["minimum"].get<double>() &&
           value.get<double>() <= schema.value("maximum", 1e300);
}

const std::vector<Json> all_sorts_of_values{-1,
                                            0,
                                            1,
                                            2,
                                            3,
                                            8,
                                            4096,
                                            4097,
                                            10000,
                                            10001,
                                            0.5,
                                            1.5,
                                            -1.5,
                                            1e9,
                                            "",
                                            "cores",
                                            "default",
                                            "strict",
                                            "bf16",
                                            "fp32",
                                            "none",
                                            "on",
                                            "off",
                                            "STRICT",
                                            "contiguous",
                                            "highest",
                                            "jemalloc",
                                            true,
                                            nullptr,
                                            Json::array({1}),
                                            Json::object()};

TEST_CASE("no two settings or options have the same name") {
    std::set<std::string> names{env_key, shape_key, "models", "input", "preset", "config"};
    for (const Setting& setting : settings()) {
        INFO(setting.name);
        CHECK(names.insert(setting.name).second);
        CHECK(find_setting(setting.name) == &setting);
    }
    for (const Option& option : options()) {
        INFO(option.name);
        CHECK(names.insert(option.name).second);
        CHECK(find_option(option.name) == &option);
    }
    CHECK(find_setting("fpmaht") == nullptr);
    CHECK(find_option("fpmath") == nullptr);
}

TEST_CASE("no two settings set the same environment variable") {
    std::set<std::string> variables;
    for (const Setting& setting : settings()) {
        for (const std::string& variable : setting.variables) {
            INFO(variable);
            CHECK(variables.insert(variable).second);
        }
        CHECK(setting.variables.empty() == (setting.via != Setting::Via::environment));
    }
}

TEST_CASE("every setting has help and a default that it allows") {
    for (const Setting& setting : settings()) {
        INFO(setting.name);
        CHECK_FALSE(setting.help.empty());
        CHECK_FALSE(complaint(setting.allowed, protocol::to_json(setting.default_value)));
    }
}

TEST_CASE("an option's default text is what the run does by default") {
    for (const Option& option : options()) {
        INFO(option.name);
        CHECK_FALSE(option.help.empty());
        if (option.default_text.empty()) {
            continue;
        }
        const Json value = value_from_text(option.allowed, option.default_text);
        CHECK_FALSE(complaint(option.allowed, value));
        RunOptions set;
        option.set(value, set);
        const RunOptions untouched;
        CHECK(set.sampling.launches == untouched.sampling.launches);
        CHECK(set.sampling.shape.block.duration == untouched.sampling.shape.block.duration);
        CHECK(set.sampling.shape.blocks == untouched.sampling.shape.blocks);
        CHECK(set.stopping.metric == untouched.stopping.metric);
        CHECK(set.judging.tolerance == untouched.judging.tolerance);
        CHECK(set.sampling.resident_memory == untouched.sampling.resident_memory);
        CHECK(set.sampling.warmup == untouched.sampling.warmup);
        CHECK(set.sampling.warmup_time == untouched.sampling.warmup_time);
        CHECK(set.sampling.timeout == untouched.sampling.timeout);
        CHECK(set.judging.min_cosine == untouched.judging.min_cosine);
        CHECK(set.judging.has_accuracy == untouched.judging.has_accuracy);
        CHECK(set.sampling.seed == untouched.sampling.seed);
    }
}

TEST_CASE("a value is complained of exactly where the schema refuses it") {
    for (const Setting& setting : settings()) {
        for (const Json& value : all_sorts_of_values) {
            INFO(setting.name << " " << value.dump());
            CHECK(complaint(setting.allowed, value).has_value() == !takes(schema_of(setting.allowed), value));
        }
    }
    for (const Option& option : options()) {
        for (const Json& value : all_sorts_of_values) {
            INFO(option.name << " " << value.dump());
            // Of texts like 500ms and 3% the schema knows the form, not the range.
            if (option.allowed.kind != Allowed::Kind::duration && option.allowed.kind != Allowed::Kind::share) {
                CHECK(complaint(option.allowed, value).has_value() == !takes(schema_of(option.allowed), value));
            }
        }
    }
}

TEST_CASE("the description names every word that is allowed") {
    for (const Setting& setting : settings()) {
        for (const std::string& word : setting.allowed.words) {
            INFO(setting.name);
            CHECK_THAT(describe(setting.allowed), Contains(word));
            CHECK_FALSE(complaint(setting.allowed, word));
        }
    }
}

TEST_CASE("a complaint says what was expected") {
    CHECK(complaint(one_of({"strict", "bf16"}), "bfloat16").value() == "\"bfloat16\" is not one of strict, bf16");
    CHECK(complaint(integer(1, 4096, {"cores"}), 0).value() == "0 is not an integer from 1 to 4096, or cores");
    CHECK(complaint(integer(1, 1e12), 1.5).value() == "1.5 is not an integer from 1");
    CHECK(complaint(number(-1, 1), 2).value() == "2 is not a number from -1 to 1");
    CHECK(complaint(duration(), "soon").value() == "\"soon\" is not a duration above zero like 500ms, 2s, 1.5m or 1h");
    CHECK(complaint(any_text(), "").value() == "\"\" is not a text");
}

TEST_CASE("a complaint of a text that is not UTF-8 can still be made") {
    CHECK_THAT(complaint(one_of({"strict"}), "\xff").value(), Contains("is not one of strict"));
}

TEST_CASE("durations are numbers of seconds or texts with a unit") {
    CHECK_FALSE(complaint(duration(), "500ms"));
    CHECK_FALSE(complaint(duration(), 2));
    CHECK_FALSE(complaint(duration(), 0.5));
    CHECK(complaint(duration(), 0));
    CHECK(complaint(duration(), true));
    CHECK(complaint(duration(), Json::array({1})));
}

TEST_CASE("a word of the command line is a number only where a number is allowed") {
    CHECK(value_from_text(integer(1, 8), "4").is_number_integer());
    CHECK(value_from_text(integer(1, 8, {"cores"}), "cores") == Json("cores"));
    CHECK(value_from_text(number(0, 1), "0.5") == Json(0.5));
    CHECK(value_from_text(any_text(), "4") == Json("4"));
    CHECK(value_from_text(integer(1, 8), "true") == Json("true"));
    CHECK(value_from_text(integer(1, 8), "4x") == Json("4x"));
}

}  // namespace
}  // namespace gravbench::plan
