#include "engine/server.h"

#include <cstdio>
#include <fstream>
#include <map>

#include "engine/comparison.h"
#include "engine/failure.h"
#include "engine/flatten.h"
#include "engine/hello.h"

namespace gravbench::engine {
namespace {

Json error_reply(const Json& id, const std::string& code, const std::string& message) {
    return {{"id", id}, {"reply", "error"}, {"code", code}, {"message", message}};
}

std::int64_t kibibytes(const std::string& line) {
    return std::strtoll(line.c_str() + line.find(':') + 1, nullptr, 10) << 10;
}

protocol::Memory read_memory() {
    protocol::Memory memory;
    std::ifstream status("/proc/self/status");
    for (std::string line; std::getline(status, line);) {
        if (line.rfind("VmHWM:", 0) == 0) {
            memory.peak_rss_bytes = kibibytes(line);
        } else if (line.rfind("VmRSS:", 0) == 0) {
            memory.rss_bytes = kibibytes(line);
        }
    }
    return memory;
}

BlockLength length_from(const Json& request) {
    BlockLength length;
    if (request.contains("count")) {
        length.count = required<std::int64_t>(request, "count", "run");
    } else {
        length.duration_ns = required<std::int64_t>(request, "duration_ns", "run");
        length.minimum_count = optional_member<std::int64_t>(request, "minimum_count", 1, "run");
        length.maximum_count = optional_member<std::int64_t>(request, "maximum_count", length.maximum_count, "run");
    }
    if (length.count.value_or(1) < 1 || length.duration_ns < 0 || length.minimum_count < 1 ||
        length.maximum_count < 1) {
        throw Failure("bad_request", "run: counts must be above 0, and duration_ns not below");
    }
    if (optional_member<std::int64_t>(request, "streams", 1, "run") != 1) {
        throw Failure("bad_request", "run: this engine has one stream");
    }
    return length;
}

}  // namespace

Server::Handler Server::handler_for(const std::string& name) {
    static const std::map<std::string, Handler> handlers{{"hello", &Server::hello},     {"load", &Server::load},
                                                         {"inputs", &Server::inputs},   {"run", &Server::run},
                                                         {"outputs", &Server::outputs}, {"compare", &Server::compare},
                                                         {"memory", &Server::memory},   {"quit", &Server::quit}};
    const auto found = handlers.find(name);
    return found == handlers.end() ? nullptr : found->second;
}

Json Server::answer(const std::string& line) {
    const std::optional<Json> message = protocol::parse_message(line);
    if (!message || !message->contains("id") || !message->contains("request") || !(*message)["request"].is_string()) {
        return error_reply(nullptr, "bad_request",
                           "not a JSON object with id and request: " + protocol::printable(line, 200));
    }
    const Json& request = *message;
    const auto name = request["request"].get<std::string>();
    const Handler handler = handler_for(name);
    if (handler == nullptr) {
        return error_reply(request["id"], "unknown_request", "this engine does not know the request \"" + name + "\"");
    }
    try {
        Json reply{{"id", request["id"]}, {"reply", name}};
        reply.update((this->*handler)(request));
        return reply;
    } catch (const Failure& failure) {
        return error_reply(request["id"], failure.code(), failure.what());
    } catch (const std::exception&) {
        const Failure failure = failure_from_current("bad_request", name);
        return error_reply(request["id"], failure.code(), failure.what());
    }
}

LoadedModel& Server::model() {
    if (!model_) {
        throw Failure("bad_request", "no model was loaded");
    }
    return *model_;
}

const Arguments& Server::arguments() {
    if (!arguments_) {
        throw Failure("bad_request", "no inputs were made");
    }
    return *arguments_;
}

std::vector<NamedTensor> Server::infer_once() {
    try {
        return flatten(infer(model().module, arguments().values));
    } catch (const Failure&) {
        throw;
    } catch (const std::exception&) {
        throw failure_from_current("inference_failed", model().file);
    }
}

Json Server::hello(const Json& request) {
    // Whatever version the front speaks: it decides what to do with an engine of another.
    required<int>(request, "protocol", "hello");
    return protocol::to_json(describe_self());
}

Json Server::load(const Json& request) {
    arguments_.reset();
    model_.reset();
    protocol::Loaded reply;
    model_ = load_model(request, reply);
    return protocol::to_json(reply);
}

Json Server::inputs(const Json& request) {
    arguments_ = make_arguments(request, model().schema(), model().is_channels_last);
    char digest[17];
    std::snprintf(digest, sizeof digest, "%016llx", static_cast<unsigned long long>(arguments_->digest));
    return {{"digest", digest}};
}

Json Server::run(const Json& request) {
    const BlockLength length = length_from(request);
    LoadedModel& loaded = model();
    const Arguments& inputs = arguments();
    try {
        return protocol::to_json(run_block_(loaded.module, inputs.values, length));
    } catch (const std::exception&) {
        throw failure_from_current("inference_failed", loaded.file);
    }
}

Json Server::outputs(const Json& request) {
    const std::vector<NamedTensor> tensors = infer_once();
    write_tensors(required<std::string>(request, "save", "outputs"), tensors);
    Json described = Json::array();
    for (const auto& [name, tensor] : tensors) {
        described.push_back(
            {{"name", name}, {"dtype", dtype_name(tensor.scalar_type())}, {"shape", tensor.sizes().vec()}});
    }
    return {{"tensors", described}};
}

Json Server::compare(const Json& request) {
    const auto reference = read_tensors(required<std::string>(request, "reference", "compare"));
    const auto batch = required<std::int64_t>(request, "batch", "compare");
    const c10::InferenceMode guard;
    return protocol::to_json(engine::compare(infer_once(), reference, batch));
}

Json Server::memory(const Json&) {
    return protocol::to_json(read_memory());
}

Json Server::quit(const Json&) {
    is_finished_ = true;
    return Json::object();
}

}  // namespace gravbench::engine
