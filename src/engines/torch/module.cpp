#include "engines/torch/module.h"

#include <ATen/Context.h>
#include <ATen/Parallel.h>
#if __has_include(<torch/csrc/jit/codegen/onednn/interface.h>)
#include <torch/csrc/jit/codegen/onednn/interface.h>
#define GRAVBENCH_HAS_LLGA 1
#endif

#include <array>
#include <filesystem>
#include <fstream>

#include "base/clock.h"
#include "engines/torch/cause.h"

namespace gravbench::torch_engine {
namespace {

using engine::Failure;
using engine::failure_from_current;

/// What the file is, if it is not TorchScript, from its first bytes.
std::string hint(const std::string& path) {
    std::ifstream stream(path, std::ios::binary);
    std::array<char, 16> start{};
    stream.read(start.data(), start.size());
    const std::string bytes(start.data(), static_cast<std::size_t>(stream.gcount()));
    if (bytes.empty()) {
        return "the file is empty";
    }
    if (bytes.rfind("PK", 0) == 0) {
        return "a ZIP archive that is truncated, corrupted, or no TorchScript (torch.save writes state dicts; "
               "torch.jit.save writes TorchScript)";
    }
    if (bytes.size() >= 9 && bytes[8] == '{') {
        return "this looks like safetensors: weights without a program; export the model with torch.jit.trace or "
               "script";
    }
    if (bytes[0] == '\x08') {
        return "this looks like ONNX, which needs another engine";
    }
    if (bytes[0] == '\x80') {
        return "this looks like a pickle (an old torch.save); export the model with torch.jit.trace or script";
    }
    return "not a ZIP archive, so no TorchScript file";
}

torch::jit::Module read_module(const std::string& path) {
    try {
        return torch::jit::load(path, at::kCPU);
    } catch (const std::exception&) {
        throw failure_from_current("model_not_loadable", path + ": " + hint(path), cause_of_current);
    }
}

/// Whether this LibTorch has oneDNN Graph's fuser, which came after 1.13.
bool has_llga() {
#ifdef GRAVBENCH_HAS_LLGA
    return at::globalContext().hasMKLDNN();
#else
    return false;
#endif
}

/// Tensors of 4 dimensions are the weights of convolutions.
template <typename Tensors>
void convert_to_channels_last(const Tensors& tensors) {
    for (const at::Tensor& tensor : tensors) {
        if (tensor.dim() == 4) {
            tensor.set_data(tensor.contiguous(at::MemoryFormat::ChannelsLast));
        }
    }
}

torch::jit::Module prepared(torch::jit::Module module, const std::string& jit, bool is_channels_last) {
    module.eval();
    if (is_channels_last) {
        convert_to_channels_last(module.parameters());
        convert_to_channels_last(module.buffers());
    }
#ifdef GRAVBENCH_HAS_LLGA
    if (has_llga()) {
        // Before the first run: the executor asks for the pass when it optimises a graph. Off for any other value: it
        // is the process's, and would fuse the graphs of a model that is loaded after one with llga.
        torch::jit::RegisterLlgaFuseGraph::setEnabled(jit == "llga");
    }
#endif
    if (jit == "none") {
        return module;
    }
    // A file that was saved frozen has no training attribute; freezing it again changes nothing and fails in old
    // versions.
    const bool is_frozen = !module.hasattr("training");
    if (!is_frozen) {
        module = torch::jit::freeze(module);
    }
    return jit == "ofi" ? torch::jit::optimize_for_inference(module) : module;
}

void apply_globals(const engine::LoadRequest& request) {
    at::globalContext().setFloat32MatmulPrecision(request.word("matmul-precision", "highest"));
    at::globalContext().setUserEnabledMkldnn(request.word("onednn", "on") == "on");
}

std::map<std::string, Value> effective_globals() {
    std::string precision = "highest";
    switch (at::globalContext().float32MatmulPrecision()) {
        case at::Float32MatmulPrecision::HIGH:
            precision = "high";
            break;
        case at::Float32MatmulPrecision::MEDIUM:
            precision = "medium";
            break;
        default:
            break;
    }
    return {{"matmul-precision", precision},
            {"onednn", at::globalContext().userEnabledMkldnn() ? "on" : "off"},
            {"threads", std::int64_t{at::get_num_threads()}}};
}

}  // namespace

std::map<std::string, std::vector<Value>> supported_settings() {
    std::vector<Value> jit{"none", "freeze", "ofi"};
    if (has_llga()) {
        jit.push_back("llga");
    }
    return {{"jit", jit},
            {"layout", {"contiguous", "channels_last"}},
            {"matmul-precision", {"highest", "high", "medium"}},
            {"onednn", {"on", "off"}}};
}

LoadedModule load_module(const engine::LoadRequest& request, protocol::Loaded& reply) {
    const std::string& path = request.model;
    const std::string file = std::filesystem::path(path).filename().string();
    const std::string jit = request.word("jit", "none");
    const bool is_channels_last = request.word("layout", "contiguous") == "channels_last";
    apply_globals(request);

    const std::int64_t start = monotonic_ns();
    torch::jit::Module module = read_module(path);
    const std::int64_t loaded = monotonic_ns();
    if (!module.find_method("forward")) {
        throw Failure("model_not_loadable", path + ": the module has no method forward");
    }
    try {
        module = prepared(std::move(module), jit, is_channels_last);
    } catch (const std::exception&) {
        throw failure_from_current("prepare_failed", file + ": jit " + jit, cause_of_current);
    }
    const std::int64_t finished = monotonic_ns();

    reply.load_ns = loaded - start;
    reply.prepare_ns = finished - loaded;
    reply.effective = effective_globals();
    reply.effective["jit"] = jit;
    reply.effective["layout"] = is_channels_last ? "channels_last" : "contiguous";
    return {std::move(module), is_channels_last};
}

}  // namespace gravbench::torch_engine
