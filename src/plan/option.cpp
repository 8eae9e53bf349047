#include "plan/option.h"

#include <algorithm>

#include "base/clock.h"
#include "base/text.h"

namespace gravbench::plan {
namespace {

std::chrono::nanoseconds duration_of(const Json& value) {
    return parse_duration(value.is_string() ? value.get<std::string>() : value.dump(), "duration");
}

double share_of(const Json& value) {
    return parse_share(value.is_string() ? value.get<std::string>() : value.dump()).value();
}

YardstickUse yardstick_use_of(const Json& value) {
    return value == "off" ? YardstickUse::off
                          : (value == "on" ? YardstickUse::after_every_block : YardstickUse::within_its_share);
}

std::vector<Option> make_options() {
    // clang-format off
    return {
        {"launches", "", integer(1, 10000), "exactly so many fresh engine processes for each cell, whatever the precision; fewer than 2 give no interval",
         [](const Json& value, RunOptions& run) { run.sampling.launches = value.get<int>(); run.sampling.has_fixed_launches = true; }, false, ""},
        {"min-launches", "", integer(2, 10000), "at least so many fresh engine processes for each cell",
         [](const Json& value, RunOptions& run) { run.sampling.launches = value.get<int>(); }, false, "5"},
        {"precision", "", share(), "launch on until each cell's figure is known to this share (half of its 95% interval); with --versus, their ratio (2%; with --versus two fifths of --tolerance)",
         [](const Json& value, RunOptions& run) { run.stopping.precision = share_of(value); }, false, ""},
        {"metric", "", one_of({"p50", "p90", "p95", "p99", "mean"}), "the figure that --precision is about, and verdicts",
         [](const Json& value, RunOptions& run) { run.stopping.metric = value.get<std::string>(); }, false, "p50"},
        {"blocks", "", integer(1, 1000), "blocks of inferences in each launch, between which the other cells have theirs (chosen by what the first launches show; 2 of a fixed number of launches)",
         [](const Json& value, RunOptions& run) { run.sampling.shape.blocks = value.get<int>(); }, false, ""},
        {"resident-memory", "", share(), "the share of the free memory that engines waiting for their next block may take; where cells need more, fewer are interleaved",
         [](const Json& value, RunOptions& run) { run.sampling.resident_memory = share_of(value); }, false, "50%"},
        {"iterations", "", integer(1, 1e9), "inferences in each block, instead of --duration",
         [](const Json& value, RunOptions& run) { run.sampling.shape.block.iterations = value.get<std::int64_t>(); }, false, ""},
        {"duration", "", duration(), "how long each block lasts; it then has at least 3 inferences (chosen by what the first launches show; 500ms of a fixed number of launches)",
         [](const Json& value, RunOptions& run) { run.sampling.shape.block.duration = duration_of(value); }, false, ""},
        {"warmup", "", integer(3, 1e9), "calls before measuring, at least (TorchScript optimises during the first ones)",
         [](const Json& value, RunOptions& run) { run.sampling.warmup = value.get<std::int64_t>(); }, false, "3"},
        {"warmup-time", "", duration(), "how long warm-up lasts, at least",
         [](const Json& value, RunOptions& run) { run.sampling.warmup_time = duration_of(value); }, false, "200ms"},
        {"max-time", "", duration(), "begin no launch after this time; cells that lack launches or precision say so (10m, and --spread, beyond the least launches)",
         [](const Json& value, RunOptions& run) { run.stopping.max_time = duration_of(value); }, false, ""},
        {"spread", "", duration(), "put pauses between the launches of a cell, so that they are spread over this time: intervals then hold for the machine's moods meanwhile, and not for one moment",
         [](const Json& value, RunOptions& run) { run.stopping.spread = duration_of(value); }, false, ""},
        {"timeout", "", duration(), "end a launch whose engine does not answer for this long (beyond the time it was told to measure)",
         [](const Json& value, RunOptions& run) { run.sampling.timeout = duration_of(value); }, false, "5m"},
        {"min-cosine", "", number(-1, 1), "smallest cosine similarity with the reference; below it exit code 3",
         [](const Json& value, RunOptions& run) { run.judging.min_cosine = value.get<double>(); }, false, "0.99"},
        {"accuracy", "", one_of({"on", "off"}), "off: no reference launches, no accuracy",
         [](const Json& value, RunOptions& run) { run.judging.has_accuracy = value == "on"; }, false, "on"},
        {"audit", "", one_of({"on", "off"}), "off: no launches under oneDNN's profile, so nothing that shows which settings had an effect",
         [](const Json& value, RunOptions& run) { run.judging.has_audit = value == "on"; }, false, "on"},
        {"require", "", any_text(), "what each cell's audit must show, else exit code 4: bf16[=0.9], acl[=0.9], no-ref, no-steady-miss; repeatable",
         [](const Json& value, RunOptions& run) { run.judging.require.push_back(value.get<std::string>()); }, true, ""},
        {"yardstick", "", one_of({"auto", "on", "off"}), "measure between blocks what the machine itself can do: auto within 2% of the run's time, on after every block",
         [](const Json& value, RunOptions& run) { run.sampling.yardstick = yardstick_use_of(value); }, false, "auto"},
        {"placement", "", one_of({"same", "free"}), "which CPUs engines with fewer threads than CPUs run on: same for all in one round, others in the next, or free, where the kernel puts them",
         [](const Json& value, RunOptions& run) { run.sampling.placement = value == "free" ? Placement::free : Placement::same; }, false, "same"},
        {"keep-logs", "", any_text(), "a folder for the audits' logs as oneDNN printed them; made if missing",
         [](const Json& value, RunOptions& run) { run.places.keep_logs = value.get<std::string>(); }, false, ""},
        {"seed", "", integer(0, 9e15), "seed of the inputs and of the order of launches",
         [](const Json& value, RunOptions& run) { run.sampling.seed = value.get<std::uint64_t>(); }, false, "1"},
        {"versus", "", any_text(), "measure every cell against a second variant with these settings too, in the same rounds, and judge: fpmath=bf16,jit=llga,engine=PATH; same is the same settings again",
         [](const Json& value, RunOptions& run) { run.versus = value.get<std::string>(); }, false, ""},
        {"versus-engine", "", any_text(), "short for --versus engine=PATH: this commit's engine against the last one's",
         [](const Json& value, RunOptions& run) { run.versus_engine = value.get<std::string>(); }, false, ""},
        {"tolerance", "", share(), "how much slower or faster counts, for the verdicts of --versus and --baseline",
         [](const Json& value, RunOptions& run) { run.judging.tolerance = share_of(value); }, false, "3%"},
        {"models-dir", "", any_text(), "where bundles are (default: $GRAVBENCH_MODELS, ./models, the installation's)",
         [](const Json& value, RunOptions& run) { run.places.models_dirs.push_back(value.get<std::string>()); }, true, ""},
        {"output", "-o", any_text(), "the results document's file; a journal beside it keeps what was measured if the run is killed",
         [](const Json& value, RunOptions& run) { run.places.output = value.get<std::string>(); }, false, ""},
    };
    // clang-format on
}

}  // namespace

const std::vector<Option>& options() {
    static const std::vector<Option> table = make_options();
    return table;
}

LaunchShape RunOptions::first_shape() const {
    LaunchShape shape = sampling.shape;
    if (chooses_blocks()) {
        shape.blocks = 8;
    }
    if (chooses_block_length()) {
        shape.block = {std::nullopt, std::chrono::milliseconds(50), 1};
    }
    return shape;
}

RunOptions for_emulation(RunOptions options) {
    const auto is_open = [&](const char* name) { return !options.is_given(name); };
    Sampling& sampling = options.sampling;
    sampling.is_for_emulation = true;
    sampling.launches = is_open("launches") ? 1 : sampling.launches;
    sampling.has_fixed_launches = true;
    sampling.yardstick = is_open("yardstick") ? YardstickUse::off : sampling.yardstick;
    sampling.placement = is_open("placement") ? Placement::free : sampling.placement;
    sampling.shape.blocks = is_open("blocks") ? 1 : sampling.shape.blocks;
    sampling.timeout = is_open("timeout") ? std::chrono::hours(1) : sampling.timeout;
    sampling.warmup_time = is_open("warmup-time") ? std::chrono::nanoseconds(0) : sampling.warmup_time;
    sampling.warmup = is_open("warmup") ? 1 : sampling.warmup;
    if (is_open("iterations") && is_open("duration")) {
        sampling.shape.block.iterations = 1;
    }
    return options;
}

const Option* find_option(const std::string& name) {
    const auto found =
        std::find_if(options().begin(), options().end(), [&](const Option& option) { return option.name == name; });
    return found == options().end() ? nullptr : &*found;
}

}  // namespace gravbench::plan
