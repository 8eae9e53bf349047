#pragma once

#include <optional>
#include <string>
#include <vector>

#include "plan/plan.h"
#include "records/cell_outcome.h"

namespace gravbench::findings {

/// What became of a setting that was asked for, and how that is known.
struct Effect {
    enum class Verdict { engaged, partly, no_effect, unknown };

    std::string setting;
    Value value;
    Verdict verdict = Verdict::unknown;
    std::string evidence;
};

/// "engaged", "partly", "no effect", "unknown"
std::string name_of(Effect::Verdict verdict);
std::optional<Effect::Verdict> verdict_named(const std::string& name);

/// The values of a setting with which a cell is audited again, to show by comparison what its own value does. None for
/// most: what oneDNN's log says of the cell itself is enough.
std::vector<Value> alternatives_for(const std::string& setting, const Value& value);

/// Whether the outputs under the setting are compared with those under its default, to see what it does.
bool looks_at_outputs(const std::string& setting);

/// What became of each setting of the cell that is not at its default, and of its threads. Shapes are not judged, nor
/// is `env`, whose meaning is the user's. `thp_mode` is the host's ("always", "madvise", "never").
std::vector<Effect> effects_of(const plan::Cell& cell, const records::AuditRecord& own,
                               const std::vector<records::Alternative>& alternatives, const std::string& thp_mode);

}  // namespace gravbench::findings
