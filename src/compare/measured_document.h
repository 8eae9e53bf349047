#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "base/json.h"

/// Results documents as comparisons need them: samples as plain numbers, and of the rest only what is looked at. A
/// document of ten thousand cells is read in about a second, and never as a tree of JSON values.
namespace gravbench::compare {

/// One complete launch.
struct MeasuredLaunch {
    std::vector<std::vector<double>> blocks_ms;  ///< blocks, their samples
    std::vector<double> wall_ms;                 ///< of each block
    /// As the document's "launches" has it; null for a document of a version that had none.
    Json facts;

    /// Launches of one run and one number were measured side by side.
    int number() const;
    double seconds() const;  ///< that it took in all; 0 where the document does not say
};

struct MeasuredCell {
    /// The cell as the document has it, without samples, launches, kernels and other long lists.
    Json facts;
    std::vector<MeasuredLaunch> launches;

    std::string key() const;
};

/// How many blocks were measured, and how many of them the document marks as disturbed.
std::size_t all_blocks(const MeasuredCell& cell);
std::size_t disturbed_blocks(const MeasuredCell& cell);

/// The cell as it would be, had its disturbed blocks not been measured; a launch that had no others is left out.
MeasuredCell without_disturbed_blocks(const MeasuredCell& cell);

struct MeasuredDocument {
    std::string name;  ///< its file's
    Json run;
    Json machine;
    Json versus;  ///< pairs of keys that were measured against each other
    std::vector<MeasuredCell> cells;
};

/// Reads a results document. Throws DataError naming the file where it is none.
MeasuredDocument read_measured(const std::filesystem::path& path);

/// Reads several at once, on as many threads.
std::vector<MeasuredDocument> read_all_measured(const std::vector<std::string>& paths);

/// A document in memory.
MeasuredDocument measured_from(const Json& document, const std::string& name);

}  // namespace gravbench::compare
