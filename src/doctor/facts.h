#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "doctor/activity.h"
#include "doctor/host.h"
#include "doctor/measurement.h"
#include "machine/machine.h"
#include "protocol/messages.h"

namespace gravbench::doctor {

/// An engine, and the libraries in it that the checks know. Empty where it does not say.
struct Engine {
    protocol::EngineDescription description;
    std::string torch;  ///< LibTorch's version, where it is one
    std::string onednn;
    std::string acl;
    std::string blas;
    std::vector<std::string> openmp;  ///< runtimes in its process
};

Engine engine_from(const protocol::EngineDescription& description);

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
