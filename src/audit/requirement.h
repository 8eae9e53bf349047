#pragma once

#include <optional>
#include <string>
#include <vector>

#include "audit/audit.h"

namespace gravbench::audit {

/// Something that a cell's audit must show, of `--require`.
struct Requirement {
    std::string name;
    double share = 0;  ///< least share of the time of convolutions and matmuls, where the requirement has one

    bool operator==(const Requirement&) const = default;
};

/// A kind of requirement. The table `requirement_kinds()` is the only list of them.
struct RequirementKind {
    std::string name;
    bool has_share;
    std::string help;
    /// What is wrong, with the kernels at fault; nothing where the requirement is met.
    std::optional<std::string> (*complaint)(const Audit& audit, double share);
};

const std::vector<RequirementKind>& requirement_kinds();

/// The least share where none is given: the Graviton path in BF16 has about 95% (docs/facts.md).
inline constexpr double default_share = 0.9;

/// Reads "bf16", "acl=0.95", "no-ref". Throws UsageError.
Requirement parse_requirement(const std::string& text);

/// "bf16=0.9"
std::string describe(const Requirement& requirement);

std::optional<std::string> complaint(const Requirement& requirement, const Audit& audit);

/// "bf16[=0.9], acl[=0.9], no-ref, no-steady-miss"
std::string requirement_names();

}  // namespace gravbench::audit
