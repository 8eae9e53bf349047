#pragma once

#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

#include "engines/common/port.h"

namespace gravbench::aotinductor_engine {

/// What a package says of itself, as words by words.
using Metadata = std::unordered_map<std::string, std::string>;

/// What a package is called with and gives. A package knows no names, so the exporter writes this into its metadata
/// (scripts/exporter/pt2_file.py).
struct Interface {
    std::vector<engine::Port> inputs;
    std::vector<std::string> outputs;
};

/// Nothing where another maker's package says nothing of it. Throws Failure model_not_loadable where it is damaged.
std::optional<Interface> interface_of(const Metadata& metadata, const std::string& file);

/// Throws Failure model_not_loadable where the package was compiled for instructions that this CPU lacks: it would end
/// with an illegal one.
void check_cpu(const Metadata& metadata, const std::string& file);

}  // namespace gravbench::aotinductor_engine
