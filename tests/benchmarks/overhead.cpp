// How much longer an inference takes under the harness than in a bare loop against the engine's library.
//
//   overhead BARE_LOOP ENGINE MODEL ROUNDS DIMENSION...
//
// Each round is one launch of each, in random order, both under the same environment; the ratio of the medians is taken
// within the round, and its interval over the rounds.

#include <fmt/format.h>

#include <algorithm>
#include <cstdio>
#include <memory>
#include <random>

#include "base/errors.h"
#include "base/files.h"
#include "run/engine_definition.h"
#include "run/launch.h"
#include "run/probe.h"
#include "stats/comparison.h"
#include "stats/quantile.h"

namespace {

using namespace gravbench;

double harness_p50_ns(const run::LaunchContext& context, const plan::Plan& plan, int round) {
    const records::LaunchRecord record = run::measure_launch(context, plan.cells[0], plan.models[0], round);
    if (!record.is_complete()) {
        throw EngineError(record.problem->code, record.problem->message);
    }
    std::vector<double> samples(record.launch.blocks[0].samples_ns.begin(), record.launch.blocks[0].samples_ns.end());
    std::sort(samples.begin(), samples.end());
    return stats::quantile(samples, 0.5);
}

double bare_p50_ns(const std::string& program, const std::string& model, const std::vector<std::string>& dimensions,
                   const run::Environment& environment) {
    std::string command = "env -i";
    for (const auto& [name, value] : environment) {
        command += fmt::format(" '{}={}'", name, value);
    }
    command += fmt::format(" '{}' '{}' {}", program, model, fmt::join(dimensions, " "));
    const std::unique_ptr<std::FILE, int (*)(std::FILE*)> pipe(::popen(command.c_str(), "r"), ::pclose);
    double nanoseconds = 0;
    if (!pipe || std::fscanf(pipe.get(), "%lf", &nanoseconds) != 1) {
        throw Error(program + " gave no figure");
    }
    return nanoseconds;
}

plan::Plan plan_for(const std::string& model, const std::vector<std::string>& dimensions, const std::string& engine,
                    const run::Engine& found, const std::filesystem::path& work_folder) {
    plan::Layer given;
    plan::add_given(given, "models", model, "MODEL");
    plan::add_given(given, "input", fmt::format("f32[{}]", fmt::join(dimensions, ",")), "DIMENSION");
    plan::add_given(given, "engine", engine, "ENGINE");
    std::vector<plan::EngineChoice> engines = plan::engines_of(given);
    engines[0].hello = run::probe_engine(found, work_folder, plan::Sampling().timeout, /*stop_descriptor=*/-1);
    return plan::make_plan(given, std::move(engines));
}

int compare(const std::vector<std::string>& arguments) {
    const std::string& bare_loop = arguments[0];
    const std::string& model = arguments[2];
    const int rounds = std::stoi(arguments[3]);
    const std::vector<std::string> dimensions(arguments.begin() + 4, arguments.end());
    const run::Engine engine = run::find_engine(arguments[1]);
    const TemporaryFolder folder;
    const plan::Plan plan = plan_for(model, dimensions, arguments[1], engine, folder.path());
    run::LaunchContext context;
    context.engines = {engine};
    context.sampling = plan.options.sampling;
    context.physical_cores = machine::usable_physical_cores(machine::read_machine());
    context.work_folder = folder.path();
    const plan::Cell& cell = plan.cells[0];
    const run::Environment environment = run::environment_for(
        engine, plan::launch_setup(cell.settings, cell.identity.environment, context.physical_cores));

    std::vector<double> bare;
    std::vector<double> harness;
    std::mt19937 random(1);
    for (int round = 0; round < rounds; ++round) {
        const bool is_bare_first = random() % 2 == 0;
        for (const bool is_bare : {is_bare_first, !is_bare_first}) {
            (is_bare ? bare : harness)
                .push_back(is_bare ? bare_p50_ns(bare_loop, model, dimensions, environment)
                                   : harness_p50_ns(context, plan, round));
        }
        fmt::print("{:3} bare {:12.0f} ns, harness {:12.0f} ns\n", round, bare.back(), harness.back());
    }
    std::vector<double> ratios;
    for (std::size_t round = 0; round < bare.size(); ++round) {
        ratios.push_back(harness[round] / bare[round]);
    }
    const stats::RatioEstimate ratio = stats::paired_ratio_of(ratios);
    fmt::print("harness / bare: {:.4f} [{:.4f}, {:.4f}], {} rounds\n", ratio.value, ratio.ci95.low, ratio.ci95.high,
               rounds);
    return 0;
}

}  // namespace

int main(int argc, char** argv) {
    if (argc < 6) {
        fmt::print(stderr, "usage: overhead BARE_LOOP ENGINE MODEL ROUNDS DIMENSION...\n");
        return 2;
    }
    try {
        return compare({argv + 1, argv + argc});
    } catch (const std::exception& error) {
        fmt::print(stderr, "overhead: {}\n", error.what());
        return 1;
    }
}
