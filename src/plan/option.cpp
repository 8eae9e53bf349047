#include "plan/option.h"

#include <algorithm>

#include "base/clock.h"

namespace gravbench::plan {
namespace {

std::chrono::nanoseconds duration_of(const Json& value) {
    return parse_duration(value.is_string() ? value.get<std::string>() : value.dump(), "duration");
}

std::vector<Option> make_options() {
    // clang-format off
    return {
        {"launches", "", integer(1, 10000), "fresh engine processes for each cell; fewer than 2 give no interval",
         [](const Json& value, RunOptions& run) { run.launches = value.get<int>(); }, false, "5"},
        {"iterations", "", integer(1, 1e9), "inferences in each block, instead of --duration",
         [](const Json& value, RunOptions& run) { run.iterations = value.get<std::int64_t>(); }, false, ""},
        {"duration", "", duration(), "how long each block lasts; it has at least 5 inferences",
         [](const Json& value, RunOptions& run) { run.duration = duration_of(value); }, false, "1s"},
        {"warmup", "", integer(3, 1e9), "calls before measuring, at least (TorchScript optimises during the first ones)",
         [](const Json& value, RunOptions& run) { run.warmup = value.get<std::int64_t>(); }, false, "3"},
        {"warmup-time", "", duration(), "how long warm-up lasts, at least",
         [](const Json& value, RunOptions& run) { run.warmup_time = duration_of(value); }, false, "200ms"},
        {"max-time", "", duration(), "start no launch after this time; cells that lack launches say so",
         [](const Json& value, RunOptions& run) { run.max_time = duration_of(value); }, false, ""},
        {"timeout", "", duration(), "end a launch whose engine does not answer for this long (beyond the time it was told to measure)",
         [](const Json& value, RunOptions& run) { run.timeout = duration_of(value); }, false, "5m"},
        {"min-cosine", "", number(-1, 1), "smallest cosine similarity with the reference; below it exit code 3",
         [](const Json& value, RunOptions& run) { run.min_cosine = value.get<double>(); }, false, "0.99"},
        {"accuracy", "", one_of({"on", "off"}), "off: no reference launches, no accuracy",
         [](const Json& value, RunOptions& run) { run.has_accuracy = value == "on"; }, false, "on"},
        {"seed", "", integer(0, 9e15), "seed of the inputs and of the order of launches",
         [](const Json& value, RunOptions& run) { run.seed = value.get<std::uint64_t>(); }, false, "1"},
        {"engine", "", any_text(), "torch, or the path of an engine program (docs/protocol.md)",
         [](const Json& value, RunOptions& run) { run.engine = value.get<std::string>(); }, false, "torch"},
        {"models-dir", "", any_text(), "where bundles are (default: $GRAVBENCH_MODELS, ./models, the installation's)",
         [](const Json& value, RunOptions& run) { run.models_dirs.push_back(value.get<std::string>()); }, true, ""},
        {"output", "-o", any_text(), "the results document's file; a journal beside it keeps what was measured if the run is killed",
         [](const Json& value, RunOptions& run) { run.output = value.get<std::string>(); }, false, ""},
    };
    // clang-format on
}

}  // namespace

const std::vector<Option>& options() {
    static const std::vector<Option> table = make_options();
    return table;
}

const Option* find_option(const std::string& name) {
    const auto found =
        std::find_if(options().begin(), options().end(), [&](const Option& option) { return option.name == name; });
    return found == options().end() ? nullptr : &*found;
}

}  // namespace gravbench::plan
