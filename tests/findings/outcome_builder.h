#pragma once

#include <string>
#include <vector>

#include "figures/launch_builder.h"
#include "findings/problem.h"
#include "plan/plan.h"
#include "records/cell_outcome.h"

/// Cells and what a run saw of them. A test changes the members that it is about.
namespace gravbench::test {

inline protocol::EngineDescription some_engine() {
    return {"torch", "2.13.0", {{"onednn", "3.12.0"}}, "aarch64", "Neoverse-V1", "SVE256", std::nullopt};
}

inline records::LaunchRecord record_of(records::Launch launch) {
    records::LaunchRecord record;
    record.cell = "net:batch=1";
    record.launch = std::move(launch);
    record.engine = some_engine();
    record.environment = {{"OMP_NUM_THREADS", "4"}};
    return record;
}

inline records::LaunchRecord failed_launch(const std::string& code, int number = 0) {
    records::LaunchRecord record = record_of(launch({}, number));
    record.launch.blocks.clear();
    record.problem = records::Problem{code, "it went wrong"};
    record.log_tail = "last words";
    return record;
}

inline records::CellOutcome outcome_of(const figures::Launches& launches) {
    records::CellOutcome outcome;
    for (const records::Launch& one : launches) {
        outcome.launches.push_back(record_of(one));
    }
    return outcome;
}

/// Of launches that differ by 1 ms, not in order, so that nothing drifts.
inline records::CellOutcome launches(int count) {
    figures::Launches all;
    for (int i = 0; i < count; ++i) {
        const double slower = (i ^ 1) < count ? i ^ 1 : i;
        all.push_back(launch({10 + slower, 11 + slower, 12 + slower, 10.5 + slower, 11.5 + slower}, i));
    }
    return outcome_of(all);
}

/// The comparison with the reference that a launch made.
inline records::Accuracy some_accuracy(std::optional<double> cosine = 0.999994) {
    records::Accuracy accuracy;
    accuracy.outputs = {cosine, 0.34, 0.0011, 1.0, cosine ? 0 : 3, 1000};
    accuracy.reference = {"torch", "2.13.0", "aarch64", "fp32", std::nullopt};
    return accuracy;
}

/// Of a run with as many launches as there are: nobody asks for a precision.
inline plan::RunOptions fixed_launches() {
    plan::RunOptions options;
    options.sampling.has_fixed_launches = true;
    return options;
}

/// A cell of "net" with batch 1 and these settings beside the defaults.
inline plan::Cell some_cell(const plan::Settings& changes = {}, const plan::Shape& shape = {{"batch", 1}}) {
    plan::Cell cell;
    for (const plan::Setting& setting : plan::settings()) {
        if (setting.via != plan::Setting::Via::shape && setting.via != plan::Setting::Via::program) {
            cell.settings[setting.name] = setting.default_value;
        }
    }
    for (const auto& [name, value] : changes) {
        cell.settings[name] = value;
    }
    cell.identity = {"net", plan::default_engine, shape, plan::without_defaults(cell.settings), {}, 1};
    cell.key = plan::key_of(cell.identity);
    return cell;
}

inline std::vector<std::string> codes_of(const std::vector<findings::Problem>& problems) {
    std::vector<std::string> codes;
    for (const findings::Problem& problem : problems) {
        codes.push_back(problem.code);
    }
    return codes;
}

}  // namespace gravbench::test
