#pragma once

#include <openvino/runtime/compiled_model.hpp>
#include <openvino/runtime/infer_request.hpp>
#include <string>
#include <vector>

#include "engines/common/engine.h"
#include "engines/common/port.h"

namespace gravbench::openvino_engine {

class OpenVinoModel : public engine::Model {
  public:
    explicit OpenVinoModel(ov::CompiledModel compiled);

    void bind(const std::vector<engine::Argument>& arguments) override;
    protocol::BlockSamples run(const engine::BlockLength& length) override;
    std::vector<engine::NamedTensor> infer() override;

  private:
    ov::CompiledModel compiled_;
    ov::InferRequest request_;
    std::vector<engine::Port> ports_;
    std::vector<std::string> output_names_;
};

}  // namespace gravbench::openvino_engine
