#include "engines/onnxruntime/engine.h"

#include <fstream>
#include <utility>

#include "base/clock.h"
#include "engines/common/description.h"
#include "engines/onnxruntime/model.h"

namespace gravbench::onnxruntime_engine {
namespace {

using engine::LoadRequest;

struct Level {
    const char* name;
    GraphOptimizationLevel level;
};

constexpr Level levels[] = {
    {"off", ORT_DISABLE_ALL}, {"basic", ORT_ENABLE_BASIC}, {"extended", ORT_ENABLE_EXTENDED}, {"all", ORT_ENABLE_ALL}};

/// MLAS multiplies f32 in BF16 on Arm only, where the CPU has it and the session asks for it (docs/facts.md).
#if defined(__aarch64__)
constexpr bool has_bf16_math = true;
#else
constexpr bool has_bf16_math = false;
#endif

Ort::SessionOptions options_from(const LoadRequest& request) {
    Ort::SessionOptions options;
    options.SetIntraOpNumThreads(static_cast<int>(request.number("threads", engine::threads_of_environment())));
    const std::string wanted = request.word("graph-optimization", "all");
    for (const Level& one : levels) {
        if (wanted == one.name) {
            options.SetGraphOptimizationLevel(one.level);
        }
    }
    if (request.word("arena", "on") == "off") {
        options.DisableCpuMemArena();
    }
    if (request.word("fpmath", "strict") == "bf16") {
        options.AddConfigEntry("mlas.enable_gemm_fastmath_arm64_bfloat16", "1");
    }
    return options;
}

/// An ONNX file is a protocol buffer, of which any bytes may be one: what it certainly is not.
std::string hint(const std::string& path) {
    std::ifstream stream(path, std::ios::binary);
    const int first = stream.get();
    if (first == std::ifstream::traits_type::eof()) {
        return "the file is empty";
    }
    return first == 'P' ? "a ZIP archive, as TorchScript is; ONNX Runtime reads .onnx files"
                        : "truncated, corrupted, or no ONNX file";
}

std::string code_of(const Ort::Exception& error) {
    return error.GetOrtErrorCode() == ORT_NOT_IMPLEMENTED ? "prepare_failed" : "model_not_loadable";
}

}  // namespace

protocol::Hello OnnxRuntimeEngine::describe() const {
    protocol::Hello hello = engine::hello_of("onnxruntime", Ort::GetVersionString());
    hello.engine.libraries = {{"onnxruntime", Ort::GetVersionString()}};
    hello.threads = engine::threads_of_environment();
    hello.formats = {"onnx"};
    std::vector<Value> optimizations;
    for (const Level& one : levels) {
        optimizations.emplace_back(one.name);
    }
    hello.settings = {{"threads", {}}, {"graph-optimization", optimizations}, {"arena", {"on", "off"}}};
    hello.settings["fpmath"] = has_bf16_math ? std::vector<Value>{"strict", "bf16"} : std::vector<Value>{"strict"};
    hello.environment_settings = std::vector<std::string>{"allocator"};
    return hello;
}

std::unique_ptr<engine::Model> OnnxRuntimeEngine::load(const LoadRequest& request, protocol::Loaded& reply) {
    const Ort::SessionOptions options = options_from(request);
    const std::int64_t start = monotonic_ns();
    try {
        // Reads and optimises in one call.
        Ort::Session session(environment_, request.model.c_str(), options);
        reply.prepare_ns = monotonic_ns() - start;
        // What is in force cannot be read back from a session, so nothing is said of it.
        return std::make_unique<OnnxRuntimeModel>(std::move(session));
    } catch (const Ort::Exception& error) {
        throw engine::failure_from_current(code_of(error), request.model + ": " + hint(request.model));
    }
}

}  // namespace gravbench::onnxruntime_engine
