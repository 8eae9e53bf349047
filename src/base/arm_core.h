#pragma once

#include <string>

namespace gravbench {

/// Name of an Arm core from MIDR's implementer and part number, "Neoverse V1" for 0x41 and 0xd40; empty where unknown.
/// Numbers: Arm's Technical Reference Manuals, as listed in Linux's arch/arm64/include/asm/cputype.h.
std::string arm_core_name(int implementer, int part);

}  // namespace gravbench
