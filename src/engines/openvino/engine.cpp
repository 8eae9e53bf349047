#include "engines/openvino/engine.h"

#include <openvino/core/version.hpp>
#include <openvino/runtime/properties.hpp>
#include <string>
#include <utility>

#include "base/clock.h"
#include "base/text.h"
#include "engines/common/description.h"
#include "engines/openvino/model.h"

namespace gravbench::openvino_engine {
namespace {

using engine::LoadRequest;

constexpr const char* device = "CPU";

/// The bundle's word for it: what is in force may be a type that nobody can ask for (f16 on Arm).
std::string dtype_of(const ov::element::Type& type) {
    return type == ov::element::f32 ? "fp32" : type == ov::element::f16 ? "fp16" : type.get_type_name();
}

/// The precision is always said: by default it is whichever the CPU is fastest in, and of an "execution" for
/// performance weights that are compressed may be multiplied in int8.
ov::AnyMap properties_from(const LoadRequest& request) {
    const bool is_bf16 = request.word("dtype", "fp32") == "bf16";
    const bool is_for_throughput = request.word("hint", "latency") == "throughput";
    return {
        ov::hint::inference_precision(is_bf16 ? ov::element::bf16 : ov::element::f32),
        ov::hint::execution_mode(is_bf16 ? ov::hint::ExecutionMode::PERFORMANCE : ov::hint::ExecutionMode::ACCURACY),
        ov::hint::performance_mode(is_for_throughput ? ov::hint::PerformanceMode::THROUGHPUT
                                                     : ov::hint::PerformanceMode::LATENCY),
        ov::inference_num_threads(
            static_cast<std::int32_t>(request.number("threads", engine::threads_of_environment())))};
}

std::map<std::string, Value> in_force(const ov::CompiledModel& model) {
    const bool is_for_throughput =
        model.get_property(ov::hint::performance_mode) == ov::hint::PerformanceMode::THROUGHPUT;
    return {{"dtype", dtype_of(model.get_property(ov::hint::inference_precision))},
            {"threads", std::int64_t{model.get_property(ov::inference_num_threads)}},
            {"hint", is_for_throughput ? "throughput" : "latency"}};
}

/// OpenVINO's texts begin with where in its source they come from.
std::string cause_of_openvino() {
    std::string cause;
    for (const std::string& line : split(engine::cause_of_current(), '\n')) {
        const bool is_place = line.starts_with("Exception from ") || line.starts_with("Check '");
        if (!is_place && !line.empty()) {
            cause += (cause.empty() ? "" : "\n") + line;
        }
    }
    return cause.empty() ? engine::cause_of_current() : cause;
}

}  // namespace

protocol::Hello OpenVinoEngine::describe() const {
    protocol::Hello hello = engine::hello_of("openvino", ov::get_openvino_version().buildNumber);
    core_.get_property(device, ov::device::capabilities);  // Loads what computes on the CPU, before it is asked to.
    hello.engine.libraries = {{"openvino", hello.engine.version}, {"tbb", engine::mapped_libraries({"libtbb.so"})}};
    hello.threads = engine::threads_of_environment();
    hello.settings = {{"threads", {}}, {"hint", {"latency", "throughput"}}, {"dtype", {"fp32", "bf16"}}};
    hello.formats = {"onnx"};
    hello.environment_settings = std::vector<std::string>{"allocator"};
    return hello;
}

std::shared_ptr<ov::Model> OpenVinoEngine::read(const std::string& file) {
    try {
        return core_.read_model(file);
    } catch (const ov::Exception&) {
        throw engine::failure_from_current("model_not_loadable", file, cause_of_openvino);
    }
}

std::unique_ptr<engine::Model> OpenVinoEngine::load(const LoadRequest& request, protocol::Loaded& reply) {
    const std::int64_t start = monotonic_ns();
    const std::shared_ptr<ov::Model> model = read(request.model);
    const std::int64_t is_read = monotonic_ns();
    ov::CompiledModel compiled = core_.compile_model(model, device, properties_from(request));
    reply.load_ns = is_read - start;
    reply.prepare_ns = monotonic_ns() - is_read;
    reply.effective = in_force(compiled);
    return std::make_unique<OpenVinoModel>(std::move(compiled));
}

engine::Cause OpenVinoEngine::cause() const {
    return cause_of_openvino;
}

}  // namespace gravbench::openvino_engine
