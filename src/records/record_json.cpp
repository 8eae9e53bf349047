#include "records/record_json.h"

#include "base/checked_json.h"
#include "machine/machine.h"

namespace gravbench::records {
namespace {

using checked::place_of;

Json to_json(const ColdStart& cold) {
    return {{"start_ns", cold.start_ns},
            {"load_ns", cold.load_ns},
            {"prepare_ns", cold.prepare_ns},
            {"first_inference_ns", cold.first_inference_ns},
            {"second_inference_ns", cold.second_inference_ns}};
}

ColdStart cold_start_from(const Json& json, const std::string& where) {
    const auto duration = [&](const char* key) { return checked::integer(json, key, checked::duration_ns, where); };
    return {duration("start_ns"), duration("load_ns"), duration("prepare_ns"), duration("first_inference_ns"),
            duration("second_inference_ns")};
}

Json to_json(const ReferenceFacts& facts) {
    return {{"engine", facts.engine},
            {"version", facts.version},
            {"arch", facts.arch},
            {"settings", facts.settings},
            {"export_check", facts.export_check ? protocol::to_json(*facts.export_check) : Json()}};
}

/// A member that is an object or null, null being nothing.
template <typename From>
auto if_not_null(const Json& json, const char* key, const std::string& where, From from) {
    const Json& found = checked::member(json, key, "an object or null", where);
    return found.is_null() ? std::nullopt : std::optional(from(found, place_of(where, key)));
}

ReferenceFacts reference_facts_from(const Json& json, const std::string& where) {
    return {checked::text(json, "engine", where), checked::text(json, "version", where),
            checked::text(json, "arch", where), checked::text(json, "settings", where),
            if_not_null(json, "export_check", where, protocol::comparison_from)};
}

Json values_json(const std::map<std::string, Value>& values) {
    Json json = Json::object();
    for (const auto& [name, value] : values) {
        json[name] = protocol::to_json(value);
    }
    return json;
}

std::map<std::string, Value> values_from(const Json& json, const char* key, const std::string& where) {
    std::map<std::string, Value> values;
    for (const auto& [name, found] : checked::object(json, key, where).items()) {
        const std::optional<Value> value = protocol::value_from(found);
        if (!value) {
            checked::throw_unexpected(place_of(place_of(where, key), name), "a number, a word, true or false", found);
        }
        values[name] = *value;
    }
    return values;
}

Json or_null(const std::optional<Problem>& problem) {
    return problem ? to_json(*problem) : Json();
}

}  // namespace

Json to_json(const Problem& problem) {
    return {{"code", problem.code}, {"message", problem.message}};
}

Json to_json(const Block& block) {
    Json json{{"samples_ns", block.samples_ns},
              {"wall_ns", block.wall_ns},
              {"round", block.round},
              {"disturbance", machine::to_json(block.disturbance)},
              {"disturbed_by", block.disturbed_by}};
    if (block.yardstick) {
        json["yardstick"] = machine::to_json(*block.yardstick);
    }
    return json;
}

Json to_json(const plan::LaunchShape& shape) {
    Json json{{"blocks", shape.blocks}, {"chosen_by", shape.chosen_by}};
    if (shape.block.iterations) {
        json["iterations"] = *shape.block.iterations;
    } else {
        json["duration_ns"] = shape.block.duration.count();
        json["least_iterations"] = shape.block.least_iterations;
    }
    return json;
}

Json to_json(const Launch& launch, std::size_t blocks_before) {
    Json blocks = Json::array();
    for (std::size_t i = blocks_before; i < launch.blocks.size(); ++i) {
        blocks.push_back(to_json(launch.blocks[i]));
    }
    Json json{{"number", launch.number},
              {"blocks", blocks},
              {"cold_start", launch.cold_start ? to_json(*launch.cold_start) : Json()},
              {"warmup_inferences", launch.warmup_inferences},
              {"is_steady", launch.is_steady},
              {"is_restless", launch.is_restless},
              {"busy_ns", launch.busy_ns},
              {"peak_rss_bytes", launch.peak_rss_bytes},
              {"inputs_digest", launch.inputs_digest}};
    if (launch.shape) {
        json["shape"] = to_json(*launch.shape);
    }
    if (!launch.cpus.empty()) {
        json["cpus"] = launch.cpus;
    }
    return json;
}

Json to_json(const Accuracy& accuracy) {
    Json json = protocol::to_json(accuracy.outputs);
    json["reference"] = to_json(accuracy.reference);
    return json;
}

Json to_json(const LaunchRecord& record, std::size_t blocks_before) {
    Json json{{"cell", record.cell}};
    json.update(to_json(record.launch, blocks_before));
    json.update({{"engine", protocol::to_json(record.engine)},
                 {"effective", values_json(record.effective)},
                 {"environment", record.environment},
                 {"accuracy", record.accuracy ? to_json(*record.accuracy) : Json()},
                 {"problem", or_null(record.problem)},
                 {"log_tail", record.log_tail}});
    return json;
}

Json to_json(const AuditRecord& record) {
    return {{"audited", record.cell},
            {"audit", audit::to_json(record.audit)},
            {"busy_threads", record.busy_threads},
            {"huge_page_bytes", record.huge_page_bytes},
            {"libraries", record.libraries},
            {"engine", protocol::to_json(record.engine)},
            {"effective", values_json(record.effective)},
            {"problem", or_null(record.problem)}};
}

namespace {

Problem problem_from(const Json& json, const std::string& where) {
    return {checked::text(json, "code", where), checked::text(json, "message", where)};
}

Block block_from(const Json& json, const std::string& where) {
    Block block;
    block.samples_ns = checked::integers(json, "samples_ns", checked::duration_ns_above_0, where);
    if (block.samples_ns.empty()) {
        checked::throw_unexpected(place_of(where, "samples_ns"), "at least one sample", json["samples_ns"]);
    }
    block.wall_ns = checked::integer(json, "wall_ns", checked::duration_ns_above_0, where);
    block.round = checked::small_integer(json, "round", where);
    block.disturbance =
        machine::disturbance_from(checked::object(json, "disturbance", where), place_of(where, "disturbance"));
    block.disturbed_by = checked::texts(json, "disturbed_by", where);
    if (checked::has(json, "yardstick")) {
        block.yardstick = machine::yardstick_reading_from(json["yardstick"], place_of(where, "yardstick"));
    }
    return block;
}

plan::LaunchShape shape_from(const Json& json, const std::string& where) {
    plan::LaunchShape shape;
    shape.blocks = checked::small_integer(json, "blocks", where);
    shape.chosen_by = checked::small_integer(json, "chosen_by", where);
    if (checked::has(json, "iterations")) {
        shape.block.iterations = checked::integer(json, "iterations", checked::not_negative, where);
    } else {
        shape.block.duration =
            std::chrono::nanoseconds(checked::integer(json, "duration_ns", checked::duration_ns, where));
        shape.block.least_iterations = checked::integer(json, "least_iterations", checked::not_negative, where);
    }
    return shape;
}

Launch launch_from(const Json& json, const std::string& where) {
    Launch launch;
    launch.number = checked::small_integer(json, "number", where);
    for (const Json& block : checked::list(json, "blocks", where)) {
        launch.blocks.push_back(block_from(block, place_of(where, "blocks", launch.blocks.size())));
    }
    if (checked::has(json, "shape")) {
        launch.shape = shape_from(checked::object(json, "shape", where), place_of(where, "shape"));
    }
    if (checked::has(json, "cpus")) {
        for (const std::int64_t cpu : checked::integers(json, "cpus", machine::cpu_numbers, where)) {
            launch.cpus.push_back(static_cast<int>(cpu));
        }
    }
    launch.cold_start = if_not_null(json, "cold_start", where, cold_start_from);
    launch.warmup_inferences = checked::integer(json, "warmup_inferences", checked::not_negative, where);
    launch.is_steady = checked::truth(json, "is_steady", where);
    launch.is_restless = checked::truth(json, "is_restless", where);
    launch.busy_ns = checked::integer(json, "busy_ns", checked::duration_ns, where);
    launch.peak_rss_bytes = checked::integer(json, "peak_rss_bytes", checked::not_negative, where);
    launch.inputs_digest = checked::text(json, "inputs_digest", where);
    return launch;
}

}  // namespace

Accuracy accuracy_from(const Json& json, const std::string& where) {
    const Json& reference = checked::object(json, "reference", where);
    return {protocol::comparison_from(json, where), reference_facts_from(reference, place_of(where, "reference"))};
}

LaunchRecord launch_record_from(const Json& json, const std::string& where) {
    LaunchRecord record;
    record.cell = checked::text(json, "cell", where);
    record.launch = launch_from(json, where);
    record.engine =
        protocol::engine_description_from(checked::object(json, "engine", where), place_of(where, "engine"));
    record.effective = values_from(json, "effective", where);
    record.environment = checked::text_map(json, "environment", where);
    record.accuracy = if_not_null(json, "accuracy", where, accuracy_from);
    record.problem = if_not_null(json, "problem", where, problem_from);
    record.log_tail = checked::text(json, "log_tail", where);
    return record;
}

AuditRecord audit_record_from(const Json& json, const std::string& where) {
    AuditRecord record;
    record.cell = checked::text(json, "audited", where);
    record.audit = audit::audit_from(checked::object(json, "audit", where), place_of(where, "audit"));
    record.busy_threads = checked::small_integer(json, "busy_threads", where);
    record.huge_page_bytes = checked::integer(json, "huge_page_bytes", checked::not_negative, where);
    record.libraries = checked::texts(json, "libraries", where);
    record.engine =
        protocol::engine_description_from(checked::object(json, "engine", where), place_of(where, "engine"));
    record.effective = values_from(json, "effective", where);
    record.problem = if_not_null(json, "problem", where, problem_from);
    return record;
}

}  // namespace gravbench::records
