#include "run/launch.h"

#include <fmt/format.h>

#include <algorithm>
#include <thread>

#include "base/clock.h"
#include "base/errors.h"
#include "base/files.h"
#include "machine/disturbance.h"
#include "run/profile.h"
#include "stats/steady.h"

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

/// How long warm-up goes on at most where it is not seen to end, as a multiple of what was asked for.
constexpr int most_warm_ups = 4;
/// Long enough for a model of microseconds; one of milliseconds makes a single call.
constexpr nanoseconds wake_up_time = std::chrono::milliseconds(20);
/// By then libgomp's threads have stopped waiting actively for work (its default is some milliseconds).
constexpr nanoseconds most_time_to_sleep = std::chrono::milliseconds(500);

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

const Engine& engine_for(const LaunchContext& context, const plan::Cell& cell) {
    return cell.is_on_versus_engine && context.versus_engine ? *context.versus_engine : context.engine;
}

/// Runs a step of the launch's life. What the engine did wrong ends the launch.
template <typename Step>
void Launch::attempt(Step step) {
    if (has_failed()) {
        return;
    }
    const std::int64_t begin = monotonic_ns();
    try {
        step();
    } catch (const EngineError& error) {
        record_.problem = results::Problem{error.problem(), error.what()};
        // A launch whose engine fails after a block is a failed launch.
        record_.blocks.clear();
        client_.reset();
        record_.log_tail = log_tail(log_);
    }
    record_.busy_ns += monotonic_ns() - begin;
}

Launch::Launch(const LaunchContext& context, const plan::Cell& cell, const plan::Model& model, int number,
               Profile* profile)
    : context_(context),
      cell_(cell),
      model_(model),
      profile_(profile),
      // Several launches of different cells are alive at once.
      log_(context.work_folder / fmt::format("launch-{}.log", sha256_of_text(cell.key).substr(0, 16))),
      cpus_(machine::read_self().usable_cpus) {
    record_.cell = cell.key;
    record_.number = number;
    attempt([this] { start(); });
}

void Launch::start() {
    const plan::LaunchSetup setup = plan::launch_setup(cell_.settings, context_.physical_cores);
    record_.environment = setup.environment;
    const Engine& engine = engine_for(context_, cell_);
    Environment environment = environment_for(engine, setup);
    if (profile_ != nullptr) {
        profile_->prepare(environment, log_);
    }
    results::ColdStart cold;
    const std::int64_t process_start = monotonic_ns();
    client_.emplace(engine, environment, log_, context_.options.timeout, context_.stop_descriptor);
    const protocol::Hello hello = client_->hello();
    cold.start_ns = monotonic_ns() - process_start;
    record_.engine = engine_json(hello);
    check_supported(setup.engine_settings, hello);

    const plan::ModelFile& file = model_.files.at(cell_.dtype());
    const protocol::Loaded loaded =
        client_->load(std::filesystem::absolute(file.path).string(), cell_.dtype(), setup.engine_settings);
    cold.load_ns = loaded.load_ns;
    cold.prepare_ns = loaded.prepare_ns;
    record_.effective = loaded.effective;
    record_.inputs_digest = client_->inputs(plan::arguments_for(model_, cell_.shape, file.float_inputs),
                                            context_.options.seed, first_position);
    if (profile_ != nullptr) {
        profile_->begin_warm_up(*client_);
    }
    warm_up(cold);
    record_.cold_start = cold;
    one_inference_ns_ = std::max(cold.second_inference_ns, cold.first_inference_ns);
}

