#pragma once

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/errors.h"
#include "conformance/conversation.h"
#include "conformance/rule.h"
#include "plan/setting.h"
#include "protocol/messages.h"

namespace gravbench::conformance {

/// What an engine is asked to load, and with which inputs.
struct Material {
    std::string model;  ///< the file's absolute path
    std::string dtype;
    plan::Settings settings;  ///< complete: what a run would ask for by default
    Json arguments;
    std::int64_t batch = 1;
};

/// Who is examined, and how patiently.
struct Subject {
    run::Engine engine;
    run::Environment environment;
    std::optional<Material> material;
    std::chrono::nanoseconds timeout;
    std::filesystem::path work_folder;  ///< for logs and outputs
    int stop_descriptor = -1;
};

/// What rules work with: processes of the engine. Most share one, since starting one may take seconds; whoever needs
/// one that nobody has spoken to, or that ends, takes a fresh one.
class Examination {
  public:
    explicit Examination(Subject subject) : subject_(std::move(subject)) {}

    const Subject& subject() const { return subject_; }
    /// Only for rules that need a model.
    const Material& material() const { return *subject_.material; }

    /// The process that rules share, started where it is not there, after hello. Throws Broken where hello is not
    /// answered, and from then on NotChecked: there is nobody to speak to.
    Conversation& shared();
    /// The same, with the model loaded and its usual inputs made.
    Conversation& loaded();
    /// One of its own, under more variables, to which nothing was said yet. Throws NotChecked where hello was not
    /// answered: nothing else will be.
    std::unique_ptr<Conversation> fresh(const run::Environment& more = {});
    /// Forgets the shared one: a rule was broken, and what it would answer next says nothing.
    void drop_shared() { shared_.reset(); }

    /// What the engine says of itself.
    const protocol::Hello& hello();

    /// With all settings that hello lists, as a run sends them; these instead of their defaults.
    Json load_request(const Json& settings = Json::object());
    Json inputs_request(std::uint64_t seed = default_seed, std::int64_t position = 0) const;
    /// Where outputs may be written.
    std::filesystem::path file(const std::string& name) const { return subject_.work_folder / name; }

    static constexpr std::uint64_t default_seed = 42;

  private:
    Subject subject_;
    std::unique_ptr<Conversation> shared_;
    std::optional<protocol::Hello> hello_;
    bool is_mute_ = false;
    int started_ = 0;
};

/// What a parser makes of a reply; where it makes nothing of it, Broken.
template <typename Parse>
auto parsed(Parse parse) {
    try {
        return parse();
    } catch (const DataError& error) {
        throw Broken(error.what());
    } catch (const Json::exception& error) {
        throw Broken(error.what());
    }
}

struct Ruling {
    enum class Verdict { kept, broken, not_checked };
    Rule rule;
    Verdict verdict = Verdict::kept;
    std::string detail;  ///< what happened; empty where it was kept
};

/// These rules against the engine, in order. `report` hears of each as soon as it is judged. Throws EngineError where
/// the engine's program cannot be started, or refuses the model, as it may; and Interrupted.
std::vector<Ruling> examine(Subject subject, const std::vector<Rule>& chosen,
                            const std::function<void(const Ruling&)>& report);

}  // namespace gravbench::conformance
