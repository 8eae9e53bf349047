#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "base/json.h"
#include "doctor/activity.h"
#include "doctor/host.h"
#include "doctor/measurement.h"
#include "machine/machine.h"

namespace gravbench::doctor {

/// What an engine says of itself. Empty where it does not say.
struct Engine {
    std::string name;
    std::string version;
    std::string arch;
    std::string cpu;
    std::string isa;
    std::string torch;  ///< LibTorch's version, where it is one
    std::string onednn;
    std::string acl;
    std::string blas;
    std::vector<std::string> openmp;  ///< runtimes in its process
    Json json;                        ///< all of it, for the report
};

/// From the results document's "engine".
Engine engine_from(const Json& json);

/// All that the checks look at, so that a test can bring any machine.
struct Facts {
    machine::Machine machine;
    Host host;
    std::map<std::string, std::string> environment;  ///< of the shell, not that of engines
    std::optional<Engine> engine;
    std::string engine_error;  ///< why there is none; empty where none was asked for
    Timer timer;
    std::optional<Noise> noise;
    Activity quiet;   ///< while this process waited
    Activity loaded;  ///< while it measured the noise
};

/// The variable's value; nothing where it is not set or empty, which all the runtimes treat alike.
std::optional<std::string> variable(const Facts& facts, const std::string& name);

bool has_isa(const Facts& facts, const std::string& extension);
bool is_arm(const Facts& facts);

}  // namespace gravbench::doctor
