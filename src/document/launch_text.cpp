#include "document/launch_text.h"

#include <algorithm>

#include "base/errors.h"

namespace gravbench::document {
namespace {

using simdjson::ondemand::value;

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
        disturbance.seconds = number_at(found, place);
        return;
    }
    for (const NumberMember& number : disturbance_numbers) {
        if (key == number.name) {
            disturbance.*number.member = number_or_null(found, place);
            return;
        }
    }
    for (const CountMember& count : disturbance_counts) {
        if (key == count.name) {
            if (!is_null(found)) {
                disturbance.*count.member = integer_at(found, checked::not_negative, place);
            }
            return;
        }
    }
    check_ignored(found, place);
}

/// As machine::to_json() writes it; a document has hundreds of thousands, so they do not become JSON values first.
machine::Disturbance disturbance_at(value found, const Place& place) {
    machine::Disturbance disturbance;
    for_each_member(found, place, [&](std::string_view key, value member, const Place& here) {
        read_disturbance_member(key, member, here, disturbance);
    }).require({"seconds"}, place);
    return disturbance;
}

void read_yardstick_member(std::string_view key, value found, const Place& place, machine::YardstickReading& reading) {
    if (key == "threads") {
        reading.threads = static_cast<int>(integer_at(found, machine::yardstick_threads, place));
        return;
    }
    if (key == "took_ns") {
        reading.took_ns = integer_at(found, checked::duration_ns, place);
        return;
    }
    for (const machine::YardstickRate& rate : machine::yardstick_rates()) {
        if (key == rate.name) {
            reading.*rate.member = number_at(found, place);
            if (!machine::is_rate(reading.*rate.member)) {
                throw DataError(place.text() + ": expected " + machine::allowed_rates);
            }
            return;
        }
    }
    check_ignored(found, place);
}

/// As machine::to_json() writes it.
machine::YardstickReading yardstick_at(value found, const Place& place) {
    machine::YardstickReading reading;
    const MembersOnce once = for_each_member(found, place, [&](std::string_view key, value member, const Place& here) {
        read_yardstick_member(key, member, here, reading);
    });
    once.require({"threads", "took_ns"}, place);
    for (const machine::YardstickRate& rate : machine::yardstick_rates()) {
        once.require({rate.name}, place);
    }
    return reading;
}

void read_block_member(std::string_view key, value found, const Place& place, records::Block& block) {
    if (key == "samples_ns") {
        block.samples_ns = integers_at(found, checked::duration_ns_above_0, place);
    } else if (key == "wall_ns") {
        block.wall_ns = integer_at(found, checked::duration_ns_above_0, place);
    } else if (key == "round") {
        block.round = small_integer_at(found, place);
    } else if (key == "disturbance") {
        block.disturbance = disturbance_at(found, place);
    } else if (key == "disturbed_by") {
        block.disturbed_by = texts_at(found, place);
    } else if (key == "yardstick") {
        if (!is_null(found)) {
            block.yardstick = yardstick_at(found, place);
        }
    } else {
        check_ignored(found, place);
    }
}

records::Block block_at(value found, const Place& place) {
    records::Block block;
    const MembersOnce once = for_each_member(found, place, [&](std::string_view key, value member, const Place& here) {
        read_block_member(key, member, here, block);
    });
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
    if (is_null(found)) {
        return std::nullopt;
    }
    records::ColdStart cold;
    const MembersOnce once = for_each_member(found, place, [&](std::string_view key, value time, const Place& here) {
        for (const DurationMember& duration : cold_start_durations) {
            if (key == duration.name) {
                cold.*duration.member = integer_at(time, checked::duration_ns, here);
                return;
            }
        }
        check_ignored(time, here);
    });
    for (const DurationMember& duration : cold_start_durations) {
        once.require({duration.name}, place);
    }
    return cold;
}

/// As records::to_json() writes it. Documents of earlier versions have none.
plan::LaunchShape shape_at(value found, const Place& place) {
    plan::LaunchShape shape;
    const MembersOnce once = for_each_member(found, place, [&](std::string_view key, value member, const Place& here) {
        if (key == "blocks") {
            shape.blocks = small_integer_at(member, here);
        } else if (key == "chosen_by") {
            shape.chosen_by = small_integer_at(member, here);
        } else if (key == "iterations") {
            shape.block.iterations = integer_at(member, checked::not_negative, here);
        } else if (key == "duration_ns") {
            shape.block.duration = std::chrono::nanoseconds(integer_at(member, checked::duration_ns, here));
        } else if (key == "least_iterations") {
            shape.block.least_iterations = integer_at(member, checked::not_negative, here);
        } else {
            check_ignored(member, here);
        }
    });
    once.require({"blocks", "chosen_by"}, place);
    return shape;
}

void read_measured_member(std::string_view key, value found, const Place& place, records::Launch& measured) {
    if (key == "blocks") {
        measured.blocks = blocks_at(found, place);
    } else if (key == "number") {
        measured.number = small_integer_at(found, place);
    } else if (key == "shape") {
        measured.shape = shape_at(found, place);
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
    } else if (key == "cpus") {
        for (const std::int64_t cpu : integers_at(found, machine::cpu_numbers, place)) {
            measured.cpus.push_back(static_cast<int>(cpu));
        }
    } else if (key == "peak_rss_bytes") {
        measured.peak_rss_bytes = integer_at(found, checked::not_negative, place);
    } else if (key == "inputs_digest") {
        measured.inputs_digest = text_at(found, place);
    } else {
        check_ignored(found, place);
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
    for_each_member(
        found, place,
        [&](std::string_view key, value member, const Place& here) { read_launch_member(key, member, here, launch); })
        .require({"blocks", "machine", "engine", "number", "cold_start", "warmup_inferences", "is_steady",
                  "is_restless", "busy_ns", "peak_rss_bytes", "inputs_digest"},
                 place);
    return launch;
}

}  // namespace

std::vector<Launch> launches_at(value found, const Place& place) {
    std::vector<Launch> launches;
    for (value item : list_at(found, place)) {
        launches.push_back(launch_at(item, place.item(launches.size())));
    }
    launches.shrink_to_fit();
    return launches;
}

}  // namespace gravbench::document
