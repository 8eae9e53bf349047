#pragma once

#include <memory>

#include "engines/common/engine.h"
#include "engines/torch/cause.h"

namespace gravbench::aotinductor_engine {

/// Packages of AOTInductor (.pt2): models that were compiled ahead of time, for one kind of CPU, run by LibTorch.
class AotInductorEngine : public engine::Engine {
  public:
    protocol::Hello describe() const override;
    std::unique_ptr<engine::Model> load(const engine::LoadRequest& request, protocol::Loaded& reply) override;
    engine::Cause cause() const override { return torch_engine::cause_of_current; }
};

}  // namespace gravbench::aotinductor_engine
