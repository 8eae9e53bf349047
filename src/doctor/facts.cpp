#include "doctor/facts.h"

#include <algorithm>

#include "base/text.h"
#include "machine/host_files.h"

namespace gravbench::doctor {
namespace {

std::string text_member(const Json& json, const char* key) {
    const auto found = json.is_object() ? json.find(key) : json.end();
    return found != json.end() && found->is_string() ? found->get<std::string>() : "";
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

Engine engine_from(const Json& json) {
    const Json& libraries = member_or_empty(json, "libraries");
    return {text_member(json, "name"),
            text_member(json, "version"),
            text_member(json, "arch"),
            text_member(json, "cpu"),
            text_member(json, "isa"),
            text_member(libraries, "torch"),
            text_member(libraries, "onednn"),
            text_member(libraries, "acl"),
            text_member(libraries, "blas"),
            listed(text_member(libraries, "openmp")),
            json};
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
