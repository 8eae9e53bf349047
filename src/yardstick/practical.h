#pragma once

#include <filesystem>

#include "machine/yardstick.h"

namespace gravbench::yardstick {

/// The program that measures it, beside this one: gravbench-onednn (onednn_main.cpp), a process of its own. OpenMP
/// reads its number of threads while it is loaded, and may then bind the thread that loads it to one CPU, which would
/// be seen in every reading of the yardstick.
inline constexpr const char* practical_program = "gravbench-onednn";

/// Starts that program and waits for what it prints. Throws DataError where it is not there or does not measure.
machine::PracticalPeaks practical_peaks(const std::filesystem::path& program, int threads);

}  // namespace gravbench::yardstick
