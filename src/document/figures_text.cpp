#include "document/figures_text.h"

namespace gravbench::document {
namespace {

using simdjson::ondemand::value;

constexpr std::string_view interval_suffix = "_ci95";

std::string text_or_empty(value found, const Place& place) {
    return is_null(found) ? "" : text_at(found, place);
}

std::size_t count_at(value found, const Place& place) {
    return static_cast<std::size_t>(integer_at(found, checked::not_negative, place));
}

/// What a member of "latency_ms" is about: "p50_ci95" is the interval of "p50".
struct FigureMember {
    figures::Figure* figure = nullptr;  ///< nullptr for a member that is about no figure
    bool is_interval = false;
};

FigureMember figure_member(std::string_view key, figures::Latency& latency) {
    const bool is_interval = key.ends_with(interval_suffix);
    const std::string_view name = is_interval ? key.substr(0, key.size() - interval_suffix.size()) : key;
    if (name == "mean") {
        return {&latency.mean, is_interval};
    }
    for (std::size_t i = 0; i < latency.percentiles.size(); ++i) {
        if (name == figures::percentiles()[i].name) {
            return {&latency.percentiles[i], is_interval};
        }
    }
    return {};
}

void read_reasons(value found, const Place& place, figures::Latency& latency) {
    for_each_member(found, place, [&](std::string_view key, value reason, const Place& here) {
        const FigureMember member = figure_member(key, latency);
        if (member.figure != nullptr) {
            (member.is_interval ? member.figure->interval_reason : member.figure->reason) = text_or_empty(reason, here);
        } else {
            check_ignored(reason, here);
        }
    });
}

void read_latency_member(std::string_view key, value found, const Place& place, figures::Latency& latency) {
    if (const FigureMember member = figure_member(key, latency); member.figure != nullptr) {
        if (member.is_interval) {
            member.figure->ci95 = interval_or_null(found, place);
        } else {
            member.figure->value = number_or_null(found, place);
        }
    } else if (key == "reasons") {
        read_reasons(found, place, latency);
    } else if (key == "stddev") {
        latency.stddev = number_or_null(found, place).value_or(0);
    } else if (key == "min") {
        latency.min = number_or_null(found, place).value_or(0);
    } else if (key == "max") {
        latency.max = number_or_null(found, place).value_or(0);
    } else if (key == "samples") {
        latency.samples = is_null(found) ? 0 : count_at(found, place);
    } else if (key == "launches") {
        latency.launches = is_null(found) ? 0 : count_at(found, place);
    } else {
        check_ignored(found, place);
    }
}

figures::Latency latency_at(value found, const Place& place) {
    figures::Latency latency;
    latency.percentiles.resize(figures::percentiles().size());
    for_each_member(found, place, [&](std::string_view key, value member, const Place& here) {
        read_latency_member(key, member, here, latency);
    });
    return latency;
}

figures::Figure throughput_at(value found, const Place& place) {
    figures::Figure figure;
    std::string reason;
    for_each_member(found, place, [&](std::string_view key, value member, const Place& here) {
        if (key == "value") {
            figure.value = number_or_null(member, here);
        } else if (key == "ci95") {
            figure.ci95 = interval_or_null(member, here);
        } else if (key == "reason") {
            reason = text_or_empty(member, here);
        } else {
            check_ignored(member, here);
        }
    });
    (figure.value ? figure.interval_reason : figure.reason) = reason;
    return figure;
}

struct ColdStartMember {
    std::string_view name;
    std::optional<double> figures::ColdStart::*member;
};
constexpr ColdStartMember cold_start_members[] = {{"start", &figures::ColdStart::start},
                                                  {"load", &figures::ColdStart::load},
                                                  {"prepare", &figures::ColdStart::prepare},
                                                  {"first_inference", &figures::ColdStart::first_inference},
                                                  {"second_inference", &figures::ColdStart::second_inference}};

figures::ColdStart cold_start_ms_at(value found, const Place& place) {
    figures::ColdStart cold;
    for_each_member(found, place, [&](std::string_view key, value time, const Place& here) {
        for (const ColdStartMember& one : cold_start_members) {
            if (key == one.name) {
                cold.*one.member = number_or_null(time, here);
                return;
            }
        }
        check_ignored(time, here);
    });
    return cold;
}

void read_deviation(value found, const Place& place, figures::Precision& precision) {
    for_each_member(found, place, [&](std::string_view key, value number, const Place& here) {
        if (key == "between_launches") {
            precision.between_launches = number_at(number, here);
        } else if (key == "between_blocks") {
            precision.between_blocks = number_at(number, here);
        } else if (key == "within_blocks") {
            precision.within_blocks = number_at(number, here);
        } else {
            check_ignored(number, here);
        }
    }).require({"between_launches", "between_blocks", "within_blocks"}, place);
}

std::optional<stats::Design> design_or_null(value found, const Place& place) {
    if (is_null(found)) {
        return std::nullopt;
    }
    stats::Design design;
    for_each_member(found, place, [&](std::string_view key, value member, const Place& here) {
        if (key == "iterations") {
            design.inferences = count_at(member, here);
        } else if (key == "blocks") {
            design.blocks = count_at(member, here);
        } else if (key == "launches") {
            design.launches = count_at(member, here);
        } else if (key == "seconds") {
            design.seconds = number_at(member, here);
        } else {
            check_ignored(member, here);
        }
    }).require({"iterations", "blocks", "launches", "seconds"}, place);
    return design;
}

figures::Precision precision_at(value found, const Place& place) {
    figures::Precision precision;
    for_each_member(found, place, [&](std::string_view key, value member, const Place& here) {
        if (key == "metric") {
            precision.metric = text_at(member, here);
        } else if (key == "wanted") {
            precision.wanted = number_or_null(member, here);
        } else if (key == "reached") {
            precision.reached = number_or_null(member, here);
        } else if (key == "deviation") {
            read_deviation(member, here, precision);
        } else if (key == "design") {
            precision.design = design_or_null(member, here);
        } else {
            check_ignored(member, here);
        }
    }).require({"metric", "deviation"}, place);
    return precision;
}

}  // namespace

bool read_figures(std::string_view key, value found, const Place& place, CellFigures& figures) {
    const auto read = [&](auto at, auto& member) {
        if (!is_null(found)) {
            member = at(found, place);
        }
        return true;
    };
    return key == "latency_ms"         ? read(latency_at, figures.latency)
           : key == "throughput_per_s" ? read(throughput_at, figures.throughput)
           : key == "cold_start_ms"    ? read(cold_start_ms_at, figures.cold_start)
           : key == "precision"        ? read(precision_at, figures.precision)
                                       : false;
}

}  // namespace gravbench::document
