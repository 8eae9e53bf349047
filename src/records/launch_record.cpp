#include "records/launch_record.h"

#include <algorithm>

namespace gravbench::records {

std::vector<Launch> complete(const std::vector<LaunchRecord>& launches) {
    std::vector<Launch> result;
    for (const LaunchRecord& record : launches) {
        if (record.is_complete()) {
            result.push_back(record.launch);
        }
    }
    return result;
}

std::vector<double> latencies_ms(std::span<const Block> blocks) {
    std::vector<double> result;
    std::size_t count = 0;
    for (const Block& block : blocks) {
        count += block.samples_ns.size();
    }
    result.reserve(count);
    for (const Block& block : blocks) {
        for (const std::int64_t sample : block.samples_ns) {
            result.push_back(static_cast<double>(sample) / 1e6);
        }
    }
    return result;
}

std::vector<double> sorted_ms(std::span<const Block> blocks) {
    std::vector<double> result = latencies_ms(blocks);
    std::sort(result.begin(), result.end());
    return result;
}

}  // namespace gravbench::records
