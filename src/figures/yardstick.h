#pragma once

#include <vector>

#include "machine/yardstick.h"
#include "records/launch_record.h"

/// What a machine's readings of the yardstick come to (machine/yardstick.h).
namespace gravbench::figures {

/// The readings between the launch's blocks, in the order of time.
std::vector<machine::YardstickReading> yardstick_readings(const records::Launch& launch);

/// Readings with one number of threads. Each rate is taken by itself: no reading need have had all of `best`.
struct YardstickSummary {
    int threads = 0;
    std::size_t readings = 0;
    machine::YardstickReading best;    ///< the machine's peak, as far as it was seen
    machine::YardstickReading median;  ///< what it could do most of the time
    machine::YardstickReading worst;
};
/// By the number of threads, fewest first.
std::vector<YardstickSummary> summarise_yardstick(const std::vector<machine::YardstickReading>& readings);

}  // namespace gravbench::figures
