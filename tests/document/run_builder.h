#pragma once

#include <utility>
#include <vector>

#include "document/build.h"
#include "findings/outcome_builder.h"

/// Documents as a run makes them, from cells and what happened to each.
namespace gravbench::test {

inline plan::Model some_model() {
    plan::Model model;
    model.name = "net";
    model.is_bundle = true;
    model.files[{}] = {"/bundles/net/fp32.pt", std::string(64, 'a'), "f32"};
    model.files[{"torchscript", "bf16"}] = {"/bundles/net/bf16.pt", std::string(64, 'b'), "bf16"};
    model.source = {{"library", "transformers"}};
    model.weights = {{"kind", "pretrained"}};
    return model;
}

inline machine::Machine graviton3() {
    machine::Machine machine;
    machine.instance_type = "c7g.xlarge";
    machine.arch = "aarch64";
    machine.cpu = "Neoverse V1 (Graviton3)";
    machine.vcpus = machine.usable_cpus = machine.physical_cores = 4;
    machine.threads_per_core = 1;
    machine.memory_bytes = std::int64_t{8} << 30;
    return machine;
}

inline document::Run some_run() {
    document::Run run;
    run.id = "20260725-1";
    run.started = "2026-07-25T09:00:00Z";
    run.finished = "2026-07-25T09:10:00Z";
    run.tool = {"0.1.0", "abc"};
    run.command = "gravbench run net";
    run.seed = 1;
    return run;
}

using CellsAndOutcomes = std::vector<std::pair<plan::Cell, records::CellOutcome>>;

inline document::Document document_of(const CellsAndOutcomes& cells, const machine::Machine& host = graviton3(),
                                      const plan::RunOptions& options = fixed_launches()) {
    plan::Plan plan;
    plan.options = options;
    plan.models.push_back(some_model());
    records::RunOutcome outcome;
    for (const auto& [cell, of_cell] : cells) {
        plan.cells.push_back(cell);
        outcome.cells.push_back(of_cell);
    }
    return document::build(some_run(), host, plan, outcome);
}

/// The document's one cell.
inline document::Cell cell_of(const records::CellOutcome& outcome, const plan::Cell& cell = some_cell()) {
    return document_of({{cell, outcome}}).cells.at(0);
}

/// Of an audit with a convolution of this time in each of its inferences.
inline records::AuditRecord some_audit(double kernel_ms, double inference_ms) {
    const std::string ms = std::to_string(kernel_ms);
    records::AuditRecord record;
    record.audit = audit::make_audit(
        {"onednn_verbose,v1,info,oneDNN v3.12.0 (commit x)\n",
         "onednn_verbose,v1,primitive,exec,cpu,convolution,jit:sve_256,undef,src:f32::blocked:abcd::f0 "
         "wei:f32::blocked:abcd::f0 dst:f32::blocked:abcd::f0,attr-scratchpad:user,,mb1_ic8oc8_ih4oh4kh1_iw4ow4kw1," +
             ms + "\n"},
        {static_cast<std::int64_t>(inference_ms * 1e6)});
    record.engine = some_engine();
    record.busy_threads = 4;
    return record;
}

}  // namespace gravbench::test
