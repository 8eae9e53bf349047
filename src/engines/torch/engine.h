#pragma once

#include <memory>

#include "engines/common/engine.h"
#include "engines/torch/cause.h"

namespace gravbench::torch_engine {

/// LibTorch and what is linked into it: TorchScript files.
class TorchEngine : public engine::Engine {
  public:
    protocol::Hello describe() const override;
    std::unique_ptr<engine::Model> load(const engine::LoadRequest& request, protocol::Loaded& reply) override;
    engine::Cause cause() const override { return cause_of_current; }
};

}  // namespace gravbench::torch_engine
