#pragma once

#include <optional>
#include <set>
#include <string>

#include "protocol/messages.h"

namespace gravbench::engine {

/// The machine as this process sees it, emulated or not: arch, cpu and features. The caller adds the rest.
protocol::EngineDescription described_machine();

/// The file names of the shared libraries in this process that start with one of the prefixes, in one text; nothing
/// where there are none.
std::optional<std::string> mapped_libraries(const std::set<std::string>& prefixes);

}  // namespace gravbench::engine
