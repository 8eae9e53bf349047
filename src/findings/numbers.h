#pragma once

#include "findings/kernel_effect.h"

/// What outputs say of a setting's effect: those under it against those without it. A log shows what was asked of a
/// library, and may be silent about what it made of it: oneDNN 2.x with Arm Compute Library multiplies f32 in BF16 and
/// prints f32.
namespace gravbench::findings {

/// What the outputs can say of a setting.
enum class Numbers {
    nothing,  ///< they do not depend on it, or there is nothing to compare them with
    hints,    ///< it may leave them alone and have an effect all the same (jit, layout)
    proof,    ///< it is about precision: one that changes no bit does nothing
};

/// The judgement by other evidence, where there is some, after these outputs were looked at. `comparison` is of the
/// outputs under the setting with those under `other`; where they hold NaN or infinity it says nothing.
Judgement weighed(Judgement judgement, Numbers numbers, const protocol::Comparison& comparison, const Value& other);

}  // namespace gravbench::findings
