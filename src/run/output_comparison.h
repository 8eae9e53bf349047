#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>

#include "protocol/messages.h"

namespace gravbench::run {

/// Compares outputs that an engine wrote with those of the reference, as `compare` of docs/protocol.md does, for an
/// engine that does not compare. Throws EngineError: engine_garbled where what the engine wrote cannot be read,
/// reference_not_readable, outputs_do_not_match.
protocol::Comparison compare_files(const std::filesystem::path& outputs, const std::filesystem::path& reference,
                                   std::int64_t batch);

/// The same of the outputs of types with fractions alone; nothing where there are none. Whole numbers, such as the
/// index of a class, stay the same where the numbers behind them do not, and jump where these change by a rounding.
std::optional<protocol::Comparison> compare_real_outputs(const std::filesystem::path& outputs,
                                                         const std::filesystem::path& other, std::int64_t batch);

}  // namespace gravbench::run
