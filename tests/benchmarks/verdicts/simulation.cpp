// How often gravbench's intervals and verdicts are wrong, and its peers' on the same samples, where the truth is known:
// README.md beside this file.
//
//   verdicts_simulation [--runs N] [--wide-runs N] [--threads N] [--seed N] [--check] [-o FILE]
//   verdicts_simulation --gate [--runs N] [--threads N] [--seed N]
//   verdicts_simulation --two-runs [--runs N] [--threads N] [--seed N] [--check]
//   verdicts_simulation --chosen-design [--runs N] [--threads N] [--seed N] [--check]
//
// 4000 runs of each of 48 scenarios, in a quarter of an hour. --check fails where a rate is not what it must be.
// --gate shows instead what rules for a gate say at true ratios about the tolerance, --two-runs how verdicts on two
// runs do where runs have speeds of their own, --chosen-design how interleaved ones do by the design that a run
// chooses.

#include <cstdio>
#include <cstring>
#include <fstream>
#include <stdexcept>
#include <string>

#include "between_runs.h"
#include "chosen_design.h"
#include "limits.h"
#include "rates.h"
#include "report.h"

namespace {

using namespace gravbench::verdicts;

struct Flags {
    SimulationSize size;
    bool is_check = false;
    bool is_of_gates = false;
    bool is_of_two_runs = false;
    bool is_of_designs = false;
    std::string output;
};

Flags parse(int argc, char** argv) {
    Flags flags;
    for (int i = 1; i < argc; ++i) {
        const std::string flag = argv[i];
        const auto value = [&]() -> std::string {
            if (++i == argc) {
                throw std::runtime_error(flag + " needs a value");
            }
            return argv[i];
        };
        if (flag == "--runs") {
            flags.size.runs = std::stoul(value());
        } else if (flag == "--wide-runs") {
            flags.size.wide_runs = std::stoul(value());
        } else if (flag == "--threads") {
            flags.size.threads = std::stoul(value());
        } else if (flag == "--seed") {
            flags.size.seed = std::stoull(value());
        } else if (flag == "-o") {
            flags.output = value();
        } else if (flag == "--gate") {
            flags.is_of_gates = true;
        } else if (flag == "--two-runs") {
            flags.is_of_two_runs = true;
        } else if (flag == "--chosen-design") {
            flags.is_of_designs = true;
        } else if (flag == "--check") {
            flags.is_check = true;
        } else {
            throw std::runtime_error("no flag " + flag);
        }
    }
    return flags;
}

int said_of(const std::vector<std::string>& faults) {
    for (const std::string& fault : faults) {
        std::fprintf(stderr, "%s\n", fault.c_str());
    }
    return faults.empty() ? 0 : 1;
}

int simulate(const Flags& flags) {
    if (flags.is_of_two_runs) {
        const std::vector<TwoRunScenario> rates = two_run_rates(flags.size);
        std::fputs(two_run_table(rates, flags.size).c_str(), stdout);
        return said_of(flags.is_check ? two_run_faults(rates, flags.size) : std::vector<std::string>());
    }
    if (flags.is_of_designs) {
        const std::vector<DesignScenario> rates = design_rates(flags.size);
        std::fputs(design_table(rates, flags.size).c_str(), stdout);
        return said_of(flags.is_check ? design_faults(rates, flags.size) : std::vector<std::string>());
    }
    if (flags.is_of_gates) {
        std::fputs(gate_table(gate_rates(flags.size), flags.size).c_str(), stdout);
        return 0;
    }
    std::vector<ScenarioRates> rates;
    std::fputs(headings().c_str(), stdout);
    for (const Scenario& scenario : all_scenarios()) {
        rates.push_back(rates_of(scenario, flags.size, rates.size()));
        std::fputs(row(rates.back()).c_str(), stdout);
        std::fflush(stdout);
    }
    std::fputs(settling_table(rates, flags.size).c_str(), stdout);
    if (!flags.output.empty() &&
        !(std::ofstream(flags.output) << gravbench::readable_json(to_json(rates, flags.size)))) {
        throw std::runtime_error("cannot write " + flags.output);
    }
    return said_of(flags.is_check ? faults_of(rates, flags.size) : std::vector<std::string>());
}

}  // namespace

int main(int argc, char** argv) {
    try {
        return simulate(parse(argc, argv));
    } catch (const std::exception& error) {
        std::fprintf(stderr, "simulation: %s\n", error.what());
        return 2;
    }
}
