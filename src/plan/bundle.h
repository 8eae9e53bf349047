#pragma once

#include <compare>
#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "base/json.h"
#include "plan/input_spec.h"

namespace gravbench::plan {

/// Which of a model's files: what it is ("torchscript", "onnx"; empty where a lone file's ending does not say), and in
/// which dtype.
struct FileKey {
    std::string format = "torchscript";
    std::string dtype = "fp32";

    // clang-tidy 14 sees a 0 in what this stands for.
    auto operator<=>(const FileKey&) const = default;  // NOLINT(modernize-use-nullptr)
};

/// "fp32", "onnx fp32": TorchScript is what needs no mention.
std::string describe(const FileKey& key);

struct ModelFile {
    std::filesystem::path path;
    /// As the manifest states it; empty for a file without a bundle until it has been computed.
    std::string sha256;
    /// What the file takes where the inputs say f32.
    std::string float_inputs = "f32";
};

/// One real input and the outputs that eager PyTorch gave for it at export.
struct Example {
    std::filesystem::path inputs;
    std::filesystem::path outputs;
    Shape shape;
};

/// A model that can be measured: a bundle (docs/manifest.md), or a lone file with --input.
struct Model {
    std::string name;
    /// The manifest, or the file.
    std::filesystem::path origin;
    std::map<FileKey, ModelFile> files;
    std::vector<InputSpec> inputs;
    std::optional<Example> example;
    std::string description;
    Json source;
    Json weights;
    bool is_bundle = false;
};

/// Reads `folder`/manifest.json. Throws DataError naming the file and member. Does not read the model files.
Model read_bundle(const std::filesystem::path& folder);

/// A lone file, of dtype "fp32" as far as the settings go; its ending says what it is.
Model lone_file(const std::filesystem::path& file, std::vector<InputSpec> inputs);

/// Where bundles are looked for, in order: `given` (--models-dir), else $GRAVBENCH_MODELS (folders separated by ':'),
/// ./models, and the folder `models` of the installation.
std::vector<std::filesystem::path> bundle_folders(const std::vector<std::string>& given);

/// The bundles found, by name; the first folder that has a name wins. A folder whose manifest is wrong is in `broken`.
struct FoundBundles {
    std::vector<Model> models;
    std::vector<std::string> broken;
};
FoundBundles find_bundles(const std::vector<std::filesystem::path>& folders);

/// The model for one MODEL of the command line: a bundle's name, a bundle's folder, or a file with `inputs`.
/// Throws UsageError that says where was looked and what was found there.
Model find_model(const std::string& text, const std::vector<InputSpec>& inputs,
                 const std::vector<std::filesystem::path>& folders);

/// Computes the hash of each file that the plan uses and compares it with the manifest's. Throws DataError where they
/// differ.
void check_file(const Model& model, ModelFile& file);

/// configs/ and models/ of this installation: beside the executable's folder when installed, in the source tree
/// otherwise.
std::filesystem::path data_folder(const std::filesystem::path& executable_folder);

}  // namespace gravbench::plan

namespace gravbench {
/// The JSON Schema of a bundle's manifest (src/plan/manifest.schema.json).
const char* manifest_schema();
}  // namespace gravbench
