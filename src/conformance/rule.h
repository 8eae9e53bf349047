#pragma once

#include <stdexcept>
#include <string>
#include <vector>

namespace gravbench::conformance {

class Examination;

/// A rule of docs/protocol.md that an engine did not keep: what it was asked, what it did.
class Broken : public std::runtime_error {
  public:
    using std::runtime_error::runtime_error;
};

/// A rule that does not concern this engine, or cannot be seen here, and why.
class NotChecked : public std::runtime_error {
  public:
    using std::runtime_error::runtime_error;
};

struct Rule {
    const char* name;  ///< "run.count": the request, and what about it
    const char* says;  ///< one sentence: "`run` with a count makes exactly so many inferences"
    bool needs_model;
    /// Speaks to the engine. Throws Broken and NotChecked; EngineError where it cannot be started, and Interrupted; and
    /// whatever is wrong on this side.
    void (*check)(Examination& examination);
};

/// All of them, in the order in which they are checked.
const std::vector<Rule>& rules();

// The rules by what they are about, each group in a file of its own.
std::vector<Rule> hello_rules();
std::vector<Rule> message_rules();
std::vector<Rule> load_rules();
std::vector<Rule> input_rules();
std::vector<Rule> run_rules();
std::vector<Rule> output_rules();
std::vector<Rule> life_rules();

}  // namespace gravbench::conformance
