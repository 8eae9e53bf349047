#include <fmt/format.h>

#include <algorithm>

#include "base/errors.h"
#include "base/text.h"
#include "plan/cell.h"

namespace gravbench::plan {
namespace {

namespace fs = std::filesystem;
using Via = Setting::Via;

/// How the place is written without detours: two texts of one place are one engine. A path keeps its slash, since a
/// word without one is a definition's name.
std::string place_of(const std::string& text) {
    if (text.find('/') == std::string::npos) {
        return text;
    }
    const std::string normal = fs::path(text).lexically_normal().string();
    return normal.find('/') == std::string::npos ? "./" + normal : normal;
}

/// The last `depth` parts of the place, a definition's without its ending.
std::string last_parts(const std::string& place, std::ptrdiff_t depth) {
    const fs::path path(place);
    fs::path last;
    const auto count = std::distance(path.begin(), path.end());
    for (auto part = std::next(path.begin(), std::max<std::ptrdiff_t>(0, count - depth)); part != path.end(); ++part) {
        last /= *part;
    }
    return last.extension() == ".json" ? last.replace_extension().string() : last.string();
}

std::string label_among(const std::string& place, const std::vector<std::string>& others) {
    const fs::path path(place);
    const auto most = std::distance(path.begin(), path.end());
    for (std::ptrdiff_t depth = 1; depth <= most; ++depth) {
        std::string label = last_parts(place, depth);
        if (std::none_of(others.begin(), others.end(),
                         [&](const std::string& other) { return last_parts(other, depth) == label; })) {
            return label;
        }
    }
    return place;
}

void set_labels(std::vector<EngineChoice>& engines) {
    for (EngineChoice& engine : engines) {
        // No other program may pass for the default engine, which documents know by its name alone.
        std::vector<std::string> others{default_engine};
        for (const EngineChoice& other : engines) {
            others.push_back(place_of(other.text));
        }
        const std::string place = place_of(engine.text);
        others.erase(std::remove(others.begin(), others.end(), place), others.end());
        engine.label = label_among(place, others);
        if (!is_plain(engine.label)) {
            throw UsageError("--engine: its name has control characters or what is no UTF-8; give it another one");
        }
    }
}

/// A number that `load` can carry for what the settings say of the machine.
Value resolved(const std::string& name, const Value& value, int physical_cores) {
    return name == "threads" && is_word(value, "cores") ? Value(std::int64_t{physical_cores}) : value;
}

bool is_among(const std::vector<Value>& known, const Value& value) {
    return known.empty() || std::find(known.begin(), known.end(), value) != known.end();
}

std::string list_of(const std::vector<Value>& values) {
    std::vector<std::string> texts;
    std::transform(values.begin(), values.end(), std::back_inserter(texts), text_of);
    return one_line(fmt::format("{}", fmt::join(texts, ", ")));
}

/// Whether an engine may be asked for the setting in `load`: its dtype only where it says that it makes it.
bool is_for_load(const protocol::Hello& hello, const Setting& setting) {
    return setting.via == Via::engine || setting.via == Via::environment ||
           (setting.via == Via::file && hello.settings.count(setting.name) != 0);
}

/// Whether it obeys the setting through its environment.
bool obeys(const protocol::Hello& hello, const Setting& setting) {
    return setting.via == Via::environment &&
           (!hello.environment_settings ||
            std::find(hello.environment_settings->begin(), hello.environment_settings->end(), setting.name) !=
                hello.environment_settings->end());
}

}  // namespace

std::vector<EngineChoice> engines_of(const Layer& given) {
    std::vector<std::string> texts;
    if (const auto found = given.find(engine_key); found != given.end()) {
        for (const Given& engine : found->second) {
            texts.push_back(engine.value.get<std::string>());
        }
    } else {
        texts.emplace_back(default_engine);
    }
    for (const Assignment& assignment : versus_assignments(given)) {
        if (assignment.name == engine_key) {
            texts.push_back(assignment.text);
        }
    }
    std::vector<EngineChoice> engines;
    for (const std::string& text : texts) {
        const bool is_known = std::any_of(engines.begin(), engines.end(), [&](const EngineChoice& engine) {
            return place_of(engine.text) == place_of(text);
        });
        if (!is_known) {
            engines.push_back({text, "", {}});
        }
    }
    set_labels(engines);
    return engines;
}

std::size_t index_of_engine(const std::vector<EngineChoice>& engines, const std::string& text) {
    const auto found = std::find_if(engines.begin(), engines.end(), [&](const EngineChoice& engine) {
        return place_of(engine.text) == place_of(text);
    });
    if (found == engines.end()) {
        throw UsageError(fmt::format("--engine: {} is not among the engines of this plan", text));
    }
    return static_cast<std::size_t>(found - engines.begin());
}

std::optional<std::string> not_known_to(const EngineChoice& engine, const Settings& settings) {
    for (const auto& [name, value] : without_defaults(settings)) {
        const Setting* setting = find_setting(name);
        if (setting == nullptr || !is_for_load(engine.hello, *setting)) {
            continue;
        }
        const auto known = engine.hello.settings.find(name);
        if (known == engine.hello.settings.end()) {
            if (!obeys(engine.hello, *setting)) {
                return fmt::format("the engine {} does not know {}", engine.label, name);
            }
        } else if (!is_among(known->second, value)) {
            return fmt::format("the engine {} does not know {} {}, only {}", engine.label, name, text_of(value),
                               list_of(known->second));
        }
    }
    return std::nullopt;
}

int threads_of(const Settings& settings, int physical_cores) {
    const Value value = resolved("threads", settings.at("threads"), physical_cores);
    return static_cast<int>(std::get<std::int64_t>(value));
}

std::map<std::string, Value> load_settings(const Settings& settings, const protocol::Hello& hello, int physical_cores) {
    std::map<std::string, Value> carried;
    for (const auto& [name, known] : hello.settings) {
        const Setting* setting = find_setting(name);
        const auto found = settings.find(name);
        if (setting == nullptr || !is_for_load(hello, *setting) || found == settings.end()) {
            continue;
        }
        const Value value = resolved(name, found->second, physical_cores);
        // A default that the engine has no word for is what it does untold.
        if (is_among(known, value) || found->second != setting->default_value) {
            carried[name] = value;
        }
    }
    return carried;
}

}  // namespace gravbench::plan
