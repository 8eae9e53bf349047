#include "engine/load.h"

#include <ATen/Context.h>
#include <ATen/Parallel.h>
#include <torch/csrc/jit/codegen/onednn/interface.h>

#include <algorithm>
#include <array>
#include <filesystem>
#include <fstream>
#include <system_error>

#include "base/clock.h"
#include "engine/failure.h"

namespace gravbench::engine {
namespace {

namespace fs = std::filesystem;

std::string listed(const std::vector<Value>& values) {
    std::string text;
    for (const Value& value : values) {
        text += (text.empty() ? "" : ", ") + text_of(value);
    }
    return text;
}

std::string setting(const Json& request, const std::string& name, const std::string& fallback) {
    const auto value =
        optional_member<std::string>(member_or_empty(request, "settings"), name, fallback, "load: settings");
    const std::vector<Value> known = supported_settings().at(name);
    if (std::find(known.begin(), known.end(), Value(value)) == known.end()) {
        throw Failure("setting_not_supported", name + "=" + value + ": this engine knows " + listed(known));
    }
    return value;
}

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
    // Without the error code, a name that is too long or a loop of links throws a filesystem_error.
    std::error_code ignored;
    if (!fs::is_regular_file(path, ignored)) {
        throw Failure("model_not_loadable", path + ": no such file");
    }
    try {
        return torch::jit::load(path, at::kCPU);
    } catch (const std::exception&) {
        throw failure_from_current("model_not_loadable", path + ": " + hint(path));
    }
}

/// Tensors of 4 dimensions are the weights of convolutions.
template <typename Tensors>
void convert_to_channels_last(const Tensors& tensors) {
    for (at::Tensor tensor : tensors) {
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
    if (at::globalContext().hasMKLDNN()) {
        // Before the first run: the executor asks for the pass when it optimises a graph. Off for any other value: it
        // is the process's, and would fuse the graphs of a model that is loaded after one with llga.
        torch::jit::RegisterLlgaFuseGraph::setEnabled(jit == "llga");
    }
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

void apply_globals(const Json& request) {
    at::globalContext().setFloat32MatmulPrecision(setting(request, "matmul-precision", "highest"));
    at::globalContext().setUserEnabledMkldnn(setting(request, "onednn", "on") == "on");
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
    if (at::globalContext().hasMKLDNN()) {
        jit.push_back("llga");
    }
    return {{"jit", jit},
            {"layout", {"contiguous", "channels_last"}},
            {"matmul-precision", {"highest", "high", "medium"}},
            {"onednn", {"on", "off"}}};
}

LoadedModel load_model(const Json& request, protocol::Loaded& reply) {
    const auto path = required<std::string>(request, "model", "load");
    const std::string jit = setting(request, "jit", "none");
    const bool is_channels_last = setting(request, "layout", "contiguous") == "channels_last";
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
        throw failure_from_current("prepare_failed", fs::path(path).filename().string() + ": jit " + jit);
    }
    const std::int64_t finished = monotonic_ns();

    reply.load_ns = loaded - start;
    reply.prepare_ns = finished - loaded;
    reply.effective = effective_globals();
    reply.effective["jit"] = jit;
    reply.effective["layout"] = is_channels_last ? "channels_last" : "contiguous";
    return {std::move(module), fs::path(path).filename().string(), is_channels_last};
}

}  // namespace gravbench::engine
