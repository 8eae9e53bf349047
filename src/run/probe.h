#pragma once

#include <chrono>
#include <filesystem>

#include "protocol/messages.h"
#include "run/engine_process.h"

namespace gravbench::run {

/// One short launch that tells who the engine is, before anything is measured: a wrong engine is found in a second. Its
/// log lies in `work_folder`. Throws EngineError with the engine's program and its last words, and Interrupted once the
/// stop descriptor is readable.
protocol::Hello probe_engine(const Engine& engine, const std::filesystem::path& work_folder,
                             std::chrono::nanoseconds timeout, int stop_descriptor);

}  // namespace gravbench::run
