#include "run/engine_definition.h"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <set>

#include "base/errors.h"
#include "base/files.h"
#include "base/json.h"
#include "base/text.h"
#include "plan/bundle.h"
#include "protocol/channel.h"

namespace gravbench::run {
namespace {

namespace fs = std::filesystem;

void check_program(const fs::path& program, const std::string& remedy) {
    const std::string hint = remedy.empty() ? "" : ": " + remedy;
    std::error_code ignored;
    if (!fs::is_regular_file(program, ignored)) {
        throw UsageError(fmt::format("--engine: {} not found{}", program.string(), hint));
    }
    if (::access(program.c_str(), X_OK) != 0) {
        throw UsageError(fmt::format("--engine: {} is not executable", program.string()));
    }
}

/// A program without a slash lies where gravbench itself does, built or installed.
std::string resolved_program(const std::string& word) {
    return word.find('/') == std::string::npos ? (executable_folder() / word).string() : word;
}

std::string resolved(const std::string& word, const fs::path& folder) {
    const bool is_relative = word.rfind("./", 0) == 0 || word.rfind("../", 0) == 0;
    return is_relative ? (folder / word).lexically_normal().string() : word;
}

/// Whether the text would be cut where it becomes one of C.
bool has_zero(const Json& text) {
    return text.get_ref<const std::string&>().find('\0') != std::string::npos;
}

/// What a definition may hold, checked key by key so that a message names the line.
class Definition {
  public:
    explicit Definition(const fs::path& path) : path_(path), json_(parse_located(read_file(path), path.string())) {
        if (!json_.value.is_object()) {
            fail("", "expected an object with name and command");
        }
        static const std::vector<std::string> keys{"name", "command", "environment", "remedy", "description"};
        for (const auto& [key, value] : json_.value.items()) {
            if (std::find(keys.begin(), keys.end(), key) == keys.end()) {
                fail("/" + key,
                     fmt::format("\"{}\" is not one of {}{}", key, fmt::join(keys, ", "), did_you_mean(key, keys)));
            }
        }
    }

    std::string text(const std::string& key) const {
        const auto found = json_.value.find(key);
        if (found != json_.value.end() && !found->is_string()) {
            fail("/" + key, fmt::format("\"{}\" is {}, expected a text", key, found->dump()));
        }
        return found == json_.value.end() ? "" : found->get<std::string>();
    }

    std::vector<std::string> command() const {
        const Json& words = json_.value.value("command", Json());
        const bool are_texts = words.is_array() && !words.empty() &&
                               std::all_of(words.begin(), words.end(),
                                           [](const Json& word) { return word.is_string() && !has_zero(word); });
        if (!are_texts) {
            fail("/command", "\"command\": expected a list of texts, the program and its arguments");
        }
        std::vector<std::string> command;
        for (const Json& word : words) {
            command.push_back(resolved(word.get<std::string>(), folder()));
        }
        command.front() = resolved_program(command.front());
        return command;
    }

    Environment environment() const {
        Environment environment;
        const Json variables = json_.value.value("environment", Json::object());
        if (!variables.is_object()) {
            fail("/environment", "\"environment\": expected an object, a text for each variable's name");
        }
        for (const auto& [name, value] : variables.items()) {
            if (name.empty() || name.find_first_of(std::string("=\0", 2)) != std::string::npos ||
                name == protocol::channel_variable) {
                fail("/environment/" + name,
                     fmt::format("\"{}\" is no name for a variable of an engine", one_line(name)));
            }
            if (!value.is_string() || has_zero(value)) {
                fail("/environment/" + name, fmt::format("\"{}\" is {}, expected a text", name, value.dump()));
            }
            environment[name] = resolved(value.get<std::string>(), folder());
        }
        return environment;
    }

    [[noreturn]] void fail(const std::string& pointer, const std::string& message) const {
        throw ConfigError(path_.string(), json_.line_of(pointer), message);
    }

  private:
    fs::path folder() const { return fs::absolute(path_).parent_path(); }

    fs::path path_;
    LocatedJson json_;
};

}  // namespace

Engine read_engine_definition(const fs::path& path) {
    const Definition definition(path);
    Engine engine{definition.text("name"), definition.command(), definition.environment(),
                  fs::absolute(path).lexically_normal().string()};
    if (engine.name.empty()) {
        definition.fail("", "\"name\" is missing");
    }
    const std::string remedy = definition.text("remedy");
    // The program, and what it is to run: a missing engine is told before anything is started.
    check_program(engine.command.front(), remedy);
    std::error_code ignored;
    for (const std::string& word : engine.command) {
        if (!word.empty() && word.front() == '/' && !fs::exists(word, ignored)) {
            throw UsageError(fmt::format("--engine: {} not found{}", word, remedy.empty() ? "" : ": " + remedy));
        }
    }
    return engine;
}

std::vector<std::string> engine_names(const fs::path& definitions) {
    std::vector<std::string> names;
    std::error_code ignored;
    for (const auto& entry : fs::directory_iterator(definitions, ignored)) {
        if (entry.path().extension() == ".json") {
            names.push_back(entry.path().stem().string());
        }
    }
    std::sort(names.begin(), names.end());
    return names;
}

Engine find_engine(const std::string& text, const fs::path& definitions) {
    if (text == "torch") {
        const fs::path program = executable_folder() / "gravbench-torch";
        check_program(program, "it is built unless GRAVBENCH_ENGINE=OFF, and installed beside gravbench");
        return {text, {program.string()}, {}, program.string()};
    }
    // A folder that may not be read is as good as none.
    std::error_code ignored;
    const bool is_path = text.find('/') != std::string::npos || fs::exists(text, ignored);
    if (!is_path) {
        std::vector<std::string> names = engine_names(definitions);
        names.insert(names.begin(), "torch");
        if (std::find(names.begin(), names.end(), text) == names.end()) {
            throw UsageError(fmt::format("--engine: \"{}\" not found: no such program, and not one of {}{}", text,
                                         fmt::join(names, ", "), did_you_mean(text, names)));
        }
        return read_engine_definition(definitions / (text + ".json"));
    }
    const fs::path path = fs::absolute(text).lexically_normal();
    if (path.extension() == ".json" && fs::is_regular_file(path, ignored)) {
        return read_engine_definition(path);
    }
    check_program(path, "");
    return {path.filename().string(), {path.string()}, {}, path.string()};
}

std::optional<plan::EngineFile> file_of(const Engine& engine) {
    std::string hashes;
    try {
        std::set<std::string> files(engine.command.begin(), engine.command.end());
        files.insert(engine.origin);
        for (const std::string& file : files) {
            std::error_code ignored;
            hashes += fs::is_regular_file(file, ignored) ? sha256_of_file(file) : "";
        }
    } catch (const DataError&) {
        return std::nullopt;  // A program may be run by those who may not read it.
    }
    return plan::EngineFile{engine.origin, sha256_of_text(hashes)};
}

Engine find_engine(const std::string& text) {
    return find_engine(text, plan::data_folder(executable_folder()) / "configs" / "engines");
}

}  // namespace gravbench::run
