#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "base/clock.h"
#include "base/errors.h"
#include "base/text.h"
#include "plan/setting.h"

namespace gravbench::plan {
namespace {

bool is_word_of(const Allowed& allowed, const Json& value) {
    return value.is_string() &&
           std::find(allowed.words.begin(), allowed.words.end(), value.get<std::string>()) != allowed.words.end();
}

bool is_in_range(const Allowed& allowed, const Json& value) {
    return value.get<double>() >= allowed.least && value.get<double>() <= allowed.most;
}

std::string range_of(const Allowed& allowed) {
    const std::string unbounded = fmt::format("from {:.12g}", allowed.least);
    return allowed.most >= 1e12 ? unbounded : fmt::format("{} to {:.12g}", unbounded, allowed.most);
}

bool is_duration(const Json& value) {
    try {
        parse_duration(value.is_number() ? value.dump() : value.is_string() ? value.get<std::string>() : "", "");
        return true;
    } catch (const UsageError&) {
        return false;
    }
}

bool is_share(const Json& value) {
    return (value.is_number() || value.is_string()) &&
           parse_share(value.is_string() ? value.get<std::string>() : value.dump()).has_value();
}

bool is_allowed(const Allowed& allowed, const Json& value) {
    switch (allowed.kind) {
        case Allowed::Kind::choice:
            return is_word_of(allowed, value);
        case Allowed::Kind::integer:
            return is_word_of(allowed, value) || (value.is_number_integer() && is_in_range(allowed, value));
        case Allowed::Kind::number:
            return value.is_number() && is_in_range(allowed, value);
        case Allowed::Kind::duration:
            return is_duration(value);
        case Allowed::Kind::share:
            return is_share(value);
        case Allowed::Kind::text:
            return value.is_string() && !value.get<std::string>().empty();
    }
    return false;
}

}  // namespace

Allowed one_of(std::vector<std::string> words) {
    return {Allowed::Kind::choice, std::move(words), 0, 0};
}

Allowed integer(double least, double most, std::vector<std::string> words) {
    return {Allowed::Kind::integer, std::move(words), least, most};
}

Allowed number(double least, double most) {
    return {Allowed::Kind::number, {}, least, most};
}

Allowed duration() {
    return {Allowed::Kind::duration, {}, 0, 0};
}

Allowed share() {
    return {Allowed::Kind::share, {}, 0, 0};
}

Allowed any_text() {
    return {Allowed::Kind::text, {}, 0, 0};
}

std::optional<std::string> complaint(const Allowed& allowed, const Json& value) {
    if (is_allowed(allowed, value)) {
        return std::nullopt;
    }
    const bool is_choice = allowed.kind == Allowed::Kind::choice;
    return fmt::format("{} is not {}{}", value.dump(-1, ' ', false, Json::error_handler_t::replace),
                       is_choice ? "one of " : "", describe(allowed));
}

Json value_from_text(const Allowed& allowed, const std::string& text) {
    if (allowed.kind == Allowed::Kind::integer || allowed.kind == Allowed::Kind::number) {
        Json parsed = Json::parse(text, nullptr, /*allow_exceptions=*/false);
        if (parsed.is_number()) {
            return parsed;
        }
    }
    return text;
}

std::string describe(const Allowed& allowed) {
    switch (allowed.kind) {
        case Allowed::Kind::choice:
            return fmt::format("{}", fmt::join(allowed.words, ", "));
        case Allowed::Kind::integer: {
            const std::string text = "an integer " + range_of(allowed);
            return allowed.words.empty() ? text : fmt::format("{}, or {}", text, fmt::join(allowed.words, ", "));
        }
        case Allowed::Kind::number:
            return "a number " + range_of(allowed);
        case Allowed::Kind::duration:
            return "a duration above zero like 500ms, 2s, 1.5m or 1h";
        case Allowed::Kind::share:
            return "a share between 0 and 1 like 3% or 0.03";
        case Allowed::Kind::text:
            return "a text";
    }
    return "";
}

Json schema_of(const Allowed& allowed) {
    switch (allowed.kind) {
        case Allowed::Kind::choice:
            return {{"enum", allowed.words}};
        case Allowed::Kind::integer: {
            Json schema{{"type", "integer"}, {"minimum", static_cast<std::int64_t>(allowed.least)}};
            if (allowed.most < 1e12) {
                schema["maximum"] = static_cast<std::int64_t>(allowed.most);
            }
            return allowed.words.empty() ? schema : Json{{"anyOf", Json::array({schema, {{"enum", allowed.words}}})}};
        }
        case Allowed::Kind::number:
            return {{"type", "number"}, {"minimum", allowed.least}, {"maximum", allowed.most}};
        case Allowed::Kind::duration:
            return {{"type", Json::array({"string", "number"})},
                    {"pattern", "^[0-9.]+(ns|us|ms|s|m|h)?$"},
                    {"exclusiveMinimum", 0}};
        case Allowed::Kind::share:
            return {{"type", Json::array({"string", "number"})},
                    {"pattern", "^[0-9.]+%?$"},
                    {"exclusiveMinimum", 0},
                    {"exclusiveMaximum", 1}};
        case Allowed::Kind::text:
            return {{"type", "string"}, {"minLength", 1}};
    }
    return {};
}

}  // namespace gravbench::plan
