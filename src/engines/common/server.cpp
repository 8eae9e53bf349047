#include "engines/common/server.h"

#include <algorithm>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <map>

#include "engines/common/comparison.h"
#include "engines/common/tensor_file.h"
#include "protocol/line.h"

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

std::string listed(const std::vector<Value>& values) {
    std::string text;
    for (const Value& value : values) {
        text += (text.empty() ? "" : ", ") + text_of(value);
    }
    return text;
}

/// Those that the engine lists. The front sends no others, and what a later version may send is ignored.
std::map<std::string, Value> settings_from(const Json& request, const protocol::Hello& hello) {
    std::map<std::string, Value> settings;
    for (const auto& [name, json] : member_or_empty(request, "settings").items()) {
        const auto known = hello.settings.find(name);
        if (known == hello.settings.end()) {
            continue;
        }
        const std::optional<Value> value = protocol::value_from(json);
        if (json.is_null()) {
            continue;  // Left at its default.
        }
        const std::vector<Value>& values = known->second;
        const auto is_like = [&](const Value& one) { return value && one.index() == value->index(); };
        if (!value || (!values.empty() && std::none_of(values.begin(), values.end(), is_like))) {
            throw Failure("bad_request", "load: settings: " + name + " is of the wrong type: " + json.dump());
        }
        if (!values.empty() && std::find(values.begin(), values.end(), *value) == values.end()) {
            throw Failure("setting_not_supported",
                          name + "=" + text_of(*value) + ": this engine knows " + listed(values));
        }
        settings[name] = *value;
    }
    return settings;
}

}  // namespace

std::string LoadRequest::word(const std::string& name, const std::string& fallback) const {
    const auto found = settings.find(name);
    return found == settings.end() ? fallback : text_of(found->second);
}

std::int64_t LoadRequest::number(const std::string& name, std::int64_t fallback) const {
    const auto found = settings.find(name);
    if (found == settings.end()) {
        return fallback;
    }
    const auto* const number = std::get_if<std::int64_t>(&found->second);
    if (number == nullptr) {
        throw Failure("setting_not_supported", name + "=" + text_of(found->second) + ": a whole number is expected");
    }
    return *number;
}

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
        const Failure failure = failure_from_current("bad_request", name, engine_.cause());
        return error_reply(request["id"], failure.code(), failure.what());
    }
}

/// What `action` gives; what the library throws meanwhile becomes a Failure of this code.
template <typename Action>
auto Server::attempt(const char* code, Action action) {
    try {
        return action();
    } catch (const Failure&) {
        throw;
    } catch (...) {
        throw failure_from_current(code, file_, engine_.cause());
    }
}

const protocol::Hello& Server::description() {
    if (!description_) {
        description_ = engine_.describe();
    }
    return *description_;
}

Model& Server::loaded_model() {
    if (!model_) {
        throw Failure("bad_request", "no model was loaded");
    }
    return *model_;
}

Model& Server::bound_model() {
    Model& model = loaded_model();
    if (!has_inputs_) {
        throw Failure("bad_request", "no inputs were made");
    }
    return model;
}

std::vector<NamedTensor> Server::infer_once() {
    Model& model = bound_model();
    return attempt("inference_failed", [&] { return model.infer(); });
}

Json Server::hello(const Json& request) {
    // Whatever version the front speaks: it decides what to do with an engine of another.
    required<int>(request, "protocol", "hello");
    return protocol::to_json(description());
}

Json Server::load(const Json& request) {
    has_inputs_ = false;
    model_.reset();
    LoadRequest wanted;
    wanted.model = required<std::string>(request, "model", "load");
    wanted.dtype = optional_member<std::string>(request, "dtype", "", "load");
    wanted.settings = settings_from(request, description());
    file_ = std::filesystem::path(wanted.model).filename().string();
    // Without the error code, a name that is too long or a loop of links throws a filesystem_error.
    std::error_code ignored;
    if (!std::filesystem::is_regular_file(wanted.model, ignored)) {
        throw Failure("model_not_loadable", wanted.model + ": no such file");
    }
    protocol::Loaded reply;
    model_ = attempt("prepare_failed", [&] { return engine_.load(wanted, reply); });
    return protocol::to_json(reply);
}

Json Server::inputs(const Json& request) {
    Model& model = loaded_model();
    const Arguments arguments = make_arguments(request);
    attempt("inputs_do_not_fit", [&] { model.bind(arguments.values); });
    has_inputs_ = true;
    char digest[17];
    std::snprintf(digest, sizeof digest, "%016llx", static_cast<unsigned long long>(arguments.digest));
    return {{"digest", digest}};
}

Json Server::run(const Json& request) {
    const BlockLength length = length_from(request);
    Model& model = bound_model();
    return protocol::to_json(attempt("inference_failed", [&] { return model.run(length); }));
}

Json Server::outputs(const Json& request) {
    const std::vector<NamedTensor> tensors = infer_once();
    write_tensors(required<std::string>(request, "save", "outputs"), tensors);
    Json described = Json::array();
    for (const auto& [name, tensor] : tensors) {
        described.push_back({{"name", name}, {"dtype", tensor.type->name}, {"shape", tensor.shape}});
    }
    return {{"tensors", described}};
}

Json Server::compare(const Json& request) {
    const auto reference = read_tensors(required<std::string>(request, "reference", "compare"));
    const auto batch = required<std::int64_t>(request, "batch", "compare");
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
