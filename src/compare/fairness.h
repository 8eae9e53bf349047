#pragma once

#include <string>
#include <vector>

#include "compare/matching.h"

namespace gravbench::compare {

/// Something in which the two sides differ beyond what is being compared, so that a difference of their figures may be
/// its doing.
struct Warning {
    std::string code;       ///< "machine", "model_file", "warmup": the check's name
    std::string message;    ///< with both values
    std::size_t cells = 0;  ///< how many pairs of cells it is about; 0 for the documents as a whole
};

/// Every check of the guard (the table in fairness.cpp), each message once.
std::vector<Warning> unfairness(const MeasuredDocument& base, const MeasuredDocument& other, const Matches& matches);

}  // namespace gravbench::compare
