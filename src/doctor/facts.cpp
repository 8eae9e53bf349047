#include "doctor/facts.h"

#include <algorithm>

#include "base/text.h"
#include "machine/host_files.h"

namespace gravbench::doctor {
namespace {

std::string library(const protocol::EngineDescription& description, const std::string& name) {
    const auto found = description.libraries.find(name);
    return found == description.libraries.end() ? "" : found->second.value_or("");
}

std::vector<std::string> listed(const std::string& text) {
    std::vector<std::string> names;
    for (const std::string& piece : split(text, ',')) {
        const std::string name(machine::without_blanks(piece));
        if (!name.empty() && std::find(names.begin(), names.end(), name) == names.end()) {
            names.push_back(name);
        }
    }
    return names;
}

}  // namespace

Engine engine_from(const protocol::EngineDescription& description) {
    return {description,
            library(description, "torch"),
            library(description, "onednn"),
            library(description, "acl"),
            library(description, "blas"),
            listed(library(description, "openmp"))};
}

std::optional<std::string> variable(const Facts& facts, const std::string& name) {
    const auto found = facts.environment.find(name);
    return found == facts.environment.end() || found->second.empty() ? std::nullopt : std::optional(found->second);
}

bool has_isa(const Facts& facts, const std::string& extension) {
    const auto& isa = facts.machine.isa;
    return std::find(isa.begin(), isa.end(), extension) != isa.end();
}

bool is_arm(const Facts& facts) {
    return facts.machine.arch == "aarch64" || facts.machine.arch == "arm64";
}

}  // namespace gravbench::doctor
