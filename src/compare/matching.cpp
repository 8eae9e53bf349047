#include "compare/matching.h"

#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "base/errors.h"
#include "base/text.h"
#include "plan/setting.h"

namespace gravbench::compare {
namespace {

std::string text_of(const Json& value) {
    return value.is_string() ? value.get<std::string>() : value.dump();
}

/// What a cell is, by name: its settings, those of shape and environment one by one, model and engine.
std::map<std::string, std::string> identity_of(const MeasuredCell& cell) {
    std::map<std::string, std::string> identity;
    for (const auto& [name, value] : cell.facts.at("settings").at("requested").items()) {
        if (!value.is_object()) {
            identity[name] = text_of(value);
            continue;
        }
        for (const auto& [inner, inner_value] : value.items()) {
            identity[name + "." + inner] = text_of(inner_value);
        }
    }
    identity["model"] = cell.facts.at("model").value("name", "");
    // The label that the key has: an engine's own name is the same for two builds of it.
    const std::string key = cell.key();
    const auto engine = key.find("engine=");
    identity["engine"] = engine == std::string::npos ? "" : key.substr(engine + 7, key.find(',', engine) - engine - 7);
    const auto variant = key.find("variant=");
    identity["variant"] = variant == std::string::npos ? "" : key.substr(variant);
    return identity;
}

bool is_selected(const std::map<std::string, std::string>& identity, const Selection& selection) {
    for (const auto& [name, value] : selection) {
        const auto found = identity.find(name);
        if (found == identity.end() || found->second != value) {
            return false;
        }
    }
    return true;
}

std::string describe(const Selection& selection) {
    std::string text;
    for (const auto& [name, value] : selection) {
        text += fmt::format("{}{}={}", text.empty() ? "" : ",", name, value);
    }
    return text;
}

using Side = std::map<std::string, const MeasuredCell*>;

/// The selected cells by what is left of their identity without the names that the sides differ in.
Side side_of(const MeasuredDocument& document, const Selection& selection, const std::set<std::string>& ignored,
             const char* flag) {
    Side side;
    for (const MeasuredCell& cell : document.cells) {
        const auto identity = identity_of(cell);
        if (!is_selected(identity, selection)) {
            continue;
        }
        std::string rest;
        for (const auto& [name, value] : identity) {
            rest += ignored.count(name) != 0 ? "" : fmt::format("{}={}\n", name, value);
        }
        const auto [place, is_new] = side.emplace(rest, &cell);
        if (!is_new) {
            throw UsageError(
                fmt::format("{}: {} and {} differ in nothing that the other side could be told apart by; "
                            "select more with {} NAME=VALUE,NAME=VALUE",
                            document.name, place->second->key(), cell.key(), flag));
        }
    }
    if (side.empty() && !selection.empty()) {
        throw UsageError(fmt::format("{} {}: no cell of {} has these settings; its first is {}", flag,
                                     describe(selection), document.name,
                                     document.cells.empty() ? "none" : document.cells.front().key()));
    }
    return side;
}

}  // namespace

Selection parse_selection(const std::string& text, const std::string& flag) {
    std::vector<std::string> names{"model", "engine"};
    for (const plan::Setting& setting : plan::settings()) {
        names.push_back(setting.name);
    }
    Selection selection;
    for (const std::string& piece : text.empty() ? std::vector<std::string>() : split(text, ',')) {
        const auto equals = piece.find('=');
        const std::string name = piece.substr(0, equals);
        const bool is_named = name.rfind("env.", 0) == 0 || name.rfind("shape.", 0) == 0;
        if (equals == std::string::npos || (!is_named && std::find(names.begin(), names.end(), name) == names.end())) {
            throw UsageError(fmt::format("{}: \"{}\" is no NAME=VALUE with a name of {}, env.NAME or shape.NAME{}",
                                         flag, piece, fmt::join(names, ", "), did_you_mean(name, names)));
        }
        selection[name] = piece.substr(equals + 1);
    }
    return selection;
}

Matches match(const MeasuredDocument& base, const Selection& where, const MeasuredDocument& other,
              const Selection& against) {
    std::set<std::string> ignored;
    for (const Selection* selection : {&where, &against}) {
        for (const auto& [name, value] : *selection) {
            ignored.insert(name);
        }
    }
    const Side of_base = side_of(base, where, ignored, "--where");
    Side of_other = side_of(other, against, ignored, "--against");
    Matches matches;
    for (const auto& [rest, cell] : of_base) {
        if (const auto found = of_other.find(rest); found != of_other.end()) {
            matches.pairs.push_back({cell, found->second});
            of_other.erase(found);
        } else {
            matches.only_in_base.push_back(cell->key());
        }
    }
    for (const auto& [rest, cell] : of_other) {
        matches.only_in_other.push_back(cell->key());
    }
    // In the order of the document, which is that of the plan.
    std::sort(matches.pairs.begin(), matches.pairs.end(),
              [](const Match& a, const Match& b) { return a.base < b.base; });
    return matches;
}

Matches match_versus(const MeasuredDocument& document) {
    std::map<std::string, const MeasuredCell*> by_key;
    for (const MeasuredCell& cell : document.cells) {
        by_key[cell.key()] = &cell;
    }
    Matches matches;
    for (const Json& pair : document.versus) {
        const auto base = by_key.find(required<std::string>(pair, "base", document.name + ": versus"));
        const auto other = by_key.find(required<std::string>(pair, "new", document.name + ": versus"));
        if (base == by_key.end() || other == by_key.end()) {
            throw DataError(fmt::format("{}: versus names {}, which is no cell of it", document.name, pair.dump()));
        }
        matches.pairs.push_back({base->second, other->second});
    }
    return matches;
}

std::string difference(const MeasuredCell& base, const MeasuredCell& other) {
    auto of_other = identity_of(other);
    std::string text;
    for (const auto& [name, value] : identity_of(base)) {
        const std::string others = of_other[name];
        if (value != others && name != "variant") {
            text += fmt::format("{}{} {} -> {}", text.empty() ? "" : ", ", name, value.empty() ? "default" : value,
                                others.empty() ? "default" : others);
        }
        of_other.erase(name);
    }
    for (const auto& [name, value] : of_other) {
        text += fmt::format("{}{} unset -> {}", text.empty() ? "" : ", ", name, value);
    }
    return text;
}

}  // namespace gravbench::compare
