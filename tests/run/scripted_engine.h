#pragma once

#include <unistd.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <filesystem>
#include <stdexcept>
#include <string>

#include "base/files.h"
#include "plan/plan.h"
#include "run/launch.h"

namespace gravbench::run {

/// An engine of tests/fake_engine with this script, and what a launch of it needs: a cell under default settings, a
/// model, and a folder for logs.
class ScriptedEngine {
  public:
    explicit ScriptedEngine(const std::string& script) {
        write_file(folder() / "script.json", script);
        write_file(folder() / "model.pt", "the fake engine reads no model");
        engine = {"fake", {GRAVBENCH_FAKE_ENGINE, "--script", (folder() / "script.json").string()}};
        model.name = "model";
        model.files[{}] = {folder() / "model.pt", "0123", "f32"};
        cell.key = cell.identity.model = "model";
        for (const plan::Setting& setting : plan::settings()) {
            if (setting.via != plan::Setting::Via::shape && setting.via != plan::Setting::Via::program) {
                cell.settings[setting.name] = setting.default_value;
            }
        }
    }

    const std::filesystem::path& folder() const { return folder_.path(); }
    /// Three inferences to warm up, and blocks of 5.
    LaunchContext context(int stop_descriptor = -1) const {
        plan::Sampling sampling;
        sampling.shape.block.iterations = 5;
        sampling.warmup_time = std::chrono::nanoseconds(0);
        return {{engine}, sampling, 1, folder(), stop_descriptor};
    }
    /// Of the one cell, the engine as the script's hello has it.
    const plan::Plan& plan() const {
        plan::EngineChoice choice{"fake", "fake", {}};
        choice.hello.engine.name = "fake";
        choice.hello.engine.version = "1.0";
        plan_.models = {model};
        plan_.engines = {choice};
        plan_.references = {{}};
        return plan_;
    }
    EngineClient client() const {
        return {engine, inherited_environment(), folder() / "log", std::chrono::minutes(2), -1};
    }
    /// How many launches came as far as loading the model.
    int loads() const {
        std::error_code none;
        const auto path = folder() / "script.json.loads";
        const std::string text = std::filesystem::exists(path, none) ? read_file(path) : "";
        return static_cast<int>(std::count(text.begin(), text.end(), '\n'));
    }

    Engine engine;
    plan::Model model;
    plan::Cell cell;

  private:
    TemporaryFolder folder_;
    mutable plan::Plan plan_;
};

/// What a stop signal does, without a signal.
class Stop {
  public:
    Stop() {
        if (::pipe(ends_.data()) != 0) {
            throw std::runtime_error("no pipe");
        }
    }
    ~Stop() {
        ::close(ends_[0]);
        ::close(ends_[1]);
    }
    Stop(const Stop&) = delete;
    Stop& operator=(const Stop&) = delete;

    int descriptor() const { return ends_[0]; }
    void raise() const { [[maybe_unused]] const ssize_t written = ::write(ends_[1], "x", 1); }

  private:
    std::array<int, 2> ends_{};
};

}  // namespace gravbench::run
