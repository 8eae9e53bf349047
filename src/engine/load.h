#pragma once

#include <torch/script.h>

#include <map>
#include <string>
#include <vector>

#include "base/json.h"
#include "protocol/messages.h"

namespace gravbench::engine {

/// The settings of `load` and the values that this build of LibTorch knows, for hello.
std::map<std::string, std::vector<Value>> supported_settings();

/// A model that is ready to run.
struct LoadedModel {
    torch::jit::Module module;
    std::string file;
    bool is_channels_last = false;

    const c10::FunctionSchema& schema() const { return module.get_method("forward").function().getSchema(); }
};

/// Carries out a `load` request: applies the settings, reads the file, prepares it, and says in `reply` how long it
/// took and what is in force. Throws Failure.
LoadedModel load_model(const Json& request, protocol::Loaded& reply);

}  // namespace gravbench::engine
