#pragma once

#include <string>

namespace gravbench::records {

/// A reason not to trust a cell, as it stands in the document. findings/problem.h has the table of codes.
struct Problem {
    std::string code;
    std::string message;

    bool operator==(const Problem&) const = default;
};

}  // namespace gravbench::records
