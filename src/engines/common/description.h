#pragma once

#include <optional>
#include <set>
#include <string>

#include "protocol/messages.h"

namespace gravbench::engine {

/// A hello of this protocol with an engine's name and version, and the machine as this process sees it, emulated or
/// not: arch, cpu and features. The rest is the engine's to say.
protocol::Hello hello_of(const std::string& name, const std::string& version);

/// OMP_NUM_THREADS, for an engine whose library does not read it; all CPUs where it says nothing.
int threads_of_environment();

/// The file names of the shared libraries in this process that start with one of the prefixes, in one text; nothing
/// where there are none.
std::optional<std::string> mapped_libraries(const std::set<std::string>& prefixes);

}  // namespace gravbench::engine
