#pragma once

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "records/audit_record.h"
#include "records/launch_record.h"

/// Records that are complete but for what a test is about.
namespace gravbench::records {

inline Block block(std::vector<std::int64_t> samples_ns, int round = 0) {
    Block result;
    for (const std::int64_t sample : samples_ns) {
        result.wall_ns += sample;
    }
    result.samples_ns = std::move(samples_ns);
    result.round = round;
    return result;
}

inline protocol::EngineDescription some_engine() {
    protocol::EngineDescription engine;
    engine.name = "torch";
    engine.version = "2.13.0";
    engine.libraries = {{"onednn", "3.12.0"}, {"acl", std::nullopt}};
    engine.arch = "aarch64";
    engine.cpu = "Neoverse-V1";
    engine.isa = "SVE256";
    return engine;
}

/// A launch that went well, with one block of these samples.
inline LaunchRecord launch_of(std::vector<std::int64_t> samples_ns = {10, 11, 12}, int number = 0,
                              const std::string& cell = "net:batch=1") {
    LaunchRecord record;
    record.cell = cell;
    record.launch.number = number;
    record.launch.blocks.push_back(block(std::move(samples_ns)));
    record.launch.cold_start = ColdStart{300000000, 80000000, 20000000, 50000000, 15000000};
    record.launch.warmup_inferences = 3;
    record.launch.busy_ns = 2000000000;
    record.launch.peak_rss_bytes = 512 << 20;
    record.launch.inputs_digest = "8f3a1c20b7d4e956";
    record.engine = some_engine();
    record.environment = {{"OMP_NUM_THREADS", "4"}};
    return record;
}

inline LaunchRecord failed_launch_of(const std::string& code, int number = 0) {
    LaunchRecord record = launch_of({}, number);
    record.launch.blocks.clear();
    record.launch.cold_start.reset();
    record.problem = Problem{code, "it went wrong"};
    record.log_tail = "last words";
    return record;
}

/// A launch in which every member has something.
inline LaunchRecord full_launch() {
    LaunchRecord record = launch_of({1, 2}, 3);
    record.launch.blocks.push_back(block({7}, 9));
    record.launch.blocks[1].disturbance.seconds = 0.5;
    record.launch.blocks[1].disturbance.major_faults = 4;
    record.launch.blocks[1].disturbance.waiting_share = 0.25;
    record.launch.blocks[1].disturbed_by = {"4 major page faults"};
    record.launch.blocks[1].yardstick = machine::YardstickReading{2, 236.5, 470, 3.69, 108, 42.5, 24.1, 190.5, 7600000};
    record.effective = {{"jit", std::string("freeze")}, {"threads", std::int64_t{2}}, {"share", 0.5}};
    protocol::Comparison outputs;
    outputs.cosine_similarity = 0.999994;
    outputs.elements = 1000;
    record.accuracy = Accuracy{outputs, {"torch", "2.13.0", "aarch64", "fp32", outputs}};
    record.problem = Problem{"engine_crashed", "signal 11"};
    record.log_tail = "line\nline";
    return record;
}

inline AuditRecord full_audit() {
    AuditRecord record;
    record.cell = "net:batch=1,fpmath=bf16";
    audit::KernelUse use;
    use.kernel.primitive = "convolution";
    use.calls = 2;
    record.audit.kernels.push_back(use);
    record.audit.sequence = {0};
    record.audit.sequence_ms = {1.5};
    record.audit.inferences = 2;
    record.audit.clocks = audit::Audit::Clocks{2, 2.5};
    record.busy_threads = 4;
    record.libraries = {"libtorch_cpu.so"};
    record.engine = some_engine();
    record.problem = Problem{"audit_failed", "no log"};
    return record;
}

}  // namespace gravbench::records
