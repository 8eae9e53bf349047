#pragma once

#include <CLI/CLI.hpp>
#include <map>
#include <string>
#include <vector>

#include "plan/plan.h"

namespace gravbench::cli {

/// The flags that describe a plan: one for each setting and option of the tables, and those of a kind of their own.
struct PlanFlags {
    std::vector<std::string> models;
    std::string config;
    std::string preset;
    /// What an earlier run's document says was asked for; everything else wins over it.
    Json baseline_given;
    /// By key, each occurrence as it was typed.
    std::map<std::string, std::vector<std::string>> given;
};

/// Adds them to a subcommand.
void add_plan_flags(CLI::App& app, PlanFlags& flags);

/// What they, the config file and the preset give together. Throws UsageError, ConfigError, DataError.
plan::Layer layer_from(const PlanFlags& flags);

}  // namespace gravbench::cli
