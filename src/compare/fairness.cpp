#include "compare/fairness.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <set>
#include <utility>

#include "compare/identity_member.h"

namespace gravbench::compare {
namespace {

/// "" where they agree, else both.
std::string both(const std::string& what, const std::string& base, const std::string& other) {
    return base == other ? "" : fmt::format("{}: {} and {}", what, base, other);
}

constexpr const char* unknown = "unknown";

std::string known(const std::string& text) {
    return text.empty() ? unknown : text;
}

std::string known(std::int64_t number) {
    return number == 0 ? unknown : std::to_string(number);
}

template <typename T>
std::string known(const std::optional<T>& value) {
    return value ? fmt::format("{}", *value) : unknown;
}

/// One check of what two machines say of themselves; what is not known is "unknown".
struct MachineCheck {
    const char* code;
    const char* what;
    std::string (*of)(const machine::Machine& machine);
    /// Whether instances of one type may differ in it by a few bytes that mean nothing.
    bool is_of_instance = false;
};

constexpr MachineCheck machine_checks[] = {
    {"machine", "instance type", [](const machine::Machine& machine) { return known(machine.instance_type); }},
    {"machine", "CPU", [](const machine::Machine& machine) { return known(machine.cpu); }},
    {"machine", "usable CPUs", [](const machine::Machine& machine) { return known(machine.usable_cpus); }},
    {"machine", "physical cores", [](const machine::Machine& machine) { return known(machine.physical_cores); }},
    {"machine", "memory", [](const machine::Machine& machine) { return known(machine.memory_bytes); }, true},
    {"kernel", "kernel", [](const machine::Machine& machine) { return known(machine.kernel); }},
    {"machine_setup", "transparent huge pages", [](const machine::Machine& machine) { return known(machine.thp); }},
    {"machine_setup", "frequency governor", [](const machine::Machine& machine) { return known(machine.governor); }},
    {"machine_setup", "CPU quota", [](const machine::Machine& machine) { return known(machine.cpu_quota); }},
};

/// One check of what two cells say; the message, or nothing.
struct CellCheck {
    const char* code;
    std::string (*complaint)(const Measured& base, const Measured& other);
};

template <typename Of>
double mean_over_launches(const document::Cell& cell, Of of) {
    double sum = 0;
    for (const document::Launch& launch : cell.launches) {
        sum += of(launch.measured);
    }
    return cell.launches.empty() ? 0 : sum / static_cast<double>(cell.launches.size());
}

/// Whether both identities have the same there.
bool is_same(const char* member, const Measured& base, const Measured& other) {
    return member_of(base.cell.identity, member) == member_of(other.cell.identity, member);
}

std::string different_model_file(const Measured& base, const Measured& other) {
    const auto& of_base = base.cell.model.sha256;
    const auto& of_other = other.cell.model.sha256;
    if (of_base == of_other || !is_same("dtype", base, other)) {
        return "";
    }
    constexpr std::size_t enough_to_tell = 12;
    return both("the model's file (SHA-256)", known(of_base).substr(0, enough_to_tell),
                known(of_other).substr(0, enough_to_tell));
}

std::string different_weights(const Measured& base, const Measured& other) {
    return both("weights", known(base.cell.model.weights_kind), known(other.cell.model.weights_kind));
}

std::string name_and_version(const document::Engine* engine) {
    return engine == nullptr ? unknown : known(engine->description.name) + " " + known(engine->description.version);
}

using Libraries = std::map<std::string, std::optional<std::string>>;

std::string version_in(const Libraries& libraries, const std::string& name) {
    const auto found = libraries.find(name);
    return found == libraries.end() ? unknown : found->second.value_or("none");
}

/// "onednn 3.11 and 3.12, blas mkl and openblas"
std::string different_libraries(const Libraries& base, const Libraries& other) {
    std::set<std::string> names;
    for (const Libraries* libraries : {&base, &other}) {
        for (const auto& [name, version] : *libraries) {
            names.insert(name);
        }
    }
    std::string text;
    for (const std::string& name : names) {
        const std::string of_base = version_in(base, name);
        const std::string of_other = version_in(other, name);
        if (of_base != of_other) {
            text += fmt::format("{}{} {} and {}", text.empty() ? "libraries: " : ", ", name, of_base, of_other);
        }
    }
    return text;
}

std::string different_versions(const Measured& base, const Measured& other) {
    const document::Engine* of_base = document::engine_of(base.document, base.cell);
    const document::Engine* of_other = document::engine_of(other.document, other.cell);
    if (of_base == of_other || (of_base && of_other && of_base->description == of_other->description)) {
        return "";
    }
    std::string engines = both("engine", name_and_version(of_base), name_and_version(of_other));
    if (!engines.empty() || of_base == nullptr || of_other == nullptr) {
        return engines;
    }
    return different_libraries(of_base->description.libraries, of_other->description.libraries);
}

std::string different_inputs(const Measured& base, const Measured& other) {
    // Another shape or dtype has other inputs by its nature, and says so as a setting.
    if (base.cell.identity.shape != other.cell.identity.shape || !is_same("dtype", base, other)) {
        return "";
    }
    const auto digest = [](const document::Cell& cell) {
        return cell.launches.empty() ? "" : cell.launches.front().measured.inputs_digest;
    };
    const std::string of_base = digest(base.cell);
    const std::string of_other = digest(other.cell);
    return of_base.empty() || of_other.empty() ? "" : both("inputs (digest)", of_base, of_other);
}

/// Whether two counts differ so much that it shows in the figures; not where one is unknown.
bool is_far_apart(double base, double other, double noticeable) {
    const double fewer = std::min(base, other);
    return fewer > 0 && std::max(base, other) / fewer > noticeable;
}

std::string different_warm_up(const Measured& base, const Measured& other) {
    const auto calls = [](const records::Launch& launch) { return static_cast<double>(launch.warmup_inferences); };
    const double of_base = mean_over_launches(base.cell, calls);
    const double of_other = mean_over_launches(other.cell, calls);
    // Warm-up ends where a launch is seen to be steady, so some difference is as it should be.
    constexpr double noticeable = 4;
    return is_far_apart(of_base, of_other, noticeable)
               ? fmt::format("warm-up: {:.0f} and {:.0f} inferences in the mean", of_base, of_other)
               : "";
}

std::string different_blocks(const Measured& base, const Measured& other) {
    const auto samples = [](const records::Launch& launch) {
        double count = 0;
        for (const records::Block& block : launch.blocks) {
            count += static_cast<double>(block.samples_ns.size());
        }
        return count;
    };
    const double of_base = mean_over_launches(base.cell, samples);
    const double of_other = mean_over_launches(other.cell, samples);
    constexpr double noticeable = 2;
    return is_far_apart(of_base, of_other, noticeable)
               ? fmt::format("samples of a launch: {:.0f} and {:.0f} in the mean", of_base, of_other)
               : "";
}

std::string different_placement(const Measured& base, const Measured& other) {
    const auto words = [](const document::Cell& cell) {
        const bool is_placed = std::any_of(cell.launches.begin(), cell.launches.end(),
                                           [](const document::Launch& one) { return !one.measured.cpus.empty(); });
        return std::string(is_placed ? "the same as the others'" : "the kernel's choice");
    };
    const bool are_measured = !base.cell.launches.empty() && !other.cell.launches.empty();
    return are_measured ? both("CPUs of a launch", words(base.cell), words(other.cell)) : "";
}

std::string different_disturbance(const Measured& base, const Measured& other) {
    const auto share = [](const document::Cell& cell) {
        const auto blocks = static_cast<double>(cell.blocks());
        return blocks == 0 ? 0 : static_cast<double>(cell.disturbed_blocks()) / blocks;
    };
    const double of_base = share(base.cell);
    const double of_other = share(other.cell);
    constexpr double noticeable = 0.2;
    return std::abs(of_base - of_other) > noticeable
               ? fmt::format("disturbed blocks: {:.0f}% and {:.0f}%", 100 * of_base, 100 * of_other)
               : "";
}

std::optional<Value> found_in(const std::map<std::string, Value>& values, const std::string& name) {
    const auto found = values.find(name);
    return found == values.end() ? std::nullopt : std::optional(found->second);
}

/// What the engine reads back, where what was asked for is the same.
std::string different_effective(const Measured& base, const Measured& other) {
    std::set<std::string> names;
    for (const Measured* side : {&base, &other}) {
        for (const auto& [name, value] : side->cell.effective) {
            names.insert(name);
        }
    }
    std::string differences;
    for (const std::string& name : names) {
        const auto of_base = found_in(base.cell.effective, name);
        const auto of_other = found_in(other.cell.effective, name);
        if (of_other != of_base && found_in(base.cell.requested, name) == found_in(other.cell.requested, name)) {
            const std::string difference = both(name + " in force", of_base ? text_of(*of_base) : unknown,
                                                of_other ? text_of(*of_other) : unknown);
            differences += (differences.empty() || difference.empty() ? "" : "; ") + difference;
        }
    }
    return differences;
}

constexpr CellCheck model_checks[] = {
    {"model_file", different_model_file},
    {"weights", different_weights},
    {"versions", different_versions},
};

constexpr CellCheck cell_checks[] = {
    {"inputs", different_inputs},      {"warmup", different_warm_up},      {"blocks", different_blocks},
    {"settings", different_effective}, {"placement", different_placement}, {"disturbed", different_disturbance},
};

/// The machines that the pairs were measured on, each pair once; those of the documents where there are no pairs.
std::vector<std::pair<const machine::Machine*, const machine::Machine*>> machines_of(const document::Document& base,
                                                                                     const document::Document& other,
                                                                                     const Matches& matches) {
    std::vector<std::pair<const machine::Machine*, const machine::Machine*>> machines;
    for (const Match& match : matches.pairs) {
        const std::pair pair{&document::machine_of(base, *match.base), &document::machine_of(other, *match.other)};
        if (std::find(machines.begin(), machines.end(), pair) == machines.end()) {
            machines.push_back(pair);
        }
    }
    if (machines.empty() && !base.machines.empty() && !other.machines.empty()) {
        machines.push_back({&base.machines.front().host, &other.machines.front().host});
    }
    return machines;
}

void add_of_documents(const document::Document& base, const document::Document& other, const Matches& matches,
                      Warnings& warnings) {
    for (const auto& [of_base, of_other] : machines_of(base, other, matches)) {
        for (const MachineCheck& check : machine_checks) {
            warnings.add(check.code, both(check.what, check.of(*of_base), check.of(*of_other)), 0);
        }
    }
    warnings.add("inputs", both("seed of the inputs", std::to_string(base.run.seed), std::to_string(other.run.seed)),
                 0);
    warnings.add("versions", both("gravbench", known(base.run.tool.version), known(other.run.tool.version)), 0);
    for (const document::Document* document : {&base, &other}) {
        if (!document->run.is_complete) {
            warnings.add("partial", document->name + " is of a run that was interrupted", 0);
        }
        add_empty(*document, warnings);
    }
    if (base.run.id != other.run.id) {
        warnings.add("separate_runs",
                     "two runs at different times: what changed on the machine for good between them looks like a "
                     "difference (gravbench run --versus measures both sides in one run)",
                     0);
    }
}

}  // namespace

void Warnings::add(const std::string& code, const std::string& message, std::size_t cells) {
    if (message.empty()) {
        return;
    }
    const auto [place, is_new] = known_.emplace(message, warnings_.size());
    if (is_new) {
        warnings_.push_back({code, message, 0});
    }
    warnings_[place->second].cells += cells;
}

void add_unlike_models(const Measured& base, const Measured& other, const std::string& sides, Warnings& warnings) {
    for (const CellCheck& check : model_checks) {
        const std::string complaint = check.complaint(base, other);
        warnings.add(check.code, complaint.empty() ? "" : sides + complaint, 1);
    }
}

void add_unlike_machines(const machine::Machine& base, const machine::Machine& other, const std::string& sides,
                         Warnings& warnings) {
    for (const MachineCheck& check : machine_checks) {
        const std::string complaint = check.is_of_instance ? "" : both(check.what, check.of(base), check.of(other));
        warnings.add(check.code, complaint.empty() ? "" : sides + complaint, 0);
    }
}

void add_empty(const document::Document& document, Warnings& warnings) {
    if (document.cells.empty()) {
        warnings.add("empty", document.name + " has no cells: its run measured nothing", 0);
    }
}

std::vector<Warning> unfairness(const document::Document& base, const document::Document& other,
                                const Matches& matches) {
    Warnings warnings;
    add_of_documents(base, other, matches, warnings);
    for (const Match& match : matches.pairs) {
        const Measured of_base{base, *match.base};
        const Measured of_other{other, *match.other};
        add_unlike_models(of_base, of_other, "", warnings);
        for (const CellCheck& check : cell_checks) {
            warnings.add(check.code, check.complaint(of_base, of_other), 1);
        }
    }
    return warnings.take();
}

}  // namespace gravbench::compare
