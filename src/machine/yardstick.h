#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "base/checked_json.h"
#include "base/json.h"

/// What the machine itself can do at one moment, by loops that no library's change can move, and what a well-tuned
/// library reaches on it (docs/yardstick.md). gravbench-yardstick measures both.
namespace gravbench::machine {

struct YardstickReading {
    int threads = 0;         ///< that the rates are of, together
    double f32_gflops = 0;   ///< multiplications and additions at the widest vectors, 10^9 a second
    double bf16_gflops = 0;  ///< by bf16's own instructions; 0 where the CPU has none
    double clock_ghz = 0;    ///< additions that wait for each other, one a cycle; of one thread
    /// Triads, in 10^9 bytes a second: two arrays read and one written, whose first reading does not count.
    double l2_gb_per_s = 0;  ///< in half of a second-level cache for each thread
    /// In half of the last-level caches, or 8 MiB a thread where that is less; 0 where the second-level caches hold it.
    double llc_gb_per_s = 0;
    double memory_gb_per_s = 0;  ///< beyond the last-level cache
    double load_ns = 0;          ///< loads that wait for each other, from beyond the last-level cache; of one thread
    std::int64_t took_ns = 0;    ///< the reading itself

    bool operator==(const YardstickReading&) const = default;
};

/// One figure of a reading. The table holds all of them, in the order in which they are shown.
struct YardstickRate {
    const char* name;  ///< of the JSON member: "memory_gb_per_s"
    const char* words;
    const char* unit;
    double YardstickReading::*member;
    bool is_time = false;  ///< less is better
};
const std::vector<YardstickRate>& yardstick_rates();

/// 0 is not known. What is beyond these was not measured, and ratios of what is within do not overflow.
inline constexpr double least_rate = 1e-6;
inline constexpr double most_rate = 1e9;
inline constexpr const char* allowed_rates = "0, or a number from 1e-6 to 1e9";
inline bool is_rate(double value) {
    return value == 0 || (value >= least_rate && value <= most_rate);
}
inline constexpr checked::Range yardstick_threads{1, 1'000'000};

/// The loop for bf16 where the CPU has a matrix unit of that name.
inline constexpr const char* amx_bf16 = "amx_bf16";

/// What the readings of one machine are made with.
struct YardstickDescription {
    std::string f32_loop;   ///< the instruction set, by the kernel's name: "avx512f"
    std::string bf16_loop;  ///< empty where the CPU has no instructions for bf16
    std::string triad_loop;
    std::int64_t l2_bytes = 0;      ///< of each thread's three arrays
    std::int64_t llc_bytes = 0;     ///< of all threads' arrays, at the most threads
    std::int64_t memory_bytes = 0;  ///< of the arrays of which each reading takes a further part

    bool operator==(const YardstickDescription&) const = default;
};

/// A large square matmul by oneDNN itself, at its best.
struct PracticalPeak {
    std::string type;  ///< "f32", "bf16", or "f32 as bf16": f32 that may be computed in bf16
    double gflops = 0;
    std::string kernel;  ///< what ran, by the library's name: "brgemm:avx512_core"
    int size = 0;        ///< of each side of the matrices

    bool operator==(const PracticalPeak&) const = default;
};

/// Types that the CPU or the library cannot multiply are left out.
struct PracticalPeaks {
    int threads = 0;
    std::string library;  ///< "oneDNN 2.6.3"
    std::vector<PracticalPeak> peaks;

    bool operator==(const PracticalPeaks&) const = default;
};

Json to_json(const YardstickReading& reading);
Json to_json(const YardstickDescription& description);
Json to_json(const PracticalPeaks& peaks);
/// Throw DataError that names the member and its place, which starts with `where`.
YardstickReading yardstick_reading_from(const Json& json, const std::string& where);
YardstickDescription yardstick_description_from(const Json& json, const std::string& where);
PracticalPeaks practical_peaks_from(const Json& json, const std::string& where);

}  // namespace gravbench::machine
