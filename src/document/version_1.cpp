#include "document/version_1.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <map>

#include "base/checked_json.h"
#include "base/clock.h"
#include "base/errors.h"
#include "document/parts.h"

namespace gravbench::document::version_1 {
namespace {

constexpr double ns_per_ms = 1e6;

std::int64_t ns_of(const Json& launch, const char* key, const std::string& where, double unit_ns = ns_per_ms) {
    const double ns = optional_member<double>(launch, key, 0, where) * unit_ns;
    if (!(ns >= 0 && ns <= static_cast<double>(checked::duration_ns.most))) {
        throw DataError(
            fmt::format("{}: \"{}\" is {}, expected a time of at most eleven days", where, key, launch.at(key).dump()));
    }
    return std::llround(ns);
}

/// 0 where nobody counted.
std::int64_t count_of(const Json& launch, const char* key, const std::string& where) {
    return checked::has(launch, key) ? checked::integer(launch, key, checked::not_negative, where) : 0;
}

/// The settings of a cell were one object, with its shape and further variables among them.
void read_settings(const Json& requested, const std::string& where, Cell& cell) {
    for (const auto& [name, item] : requested.items()) {
        const plan::Setting* setting = plan::find_setting(name);
        if (name == plan::env_key) {
            cell.identity.environment = texts_from(object_member(requested, plan::env_key, where), where);
        } else if (name == plan::shape_key) {
            for (const auto& [symbol, ignored] : object_member(requested, plan::shape_key, where).items()) {
                cell.identity.shape[symbol] = required<std::int64_t>(item, symbol, where);
            }
        } else if (setting != nullptr && setting->via == plan::Setting::Via::shape) {
            cell.identity.shape[name] = required<std::int64_t>(requested, name, where);
        } else if (auto value = protocol::value_from(item)) {
            cell.requested.emplace(name, std::move(*value));
        } else {
            throw_wrong_type(name, where, item);
        }
    }
}

/// What only the printed key told: the engine's label, and whether it is the same once more. Version 1 never put a
/// comma or an equals sign into a label, so its keys can be taken apart here, for the last time.
void read_label(Cell& cell) {
    const std::string& key = cell.key;
    const auto member = [&](const std::string& name) {
        const auto begin = key.find(name + "=");
        const bool is_member =
            begin != std::string::npos && begin > 0 && (key[begin - 1] == ':' || key[begin - 1] == ',');
        return is_member ? key.substr(begin + name.size() + 1, key.find(',', begin) - begin - name.size() - 1)
                         : std::string();
    };
    const std::string engine = member("engine");
    cell.identity.engine = engine.empty() ? plan::default_engine : engine;
    cell.identity.variant = std::max(1, std::atoi(member("variant").c_str()));
}

std::optional<std::size_t> engine_place(const Json& json, const std::string& where, bool is_emulated,
                                        Document& document) {
    const Json* engine = object_or_null(json, "engine", where);
    if (engine == nullptr) {
        return std::nullopt;
    }
    const Engine found{protocol::engine_description_from(*engine, where + ".engine"), is_emulated};
    for (std::size_t i = 0; i < document.engines.size(); ++i) {
        if (document.engines[i].description == found.description) {
            return i;
        }
    }
    document.engines.push_back(found);
    return document.engines.size() - 1;
}

/// What the document says of a launch beside its samples; nothing in documents of the first versions.
void read_facts(const Json& facts, const std::string& where, Launch& launch) {
    records::Launch& measured = launch.measured;
    measured.number = checked::small_integer(facts, "number", where);
    measured.busy_ns = ns_of(facts, "seconds", where, ns_per_s);
    measured.cold_start =
        records::ColdStart{0, ns_of(facts, "load_ms", where), 0, ns_of(facts, "first_inference_ms", where),
                           ns_of(facts, "second_inference_ms", where)};
    measured.peak_rss_bytes = count_of(facts, "peak_rss_bytes", where);
    measured.warmup_inferences = count_of(facts, "warmup_inferences", where);
    measured.is_steady = optional_member<bool>(facts, "is_steady", true, where);
    launch.is_unusual = optional_member<bool>(facts, "is_unusual", false, where);
    measured.inputs_digest = optional_member<std::string>(facts, "inputs_digest", "", where);
    if (facts.contains("disturbances")) {
        std::size_t block = 0;
        for_each_item(facts, "disturbances", where, [&](const Json& json, const std::string& here) {
            if (block < measured.blocks.size()) {
                measured.blocks[block].disturbance = machine::disturbance_from(json, here);
                measured.blocks[block].disturbed_by =
                    optional_member<std::vector<std::string>>(json, "reasons", {}, here);
            }
            ++block;
        });
    }
    for (const int block : optional_member<std::vector<int>>(facts, "disturbed_blocks", {}, where)) {
        if (block < 0 || static_cast<std::size_t>(block) >= measured.blocks.size()) {
            throw DataError(fmt::format("{}: \"disturbed_blocks\" names block {}, there are {}", where, block,
                                        measured.blocks.size()));
        }
        auto& disturbed_by = measured.blocks[static_cast<std::size_t>(block)].disturbed_by;
        if (disturbed_by.empty()) {
            disturbed_by.emplace_back("marked as disturbed");
        }
    }
}

/// Zips what stood in parallel lists.
Launch launch_of(std::size_t place, Version1Samples& samples, const std::string& where) {
    Launch launch;
    launch.measured.number = static_cast<int>(place);
    auto& blocks = samples.samples_ns[place];
    if (place >= samples.wall_ns.size() || samples.wall_ns[place].size() != blocks.size()) {
        throw DataError(
            fmt::format("{}.samples: \"wall_ns\" has not one number for each block of launch {}", where, place));
    }
    if (blocks.empty() || std::any_of(blocks.begin(), blocks.end(), [](const auto& block) { return block.empty(); })) {
        throw DataError(fmt::format("{}.samples: launch {} has no block, or one without samples", where, place));
    }
    for (std::size_t i = 0; i < blocks.size(); ++i) {
        records::Block& block = launch.measured.blocks.emplace_back();
        block.samples_ns = std::move(blocks[i]);
        block.wall_ns = samples.wall_ns[place][i];
        const bool has_round = place < samples.rounds.size() && i < samples.rounds[place].size();
        block.round = has_round ? static_cast<int>(std::min<std::int64_t>(samples.rounds[place][i], 1 << 30)) : 0;
    }
    return launch;
}

}  // namespace

void read_head(const Json& head, Document& document) {
    document.run = run_from(object_member(head, "run", document.name), document.name + ": run");
    document.machines.push_back(
        {machine::machine_from(object_member(head, "machine", document.name), document.name + ": machine")});
}

void read_cell(CellText text, const std::string& where, Document& document) {
    const Json& json = text.rest;
    Version1Samples& samples = text.samples;
    Cell& cell = document.cells.emplace_back();
    read_common(text, where, cell);
    read_settings(text.settings.requested_1, where + ".settings.requested", cell);
    cell.identity.model = cell.model.name;
    cell.identity.settings = plan::without_defaults(cell.requested);
    read_label(cell);
    cell.engine = engine_place(json, where, cell.has_problem("emulated"), document);
    cell.machine = cell.engine ? std::optional<std::size_t>(0) : std::nullopt;
    for (std::size_t i = 0; i < samples.samples_ns.size(); ++i) {
        cell.launches.push_back(launch_of(i, samples, where));
        cell.launches.back().engine = cell.engine.value_or(0);
    }
    if (!cell.launches.empty() && !cell.engine) {
        throw DataError(where + ": it has launches and no engine");
    }
    if (json.contains("launches")) {
        std::size_t launch = 0;
        for_each_item(json, "launches", where, [&](const Json& facts, const std::string& here) {
            if (launch < cell.launches.size()) {
                read_facts(facts, here, cell.launches[launch]);
            }
            ++launch;
        });
    }
}

void read_versus(const Json& head, Document& document) {
    if (!head.contains("versus") || head["versus"].is_null()) {
        return;
    }
    std::map<std::string, std::size_t> by_key;
    for (std::size_t i = 0; i < document.cells.size(); ++i) {
        by_key.emplace(document.cells[i].key, i);
    }
    for_each_item(head, "versus", document.name, [&](const Json& pair, const std::string& here) {
        const auto base = by_key.find(required<std::string>(pair, "base", here));
        const auto other = by_key.find(required<std::string>(pair, "new", here));
        if (base == by_key.end() || other == by_key.end()) {
            throw DataError(fmt::format("{}: {} names no two cells of the document", here, pair.dump()));
        }
        document.versus.push_back({base->second, other->second});
    });
}

}  // namespace gravbench::document::version_1
