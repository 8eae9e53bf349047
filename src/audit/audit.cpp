#include "audit/audit.h"

#include <algorithm>
#include <numeric>

namespace gravbench::audit {
namespace {

/// Kernels in the order in which they were first seen.
class Tally {
  public:
    std::size_t index_of(const Kernel& kernel) {
        const auto found =
            std::find_if(uses_.begin(), uses_.end(), [&](const KernelUse& use) { return use.kernel == kernel; });
        if (found != uses_.end()) {
            return static_cast<std::size_t>(found - uses_.begin());
        }
        uses_.push_back({kernel, 0, 0, 0, 0, 0, 0, 0, 0});
        return uses_.size() - 1;
    }
    KernelUse& operator[](std::size_t index) { return uses_[index]; }
    std::vector<KernelUse> take() { return std::move(uses_); }

  private:
    std::vector<KernelUse> uses_;
};

void count_creation(KernelUse& use, const Event& event, bool is_steady) {
    const bool is_found = event.cache == Event::Cache::hit;
    use.created += is_found ? 0 : 1;
    use.found += is_found ? 1 : 0;
    use.create_ms += event.time_ms;
    if (is_steady) {
        use.steady_created += is_found ? 0 : 1;
        use.steady_found += is_found ? 1 : 0;
        use.steady_create_ms += event.time_ms;
    }
}

/// Parts a graph partition's time among the kernels that it ran and itself. They are logged before it: those that began
/// after it did where the log has timestamps, else as many of the last ones as fit into its time. Kernels that it ran
/// on several threads at once have more time together than it has: each then gets its part of that.
void part_time(const std::vector<Event>& events, std::size_t partition, std::vector<double>& times) {
    const Event& graph = events[partition];
    double inside = 0;
    std::size_t first = partition;
    while (first > 0) {
        const Event& event = events[first - 1];
        if (event.component == Event::Component::graph && event.operation == Event::Operation::execute) {
            break;
        }
        const bool is_inside = graph.start_ms && event.start_ms ? *event.start_ms >= *graph.start_ms
                                                                : inside + event.time_ms <= graph.time_ms;
        if (!is_inside) {
            break;
        }
        --first;
        inside += event.operation == Event::Operation::execute ? event.time_ms : 0;
    }
    const double part = inside > graph.time_ms ? graph.time_ms / inside : 1;
    std::for_each(times.begin() + static_cast<std::ptrdiff_t>(first),
                  times.begin() + static_cast<std::ptrdiff_t>(partition), [part](double& time) { time *= part; });
    times[partition] = graph.time_ms - inside * part;
}

struct Execution {
    std::size_t kernel;
    double time_ms;
    std::optional<double> start_ms;
};

std::vector<Execution> executions_of(const std::vector<Event>& events, Tally& tally) {
    std::vector<double> times;
    std::transform(events.begin(), events.end(), std::back_inserter(times),
                   [](const Event& event) { return event.time_ms; });
    std::vector<Execution> executions;
    for (std::size_t i = 0; i < events.size(); ++i) {
        if (events[i].operation == Event::Operation::execute && events[i].component == Event::Component::graph) {
            part_time(events, i, times);
        }
    }
    for (std::size_t i = 0; i < events.size(); ++i) {
        if (events[i].operation == Event::Operation::execute) {
            executions.push_back({tally.index_of(kernel_of(events[i])), times[i], events[i].start_ms});
        }
    }
    return executions;
}

std::vector<std::size_t> kernels_of(const std::vector<Execution>& executions, std::size_t begin, std::size_t length) {
    std::vector<std::size_t> kernels;
    for (std::size_t i = begin; i < begin + length; ++i) {
        kernels.push_back(executions[i].kernel);
    }
    return kernels;
}

/// How many executions one inference has, if all have the same ones; else 0. Their order may differ: a partition may
/// run kernels on several threads at once.
std::size_t executions_each(const std::vector<Execution>& executions, int inferences) {
    const auto count = static_cast<std::size_t>(inferences);
    if (count == 0 || executions.empty() || executions.size() % count != 0) {
        return 0;
    }
    const std::size_t length = executions.size() / count;
    std::vector<std::size_t> first;
    for (std::size_t begin = 0; begin < executions.size(); begin += length) {
        std::vector<std::size_t> kernels = kernels_of(executions, begin, length);
        std::sort(kernels.begin(), kernels.end());
        first = begin == 0 ? kernels : first;
        if (kernels != first || executions[begin].kernel != executions.front().kernel) {
            return 0;
        }
    }
    return length;
}

bool has_one_order(const std::vector<Execution>& executions, std::size_t length) {
    for (std::size_t i = length; i < executions.size(); ++i) {
        if (executions[i].kernel != executions[i - length].kernel) {
            return false;
        }
    }
    return true;
}

/// From the first kernel of the first inference to the first kernel of the last, by the log; and by the engine's
/// samples.
std::optional<Audit::Clocks> read_clocks(const std::vector<Execution>& executions, std::size_t length,
                                         const std::vector<std::int64_t>& samples_ns) {
    if (length == 0 || samples_ns.size() < 2) {
        return std::nullopt;
    }
    const Execution& first = executions.front();
    const Execution& last = executions[executions.size() - length];
    if (!first.start_ms || !last.start_ms) {
        return std::nullopt;
    }
    const double inferences = static_cast<double>(samples_ns.size() - 1);
    const auto engine_ns = std::accumulate(samples_ns.begin(), samples_ns.end() - 1, std::int64_t{0});
    return Audit::Clocks{static_cast<double>(engine_ns) / 1e6 / inferences,
                         (*last.start_ms - *first.start_ms) / inferences};
}

void set_sequence(Audit& audit, const std::vector<Execution>& executions, std::size_t length) {
    for (std::size_t position = 0; position < length; ++position) {
        double sum = 0;
        for (std::size_t i = position; i < executions.size(); i += length) {
            sum += executions[i].time_ms;
        }
        audit.sequence.push_back(executions[position].kernel);
        audit.sequence_ms.push_back(sum / audit.inferences);
    }
}

/// Longest first; the sequence then points to where they have gone.
void sort_by_time(Audit& audit) {
    std::vector<std::size_t> order(audit.kernels.size());
    std::iota(order.begin(), order.end(), std::size_t{0});
    std::stable_sort(order.begin(), order.end(),
                     [&](std::size_t a, std::size_t b) { return audit.kernels[a].time_ms > audit.kernels[b].time_ms; });
    std::vector<std::size_t> place(order.size());
    std::vector<KernelUse> sorted;
    for (std::size_t i = 0; i < order.size(); ++i) {
        place[order[i]] = i;
        sorted.push_back(std::move(audit.kernels[order[i]]));
    }
    audit.kernels = std::move(sorted);
    for (std::size_t& kernel : audit.sequence) {
        kernel = place[kernel];
    }
}

}  // namespace

Audit make_audit(const LaunchLog& text, const std::vector<std::int64_t>& samples_ns) {
    LogReader reader;
    const Log warm_up = reader.read(text.warm_up);
    const Log steady = reader.read(text.steady);
    Audit audit;
    audit.onednn = warm_up.version.empty() ? steady.version : warm_up.version;
    audit.isa = warm_up.isa.empty() ? steady.isa : warm_up.isa;
    audit.threads = warm_up.threads == 0 ? steady.threads : warm_up.threads;
    audit.unknown_lines = warm_up.unknown_lines + steady.unknown_lines;
    audit.torn_lines = warm_up.torn_lines + steady.torn_lines;
    audit.inferences = static_cast<int>(samples_ns.size());
    const auto total_ns = std::accumulate(samples_ns.begin(), samples_ns.end(), std::int64_t{0});
    audit.inference_ms = samples_ns.empty() ? 0 : static_cast<double>(total_ns) / 1e6 / audit.inferences;

    Tally tally;
    for (const Log* log : {&warm_up, &steady}) {
        for (const Event& event : log->events) {
            if (event.operation == Event::Operation::create) {
                count_creation(tally[tally.index_of(kernel_of(event))], event, log == &steady);
            }
        }
    }
    const std::vector<Execution> executions = executions_of(steady.events, tally);
    for (const Execution& execution : executions) {
        tally[execution.kernel].calls += 1;
        tally[execution.kernel].time_ms += execution.time_ms;
    }
    audit.kernels = tally.take();
    for (KernelUse& use : audit.kernels) {
        use.kernel.is_precision_hidden = hides_precision(audit.onednn, use.kernel);
    }
    const std::size_t length = executions_each(executions, audit.inferences);
    audit.clocks = read_clocks(executions, length, samples_ns);
    if (has_one_order(executions, length)) {
        set_sequence(audit, executions, length);
    }
    sort_by_time(audit);
    return audit;
}

}  // namespace gravbench::audit
