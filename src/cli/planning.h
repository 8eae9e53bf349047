#pragma once

#include <functional>
#include <vector>

#include "machine/machine.h"
#include "plan/plan.h"
#include "run/engine_process.h"

namespace gravbench::cli {

/// A plan that can be measured: all that can be wrong with it was looked for.
struct Prepared {
    plan::Plan plan;
    std::vector<run::Engine> engines;  ///< by Plan::engines
    machine::Machine host;
};

/// The plan, as far as it does not depend on what these engines know: none is started. Throws UsageError, DataError.
plan::Plan draft_of(const plan::Layer& given, std::vector<plan::EngineChoice> choices);

/// From what was given to a plan: finds its engines, starts each once and asks who it is, and checks everything that a
/// run relies on. `complete` adds what the command itself wants of a plan; it is called twice, for what is wrong
/// whatever the engines are is found before one is started. Throws UsageError, DataError, EngineError, Interrupted.
Prepared prepare(const plan::Layer& given, const std::function<void(plan::Plan& plan)>& complete);

/// How long the run will take, as far as that can be told before the first launch.
std::string time_plan(const plan::Plan& plan);

}  // namespace gravbench::cli
