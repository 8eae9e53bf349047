#include "document/cell_text.h"

#include <fmt/format.h>

#include <algorithm>
#include <boost/container/small_vector.hpp>
#include <initializer_list>

#include "base/checked_json.h"
#include "base/errors.h"
#include "document/strict_json.h"

namespace gravbench::document {
namespace {

using simdjson::ondemand::array;
using simdjson::ondemand::json_type;
using simdjson::ondemand::object;
using simdjson::ondemand::value;

std::string name_of(json_type type) {
    switch (type) {
        case json_type::array:
            return "a list";
        case json_type::object:
            return "an object";
        case json_type::number:
            return "a number";
        case json_type::string:
            return "a text";
        case json_type::boolean:
            return "true or false";
        case json_type::null:
            return "null";
    }
    return "something else";
}

/// Where a value stands; written out only where something is wrong with it.
struct Place {
    const Place* up;
    std::string_view name;
    std::size_t index;  ///< `none` for a member
    static constexpr std::size_t none = ~std::size_t{0};

    std::string text() const {
        const std::string before = up == nullptr ? "" : up->text();
        if (index != none) {
            return fmt::format("{}[{}]", before, index);
        }
        return before.empty() ? std::string(name) : fmt::format("{}.{}", before, name);
    }
    Place member(std::string_view of) const { return {this, of, none}; }
    Place item(std::size_t number) const { return {this, "", number}; }
};

Json small_json(value found, const Place& place, std::size_t depth = 0);

[[noreturn]] void throw_unexpected(const Place& place, const char* expected, value found) {
    throw DataError(fmt::format("{}: expected {}, found {}", place.text(), expected, name_of(found.type())));
}

array list_at(value found, const Place& place) {
    if (found.type() != json_type::array) {
        throw_unexpected(place, "a list", found);
    }
    return found.get_array();
}

object object_at(value found, const Place& place) {
    if (found.type() != json_type::object) {
        throw_unexpected(place, "an object", found);
    }
    return found.get_object();
}

/// Members of one object, by names that the parser keeps until its text is done. A second one of the same name would
/// silently replace the first.
class MembersOnce {
  public:
    void add(std::string_view name, const Place& place) {
        if (names_.size() == most_members) {
            throw DataError(fmt::format("{}: more than {} members", place.text(), most_members));
        }
        if (std::find(names_.begin(), names_.end(), name) != names_.end()) {
            throw DataError(fmt::format("{}: \"{}\" stands there twice", place.text(), name));
        }
        names_.push_back(name);
    }

    bool has(std::string_view name) const { return std::find(names_.begin(), names_.end(), name) != names_.end(); }

    void require(std::initializer_list<std::string_view> names, const Place& place) const {
        for (const std::string_view name : names) {
            if (!has(name)) {
                throw DataError(fmt::format("{}: \"{}\" is missing", place.text(), name));
            }
        }
    }

