#pragma once

#include <functional>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "base/json.h"
#include "base/value.h"

namespace gravbench::plan {

/// What the settings give to an engine process before it starts. What `load` carries is load_settings() (plan.h).
struct LaunchSetup {
    std::map<std::string, std::string> environment;
    int physical_cores = 1;  ///< what `threads: cores` means on this machine
};

/// Which values a setting or option takes. What somebody gave is checked as the JSON scalar that a config file has.
struct Allowed {
    enum class Kind { choice, integer, number, duration, share, text };
    Kind kind = Kind::text;
    /// Choices; with integers, words that may stand for a number ("cores").
    std::vector<std::string> words;
    double least = 0;
    double most = 0;
};

Allowed one_of(std::vector<std::string> words);
Allowed integer(double least, double most, std::vector<std::string> words = {});
Allowed number(double least, double most);
Allowed duration();
/// Between 0 and 1, both excluded: 0.03 or "3%".
Allowed share();
Allowed any_text();

/// What is wrong with a value, as the end of a sentence ("is not one of strict, bf16"); nothing where it is allowed.
std::optional<std::string> complaint(const Allowed& allowed, const Json& value);

/// The value that a word of the command line means: a number where the allowed kind is one and the word looks like one.
Json value_from_text(const Allowed& allowed, const std::string& text);

/// JSON Schema of one allowed value.
Json schema_of(const Allowed& allowed);

/// "strict, bf16, f16, any" or "an integer from 1 to 4096, or cores": for help and messages.
std::string describe(const Allowed& allowed);

/// One knob that a cell has. The table `settings()` is the only place where settings are listed: flags, config keys,
/// JSON Schema, cell identity, table columns and documentation are derived from it.
struct Setting {
    /// How a setting gets from the plan to the model: as a length of the inputs, as the choice of the model's file (in
    /// the message `load` to an engine that needs no other file for it), in that message, in the environment of the
    /// engine's process, or as the choice of the engine itself.
    enum class Via { shape, file, engine, environment, program };

    std::string name;
    Allowed allowed;
    Value default_value;
    std::string help;
    Via via;
    /// Settings of the environment: what they put there. Empty for the others.
    std::function<void(const Value& value, LaunchSetup& setup)> apply;
    /// The environment variables that it controls; `env` may not set them as well.
    std::vector<std::string> variables;
};

const std::vector<Setting>& settings();

/// Nullptr where there is none of that name.
const Setting* find_setting(const std::string& name);

/// The settings that have one key for several names (NAME=VALUE): `env` and `shape`.
inline constexpr const char* env_key = "env";
inline constexpr const char* shape_key = "shape";

/// The settings of a cell by name, complete, but for those of its shape and its engine.
using Settings = std::map<std::string, Value>;

/// What an engine process needs for these settings, and these further variables. Throws UsageError where one cannot be
/// applied on this machine (an allocator that is not installed).
LaunchSetup launch_setup(const Settings& settings, const std::map<std::string, std::string>& environment,
                         int physical_cores);

/// Why these settings contradict each other, naming both; nothing where they do not.
std::optional<std::string> contradiction(const Settings& settings,
                                         const std::map<std::string, std::string>& environment);

}  // namespace gravbench::plan
