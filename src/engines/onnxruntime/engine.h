#pragma once

#include <onnxruntime_cxx_api.h>

#include <memory>

#include "engines/common/engine.h"

namespace gravbench::onnxruntime_engine {

/// ONNX Runtime on the CPU: .onnx files.
class OnnxRuntimeEngine : public engine::Engine {
  public:
    protocol::Hello describe() const override;
    std::unique_ptr<engine::Model> load(const engine::LoadRequest& request, protocol::Loaded& reply) override;

  private:
    Ort::Env environment_{ORT_LOGGING_LEVEL_WARNING, "gravbench"};
};

}  // namespace gravbench::onnxruntime_engine
