#include "compare/fairness.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <numeric>

namespace gravbench::compare {
namespace {

std::string at(const Json& json, const std::string& pointer) {
    const Json::json_pointer place(pointer);
    if (!json.contains(place) || json.at(place).is_null()) {
        return "unknown";
    }
    const Json& value = json.at(place);
    return value.is_string() ? value.get<std::string>() : value.dump();
}

/// "" where they agree, else both.
std::string both(const std::string& what, const std::string& base, const std::string& other) {
    return base == other ? "" : fmt::format("{}: {} and {}", what, base, other);
}

/// One check of what two documents say of their machine or run.
struct DocumentCheck {
    const char* code;
    const char* what;
    const char* pointer;  ///< into "machine"
};

constexpr DocumentCheck machine_checks[] = {
    {"machine", "instance type", "/instance_type"},
    {"machine", "CPU", "/cpu"},
    {"machine", "usable CPUs", "/usable_cpus"},
    {"machine", "physical cores", "/physical_cores"},
    {"machine", "memory", "/memory_bytes"},
    {"kernel", "kernel", "/kernel"},
    {"machine_setup", "transparent huge pages", "/thp"},
    {"machine_setup", "frequency governor", "/governor"},
    {"machine_setup", "CPU quota", "/cpu_quota"},
};

/// One check of what two cells say; the message, or nothing.
struct CellCheck {
    const char* code;
    std::string (*complaint)(const MeasuredCell& base, const MeasuredCell& other);
};

template <typename Of>
double mean_over_launches(const MeasuredCell& cell, Of of) {
    double sum = 0;
    for (const MeasuredLaunch& launch : cell.launches) {
        sum += of(launch);
    }
    return cell.launches.empty() ? 0 : sum / static_cast<double>(cell.launches.size());
}

double number_of(const MeasuredLaunch& launch, const char* member) {
    const auto found = launch.facts.is_object() ? launch.facts.find(member) : launch.facts.end();
    return launch.facts.is_object() && found != launch.facts.end() && found->is_number() ? found->get<double>() : 0;
}

std::string different_model_file(const MeasuredCell& base, const MeasuredCell& other) {
    const bool is_dtype_compared =
        at(base.facts, "/settings/requested/dtype") != at(other.facts, "/settings/requested/dtype");
    return is_dtype_compared ? ""
                             : both("the model's file (SHA-256)", at(base.facts, "/model/sha256").substr(0, 12),
                                    at(other.facts, "/model/sha256").substr(0, 12));
}

std::string different_weights(const MeasuredCell& base, const MeasuredCell& other) {
    return both("weights", at(base.facts, "/model/weights/kind"), at(other.facts, "/model/weights/kind"));
}

std::string different_versions(const MeasuredCell& base, const MeasuredCell& other) {
    const auto version = [](const MeasuredCell& cell) {
        return at(cell.facts, "/engine/name") + " " + at(cell.facts, "/engine/version");
    };
    const std::string engines = both("engine", version(base), version(other));
    return engines.empty()
               ? both("libraries", at(base.facts, "/engine/libraries"), at(other.facts, "/engine/libraries"))
               : engines;
}

std::string different_inputs(const MeasuredCell& base, const MeasuredCell& other) {
    // Another shape or dtype has other inputs by its nature, and says so as a setting.
    for (const char* setting : {"dtype", "batch", "seq", "shape"}) {
        const std::string pointer = std::string("/settings/requested/") + setting;
        if (at(base.facts, pointer) != at(other.facts, pointer)) {
            return "";
        }
    }
    const auto digest = [](const MeasuredCell& cell) {
        return cell.launches.empty() ? "unknown" : at(cell.launches.front().facts, "/inputs_digest");
    };
    const std::string of_base = digest(base);
    const std::string of_other = digest(other);
    return of_base == "unknown" || of_other == "unknown" ? "" : both("inputs (digest)", of_base, of_other);
}

std::string different_warm_up(const MeasuredCell& base, const MeasuredCell& other) {
    const auto calls = [](const MeasuredLaunch& launch) { return number_of(launch, "warmup_inferences"); };
    const double of_base = mean_over_launches(base, calls);
    const double of_other = mean_over_launches(other, calls);
    const double fewer = std::min(of_base, of_other);
    // Warm-up ends where a launch is seen to be steady, so some difference is as it should be.
    constexpr double noticeable = 4;
    return fewer > 0 && std::max(of_base, of_other) / fewer > noticeable
               ? fmt::format("warm-up: {:.0f} and {:.0f} inferences in the mean", of_base, of_other)
               : "";
}

std::string different_blocks(const MeasuredCell& base, const MeasuredCell& other) {
    const auto samples = [](const MeasuredLaunch& launch) {
        double count = 0;
        for (const auto& block : launch.blocks_ms) {
            count += static_cast<double>(block.size());
        }
        return count;
    };
    const double of_base = mean_over_launches(base, samples);
    const double of_other = mean_over_launches(other, samples);
    const double fewer = std::min(of_base, of_other);
    constexpr double noticeable = 2;
    return fewer > 0 && std::max(of_base, of_other) / fewer > noticeable
               ? fmt::format("samples of a launch: {:.0f} and {:.0f} in the mean", of_base, of_other)
               : "";
}

std::string different_disturbance(const MeasuredCell& base, const MeasuredCell& other) {
    const auto share = [](const MeasuredCell& cell) {
        const auto blocks = static_cast<double>(all_blocks(cell));
        return blocks == 0 ? 0 : static_cast<double>(disturbed_blocks(cell)) / blocks;
    };
    constexpr double noticeable = 0.2;
    return std::abs(share(base) - share(other)) > noticeable
               ? fmt::format("disturbed blocks: {:.0f}% and {:.0f}%", 100 * share(base), 100 * share(other))
               : "";
}

/// What the engine reads back, where what was asked for is the same.
std::string different_effective(const MeasuredCell& base, const MeasuredCell& other) {
    const Json& of_base = base.facts.at("settings").value("effective", Json::object());
    for (const auto& [name, value] : of_base.items()) {
        const std::string requested = "/settings/requested/" + name;
        const std::string effective = "/settings/effective/" + name;
        if (at(base.facts, requested) == at(other.facts, requested) &&
            at(base.facts, effective) != at(other.facts, effective)) {
            return both(name + " in force", at(base.facts, effective), at(other.facts, effective));
        }
    }
    return "";
}

constexpr CellCheck cell_checks[] = {
    {"model_file", different_model_file}, {"weights", different_weights},       {"versions", different_versions},
    {"inputs", different_inputs},         {"warmup", different_warm_up},        {"blocks", different_blocks},
    {"settings", different_effective},    {"disturbed", different_disturbance},
};

void add_of_documents(const MeasuredDocument& base, const MeasuredDocument& other, std::vector<Warning>& warnings) {
    for (const DocumentCheck& check : machine_checks) {
        const std::string message = both(check.what, at(base.machine, check.pointer), at(other.machine, check.pointer));
        if (!message.empty()) {
            warnings.push_back({check.code, message, 0});
        }
    }
    const std::string seeds = both("seed of the inputs", at(base.run, "/seed"), at(other.run, "/seed"));
    if (!seeds.empty()) {
        warnings.push_back({"inputs", seeds, 0});
    }
    const std::string tools = both("gravbench", at(base.run, "/tool/version"), at(other.run, "/tool/version"));
    if (!tools.empty()) {
        warnings.push_back({"versions", tools, 0});
    }
    for (const MeasuredDocument* document : {&base, &other}) {
        if (document->run.value("status", "complete") != "complete") {
            warnings.push_back({"partial", document->name + " is of a run that was interrupted", 0});
        }
    }
    if (at(base.run, "/id") != at(other.run, "/id")) {
        warnings.push_back({"separate_runs",
                            "two runs at different times: what changed on the machine between them looks like a "
                            "difference (gravbench run --versus measures both sides in one run)",
                            0});
    }
}

}  // namespace

std::vector<Warning> unfairness(const MeasuredDocument& base, const MeasuredDocument& other, const Matches& matches) {
    std::vector<Warning> warnings;
    add_of_documents(base, other, warnings);
    std::map<std::string, std::size_t> known;
    for (const Match& match : matches.pairs) {
        for (const CellCheck& check : cell_checks) {
            const std::string message = check.complaint(*match.base, *match.other);
            if (message.empty()) {
                continue;
            }
            const auto [place, is_new] = known.emplace(message, warnings.size());
            if (is_new) {
                warnings.push_back({check.code, message, 0});
            }
            ++warnings[place->second].cells;
        }
    }
    return warnings;
}

}  // namespace gravbench::compare
