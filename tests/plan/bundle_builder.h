#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "base/files.h"
#include "base/json.h"
#include "plan/plan.h"

namespace gravbench::plan {

/// A folder of bundles that is gone at the end of the test.
class Bundles {
  public:
    /// A bundle that takes f32[batch,4], with a file for each dtype; `changes` (a merge patch) is what the test is
    /// about.
    std::filesystem::path add(const std::string& name, const Json& changes = Json::object(),
                              const std::vector<std::string>& dtypes = {"fp32", "bf16"}) {
        const auto folder = path() / name;
        std::filesystem::create_directories(folder);
        Json manifest{{"schema", "gravbench.manifest/1"}, {"name", name}, {"files", Json::object()}};
        for (const std::string& dtype : dtypes) {
            const std::string content = name + " in " + dtype;
            write_file(folder / (dtype + ".pt"), content);
            manifest["files"][dtype] = {{"path", dtype + ".pt"},
                                        {"sha256", sha256_of_text(content)},
                                        {"float_inputs", dtype == "bf16" ? "bf16" : "f32"}};
        }
        manifest["inputs"] = Json::array({{{"name", "x"}, {"dtype", "f32"}, {"shape", Json::array({"batch", 4})}}});
        manifest.merge_patch(changes);
        write_file(folder / "manifest.json", manifest.dump(1));
        return folder;
    }

    const std::filesystem::path& path() const { return folder_.path(); }

  private:
    TemporaryFolder folder_;
};

/// A merge patch that gives a bundle one f32 input of these dimensions.
inline Json takes(const Json& shape) {
    return {{"inputs", Json::array({{{"name", "x"}, {"dtype", "f32"}, {"shape", shape}}})}};
}

/// What the command line "--KEY VALUE" gives, with "--KEY" as origin.
inline Layer flags(const std::vector<std::pair<std::string, Json>>& given) {
    Layer layer;
    for (const auto& [key, value] : given) {
        add_given(layer, key, value, key == "models" ? "MODEL" : "--" + key);
    }
    return layer;
}

/// An engine that takes any setting, and needs a file for each dtype, of the default's label unless told otherwise.
inline EngineChoice engine_that_knows_all(EngineChoice engine = {default_engine, default_engine, {}}) {
    engine.hello.protocol = protocol::version;
    for (const Setting& setting : settings()) {
        if (setting.via != Setting::Via::file) {
            engine.hello.settings[setting.name] = {};
        }
    }
    return engine;
}

/// The plan where every engine takes any setting.
inline Plan plan_of(const Layer& given) {
    std::vector<EngineChoice> engines = engines_of(given);
    for (EngineChoice& engine : engines) {
        engine = engine_that_knows_all(engine);
    }
    return make_plan(given, std::move(engines));
}

}  // namespace gravbench::plan
