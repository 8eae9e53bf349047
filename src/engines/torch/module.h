#pragma once

#include <torch/script.h>

#include <map>
#include <string>
#include <vector>

#include "engines/common/engine.h"

namespace gravbench::torch_engine {

/// The settings of `load` and the values that this build of LibTorch knows, for hello.
std::map<std::string, std::vector<Value>> supported_settings();

/// A module that is ready to run.
struct LoadedModule {
    torch::jit::Module module;
    bool is_channels_last = false;
};

/// Carries out a `load` request: applies the settings, reads the file, prepares it, and says in `reply` how long it
/// took and what is in force. Throws Failure.
LoadedModule load_module(const engine::LoadRequest& request, protocol::Loaded& reply);

}  // namespace gravbench::torch_engine
