#pragma once

#include <onnxruntime_cxx_api.h>

#include <string>
#include <vector>

#include "engines/common/engine.h"
#include "engines/common/port.h"

namespace gravbench::onnxruntime_engine {

class OnnxRuntimeModel : public engine::Model {
  public:
    explicit OnnxRuntimeModel(Ort::Session session);

    void bind(const std::vector<engine::Argument>& arguments) override;
    protocol::BlockSamples run(const engine::BlockLength& length) override;
    std::vector<engine::NamedTensor> infer() override;

  private:
    std::vector<Ort::Value> call();

    Ort::Session session_;
    std::vector<engine::Port> ports_;
    std::vector<std::string> output_names_;
    /// As Run() takes them.
    std::vector<const char*> input_pointers_;
    std::vector<const char*> output_pointers_;
    std::vector<Ort::Value> inputs_;
};

}  // namespace gravbench::onnxruntime_engine
