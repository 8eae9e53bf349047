#pragma once

namespace gravbench {

/// What the program's exit status says (README lists them for users).
enum class ExitCode : int {
    fine = 0,
    regression = 1,
    usage = 2,
    accuracy = 3,
    not_trustworthy = 4,
    cell_failed = 5,
    not_written = 6,
    interrupted = 130,
};

}  // namespace gravbench
