#include "run/launch.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/clock.h"
#include "base/errors.h"
#include "base/files.h"
#include "run/profile.h"

namespace gravbench::run {
namespace {

using std::chrono::nanoseconds;

/// Inputs of block 0, which are also those of warm-up and of the comparison with the reference.
constexpr int first_position = 0;

void check_supported(const Json& settings, const protocol::Hello& hello) {
    for (const auto& [name, value] : settings.items()) {
        const Json& known = member_or_empty(hello.settings, name);
        const bool is_known = std::find(known.begin(), known.end(), value) != known.end();
        // An engine need not know a setting that is not asked for.
        if (!is_known && value != plan::find_setting(name)->default_value) {
            throw EngineError("setting_not_supported",
                              fmt::format("{} {}: the engine {} knows {}", name, value.dump(), hello.engine_name,
                                          known.empty() ? "no such setting; it" : known.dump()));
        }
    }
}

std::int64_t only_sample(const protocol::BlockSamples& block) {
    return block.streams.front().front();
}

/// The first two calls are kept as cold-start figures; the rest of warm-up is thrown away.
void warm_up(EngineClient& client, const plan::RunOptions& options, results::ColdStart& cold,
             results::LaunchRecord& record) {
    const std::int64_t start = monotonic_ns();
    cold.first_inference_ns = only_sample(client.run_count(1, nanoseconds(0)));
    record.warmup_inferences = 1;
    if (options.warmup == 1) {
        return;
    }
    cold.second_inference_ns = only_sample(client.run_count(1, nanoseconds(0)));
    const nanoseconds left = std::max(options.warmup_time - nanoseconds(monotonic_ns() - start), nanoseconds(0));
    const std::int64_t least = options.warmup - 2;
    const nanoseconds expected = left + least * nanoseconds(cold.second_inference_ns);
    const protocol::BlockSamples rest = client.run_duration(left, least, plan::RunOptions::most_iterations, expected);
    record.warmup_inferences = 2 + static_cast<std::int64_t>(rest.streams.front().size());
}

results::Block measure_block(EngineClient& client, const plan::RunOptions& options, std::int64_t one_inference_ns) {
    const std::int64_t least = options.iterations.value_or(plan::RunOptions::least_iterations);
    const nanoseconds expected = least * nanoseconds(one_inference_ns) * 2;
    const protocol::BlockSamples measured =
        options.iterations ? client.run_count(*options.iterations, expected)
                           : client.run_duration(options.duration, least, plan::RunOptions::most_iterations,
                                                 options.duration + expected);
    results::Block block;
    block.wall_ns = measured.wall_ns;
    for (const auto& stream : measured.streams) {
        block.samples_ns.insert(block.samples_ns.end(), stream.begin(), stream.end());
    }
    return block;
}

Json compare_with(EngineClient& client, const Reference& reference, const plan::Cell& cell,
                  const results::LaunchRecord& record) {
    if (cell.dtype() == "fp32" && record.inputs_digest != reference.inputs_digest) {
        throw EngineError("engine_garbled", fmt::format("the inputs have digest {}, those of the reference {}",
                                                        record.inputs_digest, reference.inputs_digest));
    }
    const auto batch = cell.shape.find("batch");
    Json accuracy =
        protocol::to_json(client.compare(reference.outputs.string(), batch == cell.shape.end() ? 1 : batch->second));
    accuracy["reference"] = reference.description;
    return accuracy;
}

void measure(EngineClient& client, std::int64_t process_start, const LaunchContext& context, const plan::Cell& cell,
             const plan::Model& model, const Json& engine_settings, const Reference* reference,
             results::LaunchRecord& record, Profile* profile) {
    results::ColdStart cold;
    const protocol::Hello hello = client.hello();
    cold.start_ns = monotonic_ns() - process_start;
    record.engine = engine_json(hello);
    check_supported(engine_settings, hello);

    const plan::ModelFile& file = model.files.at(cell.dtype());
    const protocol::Loaded loaded =
        client.load(std::filesystem::absolute(file.path).string(), cell.dtype(), engine_settings);
    cold.load_ns = loaded.load_ns;
    cold.prepare_ns = loaded.prepare_ns;
    record.effective = loaded.effective;
    record.inputs_digest =
        client.inputs(plan::arguments_for(model, cell.shape, file.float_inputs), context.options.seed, first_position);

    if (profile != nullptr) {
        profile->begin_warm_up(client);
    }
    warm_up(client, context.options, cold, record);
    record.cold_start = cold;
    if (profile != nullptr) {
        profile->begin_block();
    }
    const std::int64_t one_inference_ns = std::max(cold.second_inference_ns, cold.first_inference_ns);
    std::vector<results::Block> blocks{measure_block(client, context.options, one_inference_ns)};
    if (profile != nullptr) {
        profile->end_block(client, blocks.front());
    }
    record.peak_rss_bytes = client.memory().peak_rss_bytes;
    if (reference != nullptr) {
        record.accuracy = compare_with(client, *reference, cell, record);
    }
    client.quit();
    // Only now: a launch whose engine fails after its block is a failed launch.
    record.blocks = std::move(blocks);
}

}  // namespace

Json engine_json(const protocol::Hello& hello) {
    return {{"name", hello.engine_name},
            {"version", hello.engine_version},
            {"libraries", hello.libraries},
            {"arch", hello.arch},
            {"cpu", hello.cpu},
            {"isa", hello.isa},
            {"features", hello.features}};
}

Environment environment_for(const Engine& engine, const plan::LaunchSetup& setup) {
    Environment environment = inherited_environment();
    for (const Environment* more : {&engine.environment, &setup.environment}) {
        for (const auto& [name, value] : *more) {
            environment[name] = value;
        }
    }
    return environment;
}

std::string log_tail(const std::filesystem::path& log) {
    std::string tail = read_tail(log, 2000);
    tail.erase(tail.find_last_not_of(" \n") + 1);
    return tail;
}

results::LaunchRecord measure_launch(const LaunchContext& context, const plan::Cell& cell, const plan::Model& model,
                                     int number, const Reference* reference, Profile* profile) {
    const plan::LaunchSetup setup = plan::launch_setup(cell.settings, context.physical_cores);
    results::LaunchRecord record;
    record.cell = cell.key;
    record.number = number;
    record.environment = setup.environment;
    const auto log = context.work_folder / "launch.log";
    Environment environment = environment_for(context.engine, setup);
    if (profile != nullptr) {
        profile->prepare(environment, log);
    }
    try {
        const std::int64_t start = monotonic_ns();
        EngineClient client(context.engine, environment, log, context.options.timeout, context.stop_descriptor);
        measure(client, start, context, cell, model, setup.engine_settings, reference, record, profile);
    } catch (const EngineError& error) {
        record.problem = results::Problem{error.problem(), error.what()};
        record.log_tail = log_tail(log);
    }
    return record;
}

}  // namespace gravbench::run
