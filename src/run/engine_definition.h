#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "plan/plan.h"
#include "run/engine_process.h"

namespace gravbench::run {

/// The engine that --engine names: "torch" is gravbench-torch beside this executable; a name without a slash is a
/// definition in `definitions` (configs/engines); a path that ends in .json is a definition; any other path is a
/// program. Throws UsageError where there is none, ConfigError where a definition is wrong.
Engine find_engine(const std::string& text, const std::filesystem::path& definitions);
/// With the definitions of this installation.
Engine find_engine(const std::string& text);

/// Where it is, and the hash of all files that its command names, its definition too. Nothing where one cannot be read.
std::optional<plan::EngineFile> file_of(const Engine& engine);

/// The names of the definitions there, sorted.
std::vector<std::string> engine_names(const std::filesystem::path& definitions);

/// Reads a definition (docs/engines.md): an object with "name", "command" (the program and its arguments) and, if
/// wanted, "environment" and "remedy". Words that begin with ./ or ../ are relative to the file's folder.
/// Throws ConfigError.
Engine read_engine_definition(const std::filesystem::path& path);

}  // namespace gravbench::run
