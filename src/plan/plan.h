#pragma once

#include <filesystem>
#include <map>
#include <string>
#include <vector>

#include "plan/bundle.h"
#include "plan/identity.h"
#include "plan/option.h"
#include "plan/setting.h"
#include "protocol/messages.h"

namespace gravbench::plan {

/// One value that somebody gave, and how to name its place in a message ("--fpmath", "sweep.json:14: \"fpmath\"").
struct Given {
    Json value;
    std::string origin;
};

/// What was given in one place: by key (a setting, an option, "models", "input", "shape.NAME", "env.NAME", "preset"),
/// the list of values.
using Layer = std::map<std::string, std::vector<Given>>;

/// Later layers win, key by key: preset, then config file, then flags.
Layer merged(const std::vector<Layer>& layers);

/// Adds what one flag or key gave for `key`, checking the key's name and splitting "NAME=VALUE" of shape and env.
/// Throws UsageError with the origin.
void add_given(Layer& layer, const std::string& key, const Json& value, const std::string& origin);

/// Where an engine is, and whether it is still the same one.
struct EngineFile {
    std::string path;    ///< that --engine takes for it: a program, or a definition
    std::string sha256;  ///< over the hashes of all files that its command names, its definition too

    bool operator==(const EngineFile&) const = default;
};

/// An engine that the run was asked for: found, started once and asked who it is before anything is planned in detail.
struct EngineChoice {
    std::string text;   ///< as it was given: "torch", "graviton3-emulated", a path
    std::string label;  ///< its name in the run, one for each
    protocol::Hello hello;
    std::optional<EngineFile> file = {};
};

/// The engines that the layer names (--engine, --versus, --versus-engine), each once, in the order given, with labels
/// that tell them apart: the file's name, and as much of its path as it takes. `hello` is still empty.
std::vector<EngineChoice> engines_of(const Layer& given);

/// One model on one engine under one complete set of settings.
struct Cell {
    Identity identity;
    std::string key;         ///< key_of(identity)
    std::size_t model = 0;   ///< index into Plan::models
    std::size_t engine = 0;  ///< index into Plan::engines
    Settings settings;       ///< complete, defaults too
    FileKey file;            ///< of the model's files, the one that the engine loads

    const Shape& shape() const { return identity.shape; }
    std::string dtype() const;
    /// The length of the dimension "batch"; 1 for a model without one.
    std::int64_t batch() const;
    /// Whether its settings ask for BF16 in any way.
    bool asks_for_bf16() const;
};

/// What a model's outputs are compared with: those that this engine gives for this file.
struct ReferenceSource {
    std::size_t engine = 0;  ///< index into Plan::engines
    FileKey file;
};

/// All that a run is to do.
struct Plan {
    std::vector<Model> models;
    std::vector<EngineChoice> engines;
    std::vector<Cell> cells;
    /// By model: the first engine that reads its TorchScript, which was checked when it was exported; else the first
    /// that reads any of its files in fp32.
    std::vector<ReferenceSource> references;
    RunOptions options;
    /// What the user should know before it starts: combinations left out.
    std::vector<std::string> notes;
    /// The two variants of a cell that are measured against each other, as indices into `cells`.
    struct Pair {
        std::size_t base = 0;
        std::size_t other = 0;
    };
    std::vector<Pair> versus;
    /// What was given, by key, as `given_from` reads it: from it the same run can be made again.
    Json given = Json::object();
};

/// The layer that a run with this `given` was made from: what a baseline's document says was asked for. Options of one
/// run only (its output, its baseline) are left out. Throws UsageError or DataError naming `origin`.
Layer given_from(const Json& given, const std::string& origin);

/// The other way round.
Json given_json(const Layer& given);

/// Turns what was given into cells: lists multiply, dimensions that a model lacks do not. Combinations that contradict
/// themselves, or that an engine does not know, are left out with a note; where none is left that is an error.
/// Throws UsageError or DataError naming the origin of what is wrong.
Plan make_plan(const Layer& given, std::vector<EngineChoice> engines);

/// Why this engine cannot be asked for these settings; nothing where it can.
std::optional<std::string> not_known_to(const EngineChoice& engine, const Settings& settings);

/// Which of the model's files this engine loads for this dtype: the first of its formats that the model has, or any
/// lone file of which nobody knows that it is of another format. An engine that lists the setting dtype makes it
/// itself, of fp32. Nothing where there is no such file.
std::optional<FileKey> file_for(const Model& model, const protocol::Hello& hello, const std::string& dtype);

/// The settings that `load` carries to this engine: what its hello lists, and nothing else. `threads` is a number
/// there.
std::map<std::string, Value> load_settings(const Settings& settings, const protocol::Hello& hello, int physical_cores);

/// Threads of one inference under these settings.
int threads_of(const Settings& settings, int physical_cores);

/// The cell that differs in one setting, on the same engine and as the same variant.
Cell with_setting(const Cell& cell, const std::string& setting, const Value& value);

/// Computes the hash of every file that the cells use, and checks it against the bundle's manifest.
void check_model_files(Plan& plan);

/// The protocol's arguments for a cell's inputs, for a file of the model that takes `float_dtype` for f32.
Json arguments_for(const Model& model, const Shape& shape, const std::string& float_dtype);

/// A config file, or a preset: an object with the flags' names as keys. Throws ConfigError with file and line.
Layer read_config(const std::filesystem::path& path);

/// The preset's layer, from `folder`/NAME.json, or for one that depends on the architecture ("x86_64", "aarch64") from
/// NAME.ARCH.json. Throws UsageError that lists the presets there are.
Layer read_preset(const std::string& name, const std::filesystem::path& folder, const std::string& arch);

/// JSON Schema of a config file, from the tables of settings and options.
Json config_schema();

}  // namespace gravbench::plan
