#pragma once

#include <ATen/Tensor.h>
#include <torch/csrc/inductor/aoti_package/model_package_loader.h>

#include <memory>
#include <optional>
#include <utility>
#include <vector>

#include "engines/aotinductor/interface.h"
#include "engines/common/engine.h"

namespace gravbench::aotinductor_engine {

class AotInductorModel : public engine::Model {
  public:
    using Loader = torch::inductor::AOTIModelPackageLoader;

    AotInductorModel(std::unique_ptr<Loader> loader, std::optional<Interface> interface)
        : loader_(std::move(loader)), interface_(std::move(interface)) {}

    void bind(const std::vector<engine::Argument>& arguments) override;
    protocol::BlockSamples run(const engine::BlockLength& length) override;
    std::vector<engine::NamedTensor> infer() override;

  private:
    std::unique_ptr<Loader> loader_;
    std::optional<Interface> interface_;
    std::vector<at::Tensor> inputs_;
};

}  // namespace gravbench::aotinductor_engine
