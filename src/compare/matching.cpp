#include "compare/matching.h"

#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "base/errors.h"
#include "base/text.h"
#include "compare/identity_member.h"

namespace gravbench::compare {
namespace {

bool is_selected(const plan::Identity& identity, const Selection& selection) {
    return std::all_of(selection.begin(), selection.end(), [&](const auto& wanted) {
        const auto value = member_of(identity, wanted.first);
        return value && text_of(*value) == wanted.second;
    });
}

std::string describe(const Selection& selection) {
    std::string text;
    for (const auto& [name, value] : selection) {
        text += fmt::format("{}{}={}", text.empty() ? "" : ",", name, value);
    }
    return text;
}

using Side = std::map<plan::Identity, const document::Cell*>;

/// The selected cells by what is left of their identity without the members that the sides differ in.
Side side_of(const document::Document& document, const Selection& selection, const std::set<std::string>& ignored,
             const char* flag) {
    Side side;
    for (const document::Cell& cell : document.cells) {
        if (!is_selected(cell.identity, selection)) {
            continue;
        }
        const auto [place, is_new] = side.emplace(without(cell.identity, ignored), &cell);
        if (!is_new) {
            throw UsageError(
                fmt::format("{}: {} and {} differ in nothing that the other side could be told apart by; "
                            "select more with {} NAME=VALUE,NAME=VALUE",
                            document.name, place->second->key, cell.key, flag));
        }
    }
    if (side.empty() && !selection.empty()) {
        throw UsageError(fmt::format("{} {}: no cell of {} has these settings; its first is {}", flag,
                                     describe(selection), document.name,
                                     document.cells.empty() ? "none" : document.cells.front().key));
    }
    return side;
}

std::string name_and_version(const document::Document& document, const document::Cell& cell) {
    const document::Engine* engine = document::engine_of(document, cell);
    return engine == nullptr ? "" : engine->description.name + " " + engine->description.version;
}

std::string text_of_member(const plan::Identity& identity, const std::string& name) {
    const auto value = member_of(identity, name);
    return value ? text_of(*value) : "unset";
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
        const bool is_named = name.starts_with("env.") || name.starts_with("shape.");
        if (equals == std::string::npos || (!is_named && std::find(names.begin(), names.end(), name) == names.end())) {
            throw UsageError(fmt::format("{}: \"{}\" is no NAME=VALUE with a name of {}, env.NAME or shape.NAME{}",
                                         flag, piece, fmt::join(names, ", "), did_you_mean(name, names)));
        }
        selection[name] = piece.substr(equals + 1);
    }
    return selection;
}

Matches match(const document::Document& base, const Selection& where, const document::Document& other,
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
            matches.only_in_base.push_back(cell->key);
        }
    }
    for (const auto& [rest, cell] : of_other) {
        matches.only_in_other.push_back(cell->key);
    }
    // In the order of the document, which is that of the plan.
    std::sort(matches.pairs.begin(), matches.pairs.end(),
              [](const Match& a, const Match& b) { return a.base < b.base; });
    return matches;
}

Matches match_versus(const document::Document& document) {
    Matches matches;
    for (const document::Versus& pair : document.versus) {
        matches.pairs.push_back({&document.cells.at(pair.base), &document.cells.at(pair.other)});
    }
    return matches;
}

std::string difference(const document::Document& base_document, const document::Cell& base,
                       const document::Document& other_document, const document::Cell& other) {
    std::set<std::string> names = names_of(base.identity);
    names.merge(names_of(other.identity));
    std::string text;
    const auto add = [&](const std::string& name, const std::string& of_base, const std::string& of_other) {
        if (of_base != of_other) {
            text += fmt::format("{}{} {} -> {}", text.empty() ? "" : ", ", name, of_base, of_other);
        }
    };
    for (const std::string& name : names) {
        if (name == "engine" && base.identity.engine == other.identity.engine) {
            const std::string of_base = name_and_version(base_document, base);
            const std::string of_other = name_and_version(other_document, other);
            if (!of_base.empty() && !of_other.empty()) {
                add(name, of_base, of_other);
            }
        } else {
            add(name, text_of_member(base.identity, name), text_of_member(other.identity, name));
        }
    }
    return text;
}

}  // namespace gravbench::compare
