#pragma once

#include <compare>
#include <map>
#include <string>

#include "plan/input_spec.h"
#include "plan/setting.h"

namespace gravbench::plan {

/// What a cell is: by this, and nothing else, cells of one document are told apart and those of two are matched.
struct Identity {
    std::string model;
    std::string engine;  ///< the engine's label in the run: "torch", "graviton3-emulated"
    Shape shape;
    /// Settings that are not at their default. Defaults never change, so a document of a version that did not know a
    /// setting means its default.
    Settings settings;
    std::map<std::string, std::string> environment;  ///< further variables of the engine (--env)
    int variant = 1;                                 ///< 2 for the same once more, measured against the first

    // clang-tidy 14 sees a 0 in what this stands for.
    auto operator<=>(const Identity&) const = default;  // NOLINT(modernize-use-nullptr)
};

/// Takes defaults out of complete settings.
Settings without_defaults(const Settings& settings);

/// How people write it: "resnet50:batch=8,fpmath=bf16,engine=openvino". Printed, and never taken apart again.
std::string key_of(const Identity& identity);

/// The engine that needs no mention in a key.
inline constexpr const char* default_engine = "torch";

}  // namespace gravbench::plan
