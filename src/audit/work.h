#pragma once

#include <optional>

#include "audit/kernel.h"

/// What a kernel has to do at least, from its problem descriptor and its types: how good it is follows from that.
namespace gravbench::audit {

/// Floating-point operations of one execution, a multiply-add counting as 2; nothing for a kernel that is no compute
/// kernel or whose descriptor cannot be read.
std::optional<double> floating_point_operations(const Kernel& kernel);

/// Bytes that one execution reads and writes at least: source, weights and destination, each once. Bias, scratchpads
/// and what post-operations read are not counted. Nothing for a kind of kernel, a descriptor or a type that is not
/// known.
std::optional<double> bytes_moved(const Kernel& kernel);

}  // namespace gravbench::audit