  private:
    boost::container::small_vector<std::string_view, 16> names_;
};

std::int64_t integer_at(value found, checked::Range range, const Place& place) {
    std::int64_t number = 0;
    if (found.get_int64().get(number) != simdjson::SUCCESS || number < range.least || number > range.most) {
        throw DataError(
            fmt::format("{}: expected a whole number from {} to {}", place.text(), range.least, range.most));
    }
    return number;
}

int small_integer_at(value found, const Place& place) {
    return static_cast<int>(integer_at(found, checked::small_not_negative, place));
}

bool truth_at(value found, const Place& place) {
    bool truth = false;
    if (found.get_bool().get(truth) != simdjson::SUCCESS) {
        throw_unexpected(place, "true or false", found);
    }
    return truth;
}

std::string text_at(value found, const Place& place) {
    std::string_view text;
    if (found.get_string().get(text) != simdjson::SUCCESS) {
        throw_unexpected(place, "a text", found);
    }
    return std::string(text);
}

std::vector<std::int64_t> integers_at(value found, checked::Range range, const Place& place) {
    std::vector<std::int64_t> numbers;
    for (value item : list_at(found, place)) {
        numbers.push_back(integer_at(item, range, place.item(numbers.size())));
    }
    numbers.shrink_to_fit();
    return numbers;
}

double number_at(value found, const Place& place) {
    double number = 0;
    if (found.get_double().get(number) != simdjson::SUCCESS || !(number >= 0)) {
        throw DataError(fmt::format("{}: expected a number that is not below 0", place.text()));
    }
    return number;
}

std::vector<std::string> texts_at(value found, const Place& place) {
    std::vector<std::string> texts;
    for (value item : list_at(found, place)) {
        texts.push_back(text_at(item, place.item(texts.size())));
    }
    return texts;
}

struct NumberMember {
    std::string_view name;
    std::optional<double> machine::Disturbance::*member;
};
constexpr NumberMember disturbance_numbers[] = {{"stolen_share", &machine::Disturbance::stolen_share},
                                                {"competing_cpus", &machine::Disturbance::competing_cpus},
                                                {"waiting_share", &machine::Disturbance::waiting_share},
                                                {"frequency_mhz", &machine::Disturbance::frequency_mhz}};

struct CountMember {
    std::string_view name;
    std::optional<std::int64_t> machine::Disturbance::*member;
};
constexpr CountMember disturbance_counts[] = {{"involuntary_switches", &machine::Disturbance::involuntary_switches},
                                              {"major_faults", &machine::Disturbance::major_faults},
                                              {"swapped_pages", &machine::Disturbance::swapped_pages},
                                              {"throttled_ns", &machine::Disturbance::throttled_ns},
                                              {"thermal_events", &machine::Disturbance::thermal_events}};

void read_disturbance_member(std::string_view key, value found, const Place& place, machine::Disturbance& disturbance) {
    if (key == "seconds") {
        disturbance.seconds = number_at(found, place.member("seconds"));
        return;
    }
    for (const NumberMember& number : disturbance_numbers) {
        if (key == number.name && found.type() != json_type::null) {
            disturbance.*number.member = number_at(found, place.member(number.name));
        }
    }
    for (const CountMember& count : disturbance_counts) {
        if (key == count.name && found.type() != json_type::null) {
            disturbance.*count.member = integer_at(found, checked::duration_ns, place.member(count.name));
        }
    }
}

/// As machine::to_json() writes it; a document has hundreds of thousands, so they do not become JSON values first.
machine::Disturbance disturbance_at(value found, const Place& place) {
    machine::Disturbance disturbance;
    MembersOnce once;
    for (auto field : object_at(found, place)) {
        const std::string_view key = field.unescaped_key();
        once.add(key, place);
        read_disturbance_member(key, field.value(), place, disturbance);
    }
    return disturbance;
}

void read_block_member(std::string_view key, value found, const Place& place, records::Block& block) {
    if (key == "samples_ns") {
        block.samples_ns = integers_at(found, checked::duration_ns_above_0, place.member("samples_ns"));
    } else if (key == "wall_ns") {
        block.wall_ns = integer_at(found, checked::duration_ns_above_0, place.member("wall_ns"));
    } else if (key == "round") {
        block.round = small_integer_at(found, place.member("round"));
    } else if (key == "disturbance") {
        block.disturbance = disturbance_at(found, place.member("disturbance"));
    } else if (key == "disturbed_by") {
        block.disturbed_by = texts_at(found, place.member("disturbed_by"));
    }
}

records::Block block_at(value found, const Place& place) {
    records::Block block;
    MembersOnce once;
    for (auto field : object_at(found, place)) {
        const std::string_view key = field.unescaped_key();
        once.add(key, place);
        read_block_member(key, field.value(), place, block);
    }
    if (block.samples_ns.empty() || block.wall_ns == 0) {
        throw DataError(place.text() + ": expected \"samples_ns\" with at least one sample, and \"wall_ns\"");
    }
    once.require({"round", "disturbance", "disturbed_by"}, place);
    return block;
}

std::vector<records::Block> blocks_at(value found, const Place& place) {
    std::vector<records::Block> blocks;
    for (value item : list_at(found, place)) {
        blocks.push_back(block_at(item, place.item(blocks.size())));
    }
    if (blocks.empty()) {
        throw DataError(place.text() + ": expected at least one block");
    }
    blocks.shrink_to_fit();
    return blocks;
}

struct DurationMember {
    std::string_view name;
    std::int64_t records::ColdStart::*member;
};
constexpr DurationMember cold_start_durations[] = {{"start_ns", &records::ColdStart::start_ns},
                                                   {"load_ns", &records::ColdStart::load_ns},
                                                   {"prepare_ns", &records::ColdStart::prepare_ns},
                                                   {"first_inference_ns", &records::ColdStart::first_inference_ns},
                                                   {"second_inference_ns", &records::ColdStart::second_inference_ns}};

std::optional<records::ColdStart> cold_start_at(value found, const Place& place) {
    if (found.is_null()) {
        return std::nullopt;
    }
    records::ColdStart cold;
    MembersOnce once;
    for (auto field : object_at(found, place)) {
        const std::string_view key = field.unescaped_key();
        once.add(key, place);
        for (const DurationMember& duration : cold_start_durations) {
            if (key == duration.name) {
                cold.*duration.member = integer_at(field.value(), checked::duration_ns, place.member(duration.name));
                break;
            }
        }
    }
    for (const DurationMember& duration : cold_start_durations) {
        once.require({duration.name}, place);
    }
    return cold;
}

void read_measured_member(std::string_view key, value found, const Place& place, records::Launch& measured) {
    if (key == "blocks") {
        measured.blocks = blocks_at(found, place);
    } else if (key == "number") {
        measured.number = small_integer_at(found, place);
    } else if (key == "cold_start") {
        measured.cold_start = cold_start_at(found, place);
    } else if (key == "warmup_inferences") {
        measured.warmup_inferences = integer_at(found, checked::not_negative, place);
    } else if (key == "is_steady") {
        measured.is_steady = truth_at(found, place);
    } else if (key == "is_restless") {
        measured.is_restless = truth_at(found, place);
    } else if (key == "busy_ns") {
        measured.busy_ns = integer_at(found, checked::duration_ns, place);
    } else if (key == "peak_rss_bytes") {
        measured.peak_rss_bytes = integer_at(found, checked::not_negative, place);
    } else if (key == "inputs_digest") {
        measured.inputs_digest = text_at(found, place);
    }
}

void read_launch_member(std::string_view key, value found, const Place& place, Launch& launch) {
    if (key == "machine") {
        launch.machine = static_cast<std::size_t>(small_integer_at(found, place));
    } else if (key == "engine") {
        launch.engine = static_cast<std::size_t>(small_integer_at(found, place));
    } else if (key == "is_unusual") {
        launch.is_unusual = truth_at(found, place);
    } else {
        read_measured_member(key, found, place, launch.measured);
    }
}

Launch launch_at(value found, const Place& place) {
    Launch launch;
    MembersOnce once;
    for (auto field : object_at(found, place)) {
        const std::string_view key = field.unescaped_key();
        once.add(key, place);
        read_launch_member(key, field.value(), place.member(key), launch);
    }
    once.require({"blocks", "machine", "engine", "number", "cold_start", "warmup_inferences", "is_steady",
                  "is_restless", "busy_ns", "peak_rss_bytes", "inputs_digest"},
                 place);
    return launch;
}

std::vector<Launch> launches_at(value found, const Place& place) {
    std::vector<Launch> launches;
    for (value item : list_at(found, place)) {
        launches.push_back(launch_at(item, place.item(launches.size())));
    }
    launches.shrink_to_fit();
    return launches;
}

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

Json number_json(value found) {
    std::int64_t whole = 0;
    if (found.get_int64().get(whole) == simdjson::SUCCESS) {
        return whole < 0 ? Json(whole) : Json(static_cast<std::uint64_t>(whole));
    }
    std::uint64_t large = 0;
    return found.get_uint64().get(large) == simdjson::SUCCESS ? Json(large) : Json(double(found.get_double()));
}

std::size_t deeper(std::size_t depth, const Place& place) {
    if (depth == most_depth) {
        throw DataError(place.text() + ": brackets are nested too deeply");
    }
    return depth + 1;
}

Json object_json(object found, const Place& place, std::size_t depth) {
    Json json = Json::object();
    for (auto field : found) {
        if (json.size() == most_members) {
            throw DataError(fmt::format("{}: more than {} members", place.text(), most_members));
        }
        std::string name(std::string_view(field.unescaped_key()));
        if (!json.get_ref<Json::object_t&>().emplace(name, small_json(field.value(), place, depth)).second) {
            throw DataError(fmt::format("{}: \"{}\" stands there twice", place.text(), name));
        }
    }
    return json;
}

Json array_json(array found, const Place& place, std::size_t depth) {
    Json json = Json::array();
    for (value item : found) {
        json.push_back(small_json(item, place, depth));
    }
    return json;
}

/// The same as strict_json() of its text, in a third of the time.
Json small_json(value found, const Place& place, std::size_t depth) {
    switch (found.type()) {
        case json_type::object:
            return object_json(found.get_object(), place, deeper(depth, place));
        case json_type::array:
            return array_json(found.get_array(), place, deeper(depth, place));
        case json_type::string:
            return std::string(std::string_view(found.get_string()));
        case json_type::boolean:
            return bool(found.get_bool());
        case json_type::number:
            return number_json(found);
        case json_type::null:
            break;
    }
    if (!found.is_null()) {
        throw DataError(place.text() + ": damaged, or no JSON");
    }
    return nullptr;
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
