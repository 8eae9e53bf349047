#include "run/launch.h"

#include <fmt/format.h>

#include <algorithm>
#include <thread>
#include <utility>

#include "base/clock.h"
#include "base/errors.h"
#include "base/files.h"
#include "base/text.h"
#include "machine/disturbance.h"
#include "machine/host_files.h"
#include "machine/placement.h"
#include "protocol/line.h"
#include "run/profile.h"
#include "run/yardstick.h"
#include "stats/steady.h"

namespace gravbench::run {
namespace {

using std::chrono::nanoseconds;

void check_supported(const plan::EngineChoice& engine, const plan::Settings& settings) {
    if (const auto reason = plan::not_known_to(engine, settings)) {
        throw EngineError("setting_not_supported", *reason);
    }
}

std::int64_t only_sample(const protocol::BlockSamples& block) {
    return block.streams.front().front();
}

/// Adds the time that it lives, however its scope is left.
class BusyTime {
  public:
    explicit BusyTime(std::int64_t& total_ns) : total_ns_(total_ns), begin_ns_(monotonic_ns()) {}
    ~BusyTime() { total_ns_ += monotonic_ns() - begin_ns_; }
    BusyTime(const BusyTime&) = delete;
    BusyTime& operator=(const BusyTime&) = delete;

