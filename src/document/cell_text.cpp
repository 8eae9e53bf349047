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

version_1::Samples samples_at(value found, const Place& place) {
    version_1::Samples samples;
    MembersOnce once;
    for (auto field : object_at(found, place)) {
        const std::string_view key = field.unescaped_key();
        once.add(key, place);
        if (key == "launches") {
            const Place here = place.member("launches");
            for (value item : list_at(field.value(), here)) {
                samples.samples_ns.push_back(
                    lists_at(item, checked::duration_ns_above_0, here.item(samples.samples_ns.size())));
            }
        } else if (key == "wall_ns") {
            samples.wall_ns = lists_at(field.value(), checked::duration_ns_above_0, place.member("wall_ns"));
        } else if (key == "rounds") {
            samples.rounds = lists_at(field.value(), checked::not_negative, place.member("rounds"));
        }
    }
    return samples;
}

CellText read_object(object cell, bool is_version_1, const Place& place) {
    CellText text;
    MembersOnce once;
    for (auto field : cell) {
        const std::string_view key = field.unescaped_key();
        once.add(key, place);
        if (key == "samples" && is_version_1) {
            text.samples = samples_at(field.value(), place.member("samples"));
        } else if (key == "launches" && !is_version_1) {
            text.launches = launches_at(field.value(), place.member("launches"));
        } else {
            const std::string name(key);
            text.rest[name] = small_json(field.value(), place);
        }
    }
    if (!is_version_1 && !once.has("launches")) {
        throw DataError(place.text() + ": \"launches\" is missing");
    }
    return text;
}

}  // namespace

CellText CellParser::read(const std::string& text, bool is_version_1, const std::string& where) {
    const Place place{nullptr, where.c_str(), Place::none};
    try {
        // With room behind it, which the parser may look at.
        padded_.assign(text);
        padded_.reserve(text.size() + simdjson::SIMDJSON_PADDING);
        simdjson::ondemand::document document =
            parser_.iterate(padded_.data(), padded_.size(), padded_.size() + simdjson::SIMDJSON_PADDING);
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
