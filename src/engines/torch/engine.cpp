#include "engines/torch/engine.h"

#include <ATen/Config.h>
#include <ATen/Parallel.h>
#include <ATen/Version.h>
#include <torch/version.h>

#include <string>

#include "engines/common/description.h"
#include "engines/torch/model.h"
#include "engines/torch/module.h"

namespace gravbench::torch_engine {
namespace {

using engine::mapped_libraries;

/// The word after `marker` in LibTorch's description of its build: "v3.12.0" after "MKL-DNN ".
std::string word_after(const std::string& text, const std::string& marker) {
    const auto start = text.find(marker);
    if (start == std::string::npos) {
        return "";
    }
    const auto from = start + marker.size();
    return text.substr(from, text.find_first_of(" ,\n", from) - from);
}

std::optional<std::string> unless_empty(const std::string& text) {
    return text.empty() ? std::nullopt : std::optional(text);
}

std::map<std::string, std::optional<std::string>> libraries() {
    const std::string build = at::show_config();
    std::string onednn = word_after(build, "MKL-DNN ");
    if (!onednn.empty() && onednn[0] == 'v') {
        onednn.erase(0, 1);
    }
    return {{"torch", TORCH_VERSION},
            {"onednn", unless_empty(onednn)},
            {"acl", mapped_libraries({"libarm_compute"})},
            {"blas", unless_empty(word_after(build, "BLAS_INFO="))},
            {"openmp", mapped_libraries({"libgomp", "libomp", "libiomp"})}};
}

/// What ATen's own kernels dispatch to; LibTorch 1.13 and 2.0 do not say.
std::string isa() {
#if TORCH_VERSION_MAJOR > 2 || (TORCH_VERSION_MAJOR == 2 && TORCH_VERSION_MINOR >= 1)
    return at::get_cpu_capability();
#else
    return "";
#endif
}

}  // namespace

protocol::Hello TorchEngine::describe() const {
    protocol::Hello hello = engine::hello_of("torch", TORCH_VERSION);
    hello.engine.libraries = libraries();
    hello.engine.isa = isa();
    hello.threads = at::get_num_threads();
    hello.settings = supported_settings();
    hello.formats = {"torchscript"};
    // All of them are read by LibTorch and what is linked into it, or by the loader, before main.
    hello.environment_settings = {"threads", "fpmath", "lru-cache", "primitive-cache", "thp", "allocator", "isa"};
    return hello;
}

std::unique_ptr<engine::Model> TorchEngine::load(const engine::LoadRequest& request, protocol::Loaded& reply) {
    return std::make_unique<TorchModel>(load_module(request, reply));
}

}  // namespace gravbench::torch_engine