/// The first two calls are kept as cold-start figures. What follows only shows when the launch is steady: it goes on
/// until that is seen, or for as long as is reasonable.
void Launch::warm_up(results::ColdStart& cold) {
    const plan::RunOptions& options = context_.options;
    const std::int64_t start = monotonic_ns();
    cold.first_inference_ns = only_sample(client_->run_count(1, nanoseconds(0)));
    record_.warmup_inferences = 1;
    if (options.warmup == 1) {
        return;
    }
    cold.second_inference_ns = only_sample(client_->run_count(1, nanoseconds(0)));
    std::vector<double> samples{static_cast<double>(cold.first_inference_ns),
                                static_cast<double>(cold.second_inference_ns)};
    nanoseconds left = std::max(options.warmup_time - nanoseconds(monotonic_ns() - start), nanoseconds(0));
    std::int64_t least = options.warmup - 2;
    for (int time = 0; time < most_warm_ups; ++time) {
        const nanoseconds expected = left + least * nanoseconds(cold.second_inference_ns);
        const auto more = client_->run_duration(left, least, plan::RunOptions::most_iterations, expected);
        samples.insert(samples.end(), more.streams.front().begin(), more.streams.front().end());
        record_.is_steady = stats::find_steady_state(samples).is_steady;
        // Under a profile the number of calls is what counts, so that two audits can be compared.
        if (record_.is_steady || profile_ != nullptr) {
            break;
        }
        left = options.warmup_time;
        least = 1;
    }
    record_.warmup_inferences = static_cast<std::int64_t>(samples.size());
}

/// While others had the machine they took the caches: of DistilBERT at sequence length 16 the first inference after
/// that was 8% slower. Such calls are not measured.
void Launch::wake_up() {
    const nanoseconds expected = wake_up_time + nanoseconds(one_inference_ns_);
    client_->run_duration(wake_up_time, 1, plan::RunOptions::most_iterations, expected);
}

results::Block Launch::measure_block() {
    const plan::RunOptions& options = context_.options;
    const std::int64_t least = options.iterations.value_or(plan::RunOptions::least_iterations);
    const nanoseconds expected = least * nanoseconds(one_inference_ns_) * 2;
    const auto before = machine::read_disturbance_counters(cpus_, client_->process_id());
    const protocol::BlockSamples measured =
        options.iterations ? client_->run_count(*options.iterations, expected)
                           : client_->run_duration(options.duration, least, plan::RunOptions::most_iterations,
                                                   options.duration + expected);
    const auto after = machine::read_disturbance_counters(cpus_, client_->process_id());
    results::Block block;
    block.wall_ns = measured.wall_ns;
    for (const auto& stream : measured.streams) {
        block.samples_ns.insert(block.samples_ns.end(), stream.begin(), stream.end());
    }
    block.disturbance = machine::disturbance_between(before, after);
    return block;
}

void Launch::wait_until_asleep() {
    const std::int64_t deadline = monotonic_ns() + most_time_to_sleep.count();
    record_.is_restless = false;
    while (!machine::is_asleep(client_->process_id())) {
        if (monotonic_ns() > deadline) {
            record_.is_restless = true;
            return;
        }
        std::this_thread::sleep_for(std::chrono::milliseconds(1));
    }
}

void Launch::take_block(int round) {
    attempt([&] {
        if (profile_ != nullptr) {
            profile_->begin_block();  // An audit counts calls and judges no time.
        } else {
            wake_up();
        }
        results::Block block = measure_block();
        block.round = round;
        if (profile_ != nullptr) {
            profile_->end_block(*client_, block);
        }
        record_.peak_rss_bytes = client_->memory().peak_rss_bytes;
        record_.blocks.push_back(std::move(block));
        wait_until_asleep();
    });
}

void Launch::compare_with(const Reference& reference) {
    attempt([&] {
        if (cell_.dtype() == "fp32" && record_.inputs_digest != reference.inputs_digest) {
            throw EngineError("engine_garbled", fmt::format("the inputs have digest {}, those of the reference {}",
                                                            record_.inputs_digest, reference.inputs_digest));
        }
        const auto batch = cell_.shape.find("batch");
        Json accuracy = protocol::to_json(
            client_->compare(reference.outputs.string(), batch == cell_.shape.end() ? 1 : batch->second));
        accuracy["reference"] = reference.description;
        record_.accuracy = std::move(accuracy);
    });
}

void Launch::finish() {
    attempt([this] {
        client_->quit();
        client_.reset();
    });
}

results::LaunchRecord measure_launch(const LaunchContext& context, const plan::Cell& cell, const plan::Model& model,
                                     int number, Profile* profile) {
    Launch launch(context, cell, model, number, profile);
    launch.take_block(0);
    launch.finish();
    return launch.record();
}

}  // namespace gravbench::run
