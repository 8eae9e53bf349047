#include "engines/aotinductor/interface.h"

#include <sys/utsname.h>

#include <set>

#include "base/errors.h"
#include "base/json.h"
#include "base/text.h"
#include "engines/common/cpu_features.h"
#include "engines/common/failure.h"

namespace gravbench::aotinductor_engine {
namespace {

using engine::Failure;

std::string word(const Metadata& metadata, const std::string& key) {
    const auto found = metadata.find(key);
    return found == metadata.end() ? "" : found->second;
}

engine::Port port_from(const Json& entry, const std::string& where) {
    engine::Port port;
    port.name = required<std::string>(entry, "name", where);
    port.type = &engine::element_type(required<std::string>(entry, "dtype", where));
    port.shape = required<std::vector<std::int64_t>>(entry, "shape", where);
    return port;
}

std::string architecture() {
    utsname names{};
    return ::uname(&names) == 0 ? names.machine : "";
}

}  // namespace

std::optional<Interface> interface_of(const Metadata& metadata, const std::string& file) {
    const std::string inputs = word(metadata, "gravbench.inputs");
    const std::string outputs = word(metadata, "gravbench.outputs");
    if (inputs.empty() && outputs.empty()) {
        return std::nullopt;
    }
    Interface interface;
    try {
        const Json described = parse_located(inputs, file + ": gravbench.inputs").value;
        for (const Json& entry : described) {
            interface.inputs.push_back(port_from(entry, file + ": gravbench.inputs"));
        }
        const Json names{{"names", parse_located(outputs, file + ": gravbench.outputs").value}};
        interface.outputs = required<std::vector<std::string>>(names, "names", file + ": gravbench.outputs");
    } catch (const std::exception&) {
        throw engine::failure_from_current("model_not_loadable", file + ": its description is damaged");
    }
    return interface;
}

void check_cpu(const Metadata& metadata, const std::string& file) {
    const std::string machine = word(metadata, "AOTI_MACHINE");
    if (!machine.empty() && machine != architecture()) {
        throw Failure("model_not_loadable", file + ": was compiled for " + machine + ", and this is " + architecture() +
                                                ": export it again here");
    }
    const std::set<std::string> has = engine::cpu_flags();
    std::string lacks;
    for (const std::string& flag : split(word(metadata, "gravbench.cpu"), ' ')) {
        lacks += flag.empty() || has.count(flag) != 0 ? "" : (lacks.empty() ? "" : ", ") + flag;
    }
    if (!lacks.empty()) {
        throw Failure("model_not_loadable",
                      file + ": was compiled for a CPU with " + lacks + ", which this one lacks: export it again here");
    }
}

}  // namespace gravbench::aotinductor_engine
