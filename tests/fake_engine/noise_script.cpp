#include "fake_engine/noise_script.h"

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <stdexcept>

namespace gravbench::fake_engine {
namespace {

bool applies(const std::string& condition, const Json& load) {
    const std::string name = condition.substr(0, condition.find('='));
    const std::string value = condition.substr(std::min(name.size() + 1, condition.size()));
    const char* variable = std::getenv(name.c_str());
    return (variable != nullptr && value == variable) || load.at("settings").value(name, Json()) == value ||
           (name == "dtype" && load.at("dtype") == value);
}

void check_known(const Json& noise) {
    static const std::vector<std::string> known{"seed",
                                                "median_ns",
                                                "slowdown",
                                                "scale_by_setting",
                                                "between_launches",
                                                "between_blocks",
                                                "within",
                                                "autocorrelation",
                                                "tail",
                                                "drift"};
    for (const auto& [name, value] : noise.items()) {
        if (std::find(known.begin(), known.end(), name) == known.end()) {
            throw std::runtime_error("noise has no \"" + name + "\"");
        }
    }
}

}  // namespace

noise::Model noise_model_from(const Json& noise, const Json& load) {
    check_known(noise);
    noise::Model model;
    model.seed = noise.value("seed", model.seed);
    model.median = noise.value("median_ns", model.median);
    model.slowdown = noise.value("slowdown", model.slowdown);
    for (const auto& [condition, factor] : member_or_empty(noise, "scale_by_setting").items()) {
        model.slowdown *= applies(condition, load) ? factor.get<double>() : 1;
    }
    model.between_launches = noise.value("between_launches", 0.0);
    model.between_blocks = noise.value("between_blocks", 0.0);
    model.within = noise.value("within", 0.0);
    model.autocorrelation = noise.value("autocorrelation", 0.0);
    if (noise.contains("tail")) {
        model.tail = noise["tail"].get<int>();
    }
    model.drift = noise.value("drift", 0.0);
    return model;
}

Json noisy_samples(noise::Launch& launch, const Json& request) {
    const bool is_counted = request.contains("count");
    const auto least = request.value("count", request.value("minimum_count", std::int64_t{1}));
    const auto most = request.value("count", request.value("maximum_count", std::int64_t{1} << 24));
    const auto duration = request.value("duration_ns", std::int64_t{0});
    launch.begin_block();
    Json samples = Json::array();
    std::int64_t elapsed = 0;
    for (std::int64_t done = 0; done < most && (is_counted || done < least || elapsed < duration); ++done) {
        const std::int64_t sample = std::llround(launch.next());
        elapsed += sample;
        samples.push_back(sample);
    }
    return samples;
}

}  // namespace gravbench::fake_engine
