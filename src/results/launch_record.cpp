#include "results/launch_record.h"

#include <algorithm>
#include <iterator>

#include "base/errors.h"

namespace gravbench::results {
namespace {

const std::string where = "launch";

Json to_json(const ColdStart& cold) {
    return {{"start_ns", cold.start_ns},
            {"load_ns", cold.load_ns},
            {"prepare_ns", cold.prepare_ns},
            {"first_inference_ns", cold.first_inference_ns},
            {"second_inference_ns", cold.second_inference_ns}};
}

ColdStart cold_start_from(const Json& json) {
    return {required<std::int64_t>(json, "start_ns", where), required<std::int64_t>(json, "load_ns", where),
            required<std::int64_t>(json, "prepare_ns", where),
            required<std::int64_t>(json, "first_inference_ns", where),
            required<std::int64_t>(json, "second_inference_ns", where)};
}

}  // namespace

std::vector<LaunchRecord> complete(const std::vector<LaunchRecord>& launches) {
    std::vector<LaunchRecord> result;
    std::copy_if(launches.begin(), launches.end(), std::back_inserter(result),
                 [](const LaunchRecord& launch) { return launch.is_complete(); });
    return result;
}

Json to_json(const LaunchRecord& record) {
    Json blocks = Json::array();
    for (const Block& block : record.blocks) {
        blocks.push_back({{"samples_ns", block.samples_ns},
                          {"wall_ns", block.wall_ns},
                          {"round", block.round},
                          {"disturbance", machine::to_json(block.disturbance)}});
    }
    return {{"cell", record.cell},
            {"number", record.number},
            {"blocks", blocks},
            {"cold_start", record.cold_start ? to_json(*record.cold_start) : Json()},
            {"warmup_inferences", record.warmup_inferences},
            {"is_steady", record.is_steady},
            {"is_restless", record.is_restless},
            {"busy_ns", record.busy_ns},
            {"peak_rss_bytes", record.peak_rss_bytes},
            {"engine", record.engine},
            {"effective", record.effective},
            {"environment", record.environment},
            {"accuracy", record.accuracy},
            {"inputs_digest", record.inputs_digest},
            {"problem", record.problem ? to_json(*record.problem) : Json()},
            {"log_tail", record.log_tail}};
}

LaunchRecord launch_record_from(const Json& json) {
    LaunchRecord record;
    record.cell = required<std::string>(json, "cell", where);
    record.number = required<int>(json, "number", where);
    for (const Json& block : required_member(json, "blocks", where)) {
        record.blocks.push_back({required<std::vector<std::int64_t>>(block, "samples_ns", where),
                                 required<std::int64_t>(block, "wall_ns", where), required<int>(block, "round", where),
                                 machine::disturbance_from(required_member(block, "disturbance", where))});
    }
    if (const Json& cold = required_member(json, "cold_start", where); !cold.is_null()) {
        record.cold_start = cold_start_from(cold);
    }
    record.warmup_inferences = required<std::int64_t>(json, "warmup_inferences", where);
    record.is_steady = required<bool>(json, "is_steady", where);
    record.is_restless = required<bool>(json, "is_restless", where);
    record.busy_ns = required<std::int64_t>(json, "busy_ns", where);
    record.peak_rss_bytes = required<std::int64_t>(json, "peak_rss_bytes", where);
    record.engine = required_member(json, "engine", where);
    record.effective = required_member(json, "effective", where);
    record.environment = required_member(json, "environment", where);
    record.accuracy = required_member(json, "accuracy", where);
    record.inputs_digest = required<std::string>(json, "inputs_digest", where);
    if (const Json& problem = required_member(json, "problem", where); !problem.is_null()) {
        record.problem = problem_from(problem);
    }
    record.log_tail = required<std::string>(json, "log_tail", where);
    return record;
}

}  // namespace gravbench::results
