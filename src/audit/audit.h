#pragma once

#include <optional>
#include <string>
#include <vector>

#include "audit/kernel.h"
#include "audit/verbose_log.h"
#include "base/json.h"

namespace gravbench::audit {

/// One kernel and what became of it in a launch. "Steady" is the time after warm-up.
struct KernelUse {
    Kernel kernel;
    int calls = 0;       ///< executions in the steady inferences, all together
    double time_ms = 0;  ///< their time, all together; of a graph partition, without the kernels inside
    int created = 0;     ///< creations in the whole launch that oneDNN's cache had no answer to
    int found = 0;       ///< creations in the whole launch that its cache answered
    int steady_created = 0;
    int steady_found = 0;
    double create_ms = 0;  ///< time of all creations in the whole launch
    double steady_create_ms = 0;
};

/// What oneDNN executed in a launch, kernel by kernel.
struct Audit {
    std::string onednn;       ///< version; empty where nothing was logged
    std::string isa;          ///< as oneDNN describes it
    int threads = 0;          ///< as oneDNN counts them
    int inferences = 0;       ///< steady ones
    double inference_ms = 0;  ///< their mean, by the engine's clock, profiled
    /// All but the last inference by both clocks, which shows that the log is whole and its phases parted rightly;
    /// nothing without timestamps, with fewer than two inferences, or where inferences differ.
    struct Clocks {
        double engine_ms = 0;  ///< by the engine's samples
        double log_ms = 0;     ///< by the log's timestamps
    };
    std::optional<Clocks> clocks;
    std::vector<KernelUse> kernels;  ///< by time, the longest first
    /// The kernels of one inference in their order, as indices into `kernels`, and the mean time of each. Empty where
    /// inferences differ.
    std::vector<std::size_t> sequence;
    std::vector<double> sequence_ms;
    int unknown_lines = 0;
    int torn_lines = 0;
};

/// The lines of a launch's log: those up to the end of warm-up, and those of the steady inferences.
struct LaunchLog {
    std::string warm_up;
    std::string steady;
};

/// `samples_ns` are the steady inferences' latencies as the engine measured them.
Audit make_audit(const LaunchLog& log, const std::vector<std::int64_t>& samples_ns);

Json to_json(const Audit& audit);
/// Throws DataError that names the member and its place, which starts with `where`.
Audit audit_from(const Json& json, const std::string& where = "audit");

}  // namespace gravbench::audit
