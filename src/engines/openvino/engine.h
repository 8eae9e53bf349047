#pragma once

#include <memory>
#include <openvino/runtime/core.hpp>
#include <string>

#include "engines/common/engine.h"

namespace gravbench::openvino_engine {

/// OpenVINO on the CPU: .onnx files.
class OpenVinoEngine : public engine::Engine {
  public:
    protocol::Hello describe() const override;
    std::unique_ptr<engine::Model> load(const engine::LoadRequest& request, protocol::Loaded& reply) override;
    engine::Cause cause() const override;

  private:
    std::shared_ptr<ov::Model> read(const std::string& file);

    ov::Core core_;
};

}  // namespace gravbench::openvino_engine
