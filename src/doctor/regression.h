#pragma once

#include <string>
#include <vector>

#include "doctor/facts.h"

namespace gravbench::doctor {

/// The numbers of a version in their order: "2.13.0+cpu" is {2, 13, 0}. Compares as versions do.
using Version = std::vector<int>;

/// Empty where the text does not begin with a number.
Version version_of(const std::string& text);

/// A fault of some versions that was reported in public and read there.
struct Regression {
    const char* library;  ///< "torch", "onednn" or "linux"
    Version first;        ///< with the fault
    Version mended;       ///< the first without
    bool (*applies)(const Facts& facts);
    const char* what;
    const char* remedy;
    const char* thread;
};

const std::vector<Regression>& regressions();

/// Those that the facts fall under.
std::vector<Regression> known_regressions(const Facts& facts);

}  // namespace gravbench::doctor
