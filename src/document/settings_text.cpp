#include "document/settings_text.h"

#include <fmt/format.h>

#include "base/errors.h"

namespace gravbench::document {
namespace {

using simdjson::ondemand::json_type;
using simdjson::ondemand::value;

std::optional<Value> number_value(value found) {
    std::int64_t whole = 0;
    if (found.get_int64().get(whole) == simdjson::SUCCESS) {
        return whole;
    }
    std::uint64_t too_large = 0;
    double number = 0;
    const bool is_number =
        found.get_uint64().get(too_large) != simdjson::SUCCESS && found.get_double().get(number) == simdjson::SUCCESS;
    return is_number ? std::optional<Value>(number) : std::nullopt;
}

/// As protocol::value_from() of its JSON value.
Value value_at(value found, const Place& place) {
    const json_type type = found.type();
    if (type == json_type::string) {
        return text_at(found, place);
    }
    if (type == json_type::boolean) {
        return truth_at(found, place) ? "true" : "false";
    }
    if (const auto number = type == json_type::number ? number_value(found) : std::nullopt) {
        return *number;
    }
    throw DataError(place.text() + ": expected a count, a number or a word");
}

std::map<std::string, Value> values_at(value found, const Place& place) {
    std::map<std::string, Value> values;
    for_each_member(found, place, [&](std::string_view name, value member, const Place& here) {
        values.emplace(name, value_at(member, here));
    });
    return values;
}

std::map<std::string, std::string> text_map_at(value found, const Place& place) {
    std::map<std::string, std::string> texts;
    for_each_member(found, place, [&](std::string_view name, value member, const Place& here) {
        texts.emplace(name, text_at(member, here));
    });
    return texts;
}

plan::Shape shape_at(value found, const Place& place) {
    plan::Shape shape;
    for_each_member(found, place, [&](std::string_view symbol, value size, const Place& here) {
        shape.emplace(symbol, integer_at(size, checked::Range{}, here));
    });
    return shape;
}

findings::Effect::Verdict verdict_at(value found, const Place& place) {
    const std::string name = text_at(found, place);
    const auto verdict = findings::verdict_named(name);
    if (!verdict) {
        throw DataError(fmt::format("{}: \"{}\" is no verdict", place.text(), name));
    }
    return *verdict;
}

findings::Effect effect_at(value found, const Place& place) {
    findings::Effect effect;
    for_each_member(found, place, [&](std::string_view key, value member, const Place& here) {
        if (key == "setting") {
            effect.setting = text_at(member, here);
        } else if (key == "value") {
            effect.value = value_at(member, here);
        } else if (key == "verdict") {
            effect.verdict = verdict_at(member, here);
        } else if (key == "evidence") {
            effect.evidence = text_at(member, here);
        } else {
            check_ignored(member, here);
        }
    }).require({"setting", "value", "verdict", "evidence"}, place);
    return effect;
}

std::vector<findings::Effect> effects_at(value found, const Place& place) {
    std::vector<findings::Effect> effects;
    for (value item : list_at(found, place)) {
        effects.push_back(effect_at(item, place.item(effects.size())));
    }
    return effects;
}

Json any_object_at(value found, const Place& place) {
    Json object = small_json(found, place);
    if (!object.is_object()) {
        throw DataError(place.text() + ": expected an object");
    }
    return object;
}

}  // namespace

CellSettings settings_at(value found, bool is_version_1, const Place& place) {
    CellSettings settings;
    for_each_member(found, place, [&](std::string_view key, value member, const Place& here) {
        if (key == "requested" && is_version_1) {
            settings.requested_1 = any_object_at(member, here);
        } else if (key == "requested") {
            settings.requested = values_at(member, here);
        } else if (key == "effective") {
            settings.effective = is_null(member) ? std::map<std::string, Value>() : values_at(member, here);
        } else if (key == "effects") {
            settings.effects = effects_at(member, here);
        } else {
            check_ignored(member, here);
        }
    }).require({"requested"}, place);
    return settings;
}

plan::Identity identity_at(value found, const Place& place) {
    plan::Identity identity;
    for_each_member(found, place, [&](std::string_view key, value member, const Place& here) {
        if (key == "model") {
            identity.model = text_at(member, here);
        } else if (key == "engine") {
            identity.engine = text_at(member, here);
        } else if (key == "shape") {
            identity.shape = shape_at(member, here);
        } else if (key == "settings") {
            identity.settings = values_at(member, here);
        } else if (key == "environment") {
            identity.environment = text_map_at(member, here);
        } else if (key == "variant") {
            identity.variant = small_integer_at(member, here);
        } else {
            check_ignored(member, here);
        }
    }).require({"model", "engine", "shape", "settings", "environment", "variant"}, place);
    return identity;
}

}  // namespace gravbench::document