  private:
    std::int64_t& total_ns_;
    std::int64_t begin_ns_;
};

/// How long warm-up goes on at most where it is not seen to end, as a multiple of what was asked for.
constexpr int most_warm_ups = 4;
/// Long enough for a model of microseconds; one of milliseconds makes a single call.
constexpr nanoseconds wake_up_time = std::chrono::milliseconds(20);
/// By then libgomp's threads have stopped waiting actively for work (its default is some milliseconds).
constexpr nanoseconds most_time_to_sleep = std::chrono::milliseconds(500);

}  // namespace

Environment environment_for(const Engine& engine, const plan::LaunchSetup& setup) {
    Environment environment = inherited_environment();
    for (const Environment* more : {&engine.environment, &setup.environment}) {
        for (const auto& [name, value] : *more) {
            environment[name] = value;
        }
    }
    return environment;
}

std::string log_tail(const std::filesystem::path& log, const std::string& message) {
    constexpr std::size_t most_bytes = 2000;
    // A shorter line may stand in the message by chance.
    constexpr std::size_t least_repeated = 10;
    std::string tail;
    for (const std::string& line : split(protocol::printable(read_tail(log, most_bytes), most_bytes), '\n')) {
        const std::string_view words = machine::without_blanks(line);
        const bool is_repeated = words.size() >= least_repeated && message.find(words) != std::string::npos;
        tail += is_repeated ? "" : line + "\n";
    }
    tail.erase(tail.find_last_not_of(" \n") + 1);
    return tail;
}

std::string with_log(const std::string& message, const std::filesystem::path& log) {
    const std::string tail = log_tail(log, message);
    return tail.empty() ? message : fmt::format("{}; its log: {}", message, tail);
}

/// Runs a step of the launch's life. What the engine did wrong ends the launch; an interruption leaves what it gave so
/// far.
template <typename Step>
void Launch::attempt(Step step) {
    if (has_failed()) {
        return;
    }
    const BusyTime time(record_.launch.busy_ns);
    try {
        step();
    } catch (const EngineError& error) {
        record_.problem = records::Problem{error.problem(), error.what()};
        // A launch whose engine fails after a block is a failed launch.
        record_.launch.blocks.clear();
        client_.reset();
        record_.log_tail = log_tail(log_, error.what());
    }
}

Launch::Launch(const LaunchContext& context, const plan::Cell& cell, const plan::Model& model, int number,
               const plan::LaunchShape& shape, Profile* profile)
    : context_(context),
      cell_(cell),
      model_(model),
      profile_(profile),
      // Several launches of different cells are alive at once.
      log_(context.work_folder / fmt::format("launch-{}.log", sha256_of_text(cell.key).substr(0, 16))),
      cpus_(machine::read_self().usable_cpus) {
    record_.cell = cell.key;
    record_.launch.number = number;
    record_.launch.shape = shape;
    attempt([this] { start(); });
}

void Launch::start_engine(const Environment& environment) {
    const int threads = plan::threads_of(cell_.settings, context_.physical_cores);
    std::vector<int> cpus = machine::cpus_for_launch(context_.cores, threads, record_.launch.number);
    const machine::OnCpus kept(cpus);
    client_.emplace(context_.engines.at(cell_.engine), environment, log_, context_.sampling.timeout,
                    context_.stop_descriptor);
    if (kept.is_kept()) {
        record_.launch.cpus = std::move(cpus);
    }
}

void Launch::start() {
    const plan::LaunchSetup setup =
        plan::launch_setup(cell_.settings, cell_.identity.environment, context_.physical_cores);
    record_.environment = setup.environment;
    const Engine& engine = context_.engines.at(cell_.engine);
    Environment environment = environment_for(engine, setup);
    if (profile_ != nullptr) {
        profile_->prepare(environment, log_);
    }
    records::ColdStart cold;
    const std::int64_t process_start = monotonic_ns();
    start_engine(environment);
    const protocol::Hello hello = client_->hello();
    cold.start_ns = monotonic_ns() - process_start;
    record_.engine = hello.engine;
    check_supported({engine.name, cell_.identity.engine, hello}, cell_.settings);

    const plan::ModelFile& file = model_.files.at(cell_.file);
    const protocol::Loaded loaded = client_->load(std::filesystem::absolute(file.path).string(), cell_.file.dtype,
                                                  plan::load_settings(cell_.settings, hello, context_.physical_cores));
    cold.load_ns = loaded.load_ns;
    cold.prepare_ns = loaded.prepare_ns;
    record_.effective = loaded.effective;
    record_.launch.inputs_digest = client_->inputs(plan::arguments_for(model_, cell_.shape(), file.float_inputs),
                                                   context_.sampling.seed, first_position);
    if (profile_ != nullptr) {
        profile_->begin_warm_up(*client_);
    }
    warm_up(cold);
    record_.launch.cold_start = cold;
    one_inference_ns_ = std::max(cold.second_inference_ns, cold.first_inference_ns);
}

/// The first two calls are kept as cold-start figures. What follows only shows when the launch is steady: it goes on
/// until that is seen, or for as long as is reasonable.
void Launch::warm_up(records::ColdStart& cold) {
    const plan::Sampling& sampling = context_.sampling;
    const std::int64_t start = monotonic_ns();
    cold.first_inference_ns = only_sample(client_->run_count(1, nanoseconds(0)));
    record_.launch.warmup_inferences = 1;
    if (sampling.warmup == 1) {
        return;
    }
    cold.second_inference_ns = only_sample(client_->run_count(1, nanoseconds(0)));
    std::vector<double> samples{static_cast<double>(cold.first_inference_ns),
                                static_cast<double>(cold.second_inference_ns)};
    nanoseconds left = std::max(sampling.warmup_time - nanoseconds(monotonic_ns() - start), nanoseconds(0));
    std::int64_t least = sampling.warmup - 2;
    for (int time = 0; time < most_warm_ups; ++time) {
        const nanoseconds expected = left + least * nanoseconds(cold.second_inference_ns);
        const auto more = client_->run_duration(left, least, plan::Sampling::most_iterations, expected);
        samples.insert(samples.end(), more.streams.front().begin(), more.streams.front().end());
        record_.launch.is_steady = stats::find_steady_state(samples).is_steady;
        // Under a profile the number of calls is what counts, so that two audits can be compared.
        if (record_.launch.is_steady || profile_ != nullptr) {
            break;
        }
        left = sampling.warmup_time;
        least = 1;
    }
    record_.launch.warmup_inferences = static_cast<std::int64_t>(samples.size());
}

/// While others had the machine they took the caches: of DistilBERT at sequence length 16 the first inference after
/// that was 8% slower. Such calls are not measured.
void Launch::wake_up() {
    const nanoseconds expected = wake_up_time + nanoseconds(one_inference_ns_);
    client_->run_duration(wake_up_time, 1, plan::Sampling::most_iterations, expected);
}

records::Block Launch::measure_block() {
    const plan::BlockLength& length = record_.launch.shape->block;
    const std::int64_t least = length.iterations.value_or(length.least_iterations);
    const nanoseconds expected = least * nanoseconds(one_inference_ns_) * 2;
    const auto before = machine::read_disturbance_counters(cpus_, client_->process_id());
    const protocol::BlockSamples measured =
        length.iterations ? client_->run_count(*length.iterations, expected)
                          : client_->run_duration(length.duration, least, plan::Sampling::most_iterations,
                                                  length.duration + expected);
    const auto after = machine::read_disturbance_counters(cpus_, client_->process_id());
    records::Block block;
    block.wall_ns = measured.wall_ns;
    for (const auto& stream : measured.streams) {
        block.samples_ns.insert(block.samples_ns.end(), stream.begin(), stream.end());
    }
    block.disturbance = machine::disturbance_between(before, after);
    block.disturbed_by = machine::reasons(block.disturbance);
    return block;
}

void Launch::wait_until_asleep() {
    const std::int64_t deadline = monotonic_ns() + most_time_to_sleep.count();
    record_.launch.is_restless = false;
    while (!machine::is_asleep(client_->process_id())) {
        if (monotonic_ns() > deadline) {
            record_.launch.is_restless = true;
            return;
        }
        std::this_thread::sleep_for(std::chrono::milliseconds(1));
    }
}

/// While the engine sleeps, so that neither disturbs the other. Its time is not the launch's.
void Launch::read_yardstick() {
    if (context_.yardstick != nullptr && profile_ == nullptr && !has_failed() && !record_.launch.is_restless) {
        record_.launch.blocks.back().yardstick =
            context_.yardstick->read(plan::threads_of(cell_.settings, context_.physical_cores), record_.launch.cpus);
    }
}

void Launch::take_block(int round) {
    attempt([&] {
        if (profile_ != nullptr) {
            profile_->begin_block();  // An audit counts calls and judges no time.
        } else {
            wake_up();
        }
        records::Block block = measure_block();
        block.round = round;
        if (profile_ != nullptr) {
            profile_->end_block(*client_, block);
        }
        // Before the next request, which may be interrupted: what was measured is kept.
        record_.launch.blocks.push_back(std::move(block));
        record_.launch.peak_rss_bytes = client_->memory().peak_rss_bytes;
        wait_until_asleep();
    });
    read_yardstick();
}

void Launch::compare_with(const Reference& reference) {
    attempt([&] {
        if (cell_.dtype() == "fp32" && record_.launch.inputs_digest != reference.inputs_digest) {
            throw EngineError("engine_garbled", fmt::format("the inputs have digest {}, those of the reference {}",
                                                            record_.launch.inputs_digest, reference.inputs_digest));
        }
        record_.accuracy =
            records::Accuracy{client_->compare(reference.outputs.string(), cell_.batch()), reference.facts};
    });
}

std::optional<std::filesystem::path> Launch::save_outputs() {
    const std::filesystem::path file = std::filesystem::path(log_).replace_extension(".outputs");
    std::optional<std::filesystem::path> saved;
    std::error_code none;
    std::filesystem::remove(file, none);  // An earlier launch's.
    if (!has_failed()) {
        try {
            client_->save_outputs(file.string());
            saved = is_there(file) ? std::optional(file) : std::nullopt;
        } catch (const EngineError&) {  // One that has died meanwhile does not end in good order either.
        }
    }
    return saved;
}

void Launch::finish() {
    attempt([this] {
        client_->quit();
        client_.reset();
    });
}

records::LaunchRecord measure_launch(const LaunchContext& context, const plan::Cell& cell, const plan::Model& model,
                                     int number) {
    Launch launch(context, cell, model, number, {1, context.sampling.shape.block});
    launch.take_block(0);
    launch.finish();
    return launch.record();
}

}  // namespace gravbench::run
