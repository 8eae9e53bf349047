#include "document/cell_text.h"

#include <fmt/format.h>

#include "base/errors.h"
#include "document/launch_text.h"
#include "document/text_values.h"

namespace gravbench::document {
namespace {

using simdjson::ondemand::json_type;
using simdjson::ondemand::object;
using simdjson::ondemand::value;

std::vector<std::vector<std::int64_t>> lists_at(value found, checked::Range range, const Place& place) {
    std::vector<std::vector<std::int64_t>> lists;
    for (value item : list_at(found, place)) {
        lists.push_back(integers_at(item, range, place.item(lists.size())));
    }
    return lists;
}

Version1Samples samples_at(value found, const Place& place) {
    Version1Samples samples;
    for_each_member(found, place, [&](std::string_view key, value member, const Place& here) {
        if (key == "launches") {
            for (value item : list_at(member, here)) {
                samples.samples_ns.push_back(
                    lists_at(item, checked::duration_ns_above_0, here.item(samples.samples_ns.size())));
            }
        } else if (key == "wall_ns") {
            samples.wall_ns = lists_at(member, checked::duration_ns_above_0, here);
        } else if (key == "rounds") {
            samples.rounds = lists_at(member, checked::not_negative, here);
        } else {
            check_ignored(member, here);
        }
    });
    return samples;
}

CellText read_object(object cell, bool is_version_1, const Place& place) {
    CellText text;
    const MembersOnce once = for_each_member(cell, place, [&](std::string_view key, value found, const Place& here) {
        if (key == "samples" && is_version_1) {
            text.samples = samples_at(found, here);
        } else if (key == "launches" && !is_version_1) {
            text.launches = launches_at(found, here);
        } else if (key == "identity" && !is_version_1) {
            text.identity = identity_at(found, here);
        } else if (key == "settings") {
            text.settings = settings_at(found, is_version_1, here);
        } else if (!read_figures(key, found, here, text.figures)) {
            const std::string name(key);
            text.rest[name] = small_json(found, here);
        }
    });
    once.require({"settings"}, place);
    if (!is_version_1) {
        once.require({"identity", "launches"}, place);
    }
    return text;
}

}  // namespace

CellText CellParser::read(std::string& text, bool is_version_1, const std::string& where) {
    const Place place{nullptr, where.c_str(), Place::none};
    try {
        // The parser may look at what stands there.
        text.reserve(text.size() + simdjson::SIMDJSON_PADDING);
        simdjson::ondemand::document document =
            parser_.iterate(text.data(), text.size(), text.size() + simdjson::SIMDJSON_PADDING);
        if (document.type() != json_type::object) {
            throw DataError(where + ": expected an object");
        }
        CellText cell = read_object(document.get_object(), is_version_1, place);
        const char* next = nullptr;
        if (document.current_location().get(next) == simdjson::SUCCESS) {
            throw DataError(where + ": damaged: something follows the end of the cell");
        }
        return cell;
    } catch (const simdjson::simdjson_error& error) {
        throw DataError(fmt::format("{}: damaged, or no JSON: {}", where, error.what()));
    }
}

}  // namespace gravbench::document
