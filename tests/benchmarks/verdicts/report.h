#pragma once

#include <string>
#include <vector>

#include "base/json.h"
#include "rates.h"

namespace gravbench::verdicts {

/// The table's first lines, and a line of it.
std::string headings();
std::string row(const ScenarioRates& rates);

/// What becomes of verdicts that are open, scenario by scenario.
std::string settling_table(const std::vector<ScenarioRates>& rates, const SimulationSize& size);

Json to_json(const std::vector<ScenarioRates>& rates, const SimulationSize& size);

/// What is not as it must be, beyond what chance explains at so many runs: intervals that cover less or more than they
/// say, too many false alarms, or peers that do no worse, so that the simulation would show nothing. Empty where all is
/// well.
std::vector<std::string> faults_of(const std::vector<ScenarioRates>& rates, const SimulationSize& size);

}  // namespace gravbench::verdicts
