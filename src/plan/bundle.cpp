#include "plan/bundle.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstdlib>
#include <sstream>

#include "base/errors.h"
#include "base/files.h"
#include "base/text.h"
#include "protocol/line.h"
#include "protocol/messages.h"

namespace gravbench::plan {
namespace {

namespace fs = std::filesystem;

constexpr const char* manifest_schema_name = "gravbench.manifest/2";
/// Its "files" are TorchScript, by dtype.
constexpr const char* older_schema_name = "gravbench.manifest/1";

/// A path of a manifest must stay inside its bundle, so that a bundle from elsewhere cannot name other files.
fs::path inside(const fs::path& folder, const std::string& relative, const std::string& where) {
    const fs::path path = fs::path(relative).lexically_normal();
    if (relative.empty() || path.is_absolute() || *path.begin() == "..") {
        throw DataError(fmt::format("{}: path \"{}\" is not inside the bundle", where, relative));
    }
    return folder / path;
}

const Json& object_member(const Json& manifest, const char* key, const std::string& where) {
    const Json& member = required_member(manifest, key, where);
    if (!member.is_object()) {
        throw_wrong_type(key, where, member);
    }
    return member;
}

/// A member for people, kept as it is.
Json optional_object(const Json& manifest, const char* key, const std::string& where) {
    const bool is_there = manifest.contains(key) && !manifest[key].is_null();
    return is_there ? object_member(manifest, key, where) : Json();
}

ModelFile read_model_file(const Json& entry, const fs::path& folder, const std::string& where) {
    if (!entry.is_object()) {
        throw DataError(fmt::format("{}: {} is no object with path and sha256", where, entry.dump()));
    }
    const auto float_inputs = optional_member<std::string>(entry, "float_inputs", "f32", where);
    const auto dtype = dtype_from(float_inputs);
    if (!dtype) {
        throw DataError(
            fmt::format("{}: float_inputs \"{}\" is not one of {}", where, float_inputs, fmt::join(dtypes(), ", ")));
    }
    return {inside(folder, required<std::string>(entry, "path", where), where),
            required<std::string>(entry, "sha256", where), *dtype};
}

/// The files of one format, `place` ("files", "files.onnx") in the manifest.
void add_files(const Json& entries, const std::string& format, const std::string& place, const fs::path& manifest,
               std::map<FileKey, ModelFile>& files) {
    const std::string where = manifest.string();
    for (const auto& [dtype, entry] : entries.items()) {
        if (!is_plain(dtype)) {
            throw DataError(fmt::format("{}: \"{}\" has a dtype with control characters", where, place));
        }
        files[{format, dtype}] =
            read_model_file(entry, manifest.parent_path(), fmt::format("{}: {}.{}", where, place, dtype));
    }
    if (files.count({format, "fp32"}) == 0) {
        throw DataError(fmt::format("{}: \"{}\" has no fp32, which accuracy is measured against", where, place));
    }
}

std::map<FileKey, ModelFile> read_files(const Json& json, const fs::path& manifest, bool is_older) {
    const std::string where = manifest.string();
    const Json& entries = object_member(json, "files", where);
    std::map<FileKey, ModelFile> files;
    if (is_older) {
        add_files(entries, "torchscript", "files", manifest, files);
        return files;
    }
    for (const auto& [format, of_format] : entries.items()) {
        if (format.empty() || !is_plain(format)) {
            throw DataError(where + ": \"files\" has a format whose name is empty, or has control characters");
        }
        if (!of_format.is_object()) {
            throw DataError(
                fmt::format("{}: files.{} is {}, not an object of files by dtype", where, format, of_format.dump()));
        }
        add_files(of_format, format, "files." + format, manifest, files);
    }
    if (files.empty()) {
        throw DataError(where + ": \"files\" names no file");
    }
    return files;
}

/// By the endings that say it; a file of any other ending is for any engine to judge.
std::string format_of(const fs::path& file) {
    static const std::map<std::string, std::string> formats{
        {".pt", "torchscript"}, {".pth", "torchscript"}, {".ts", "torchscript"}, {".onnx", "onnx"}, {".pt2", "pt2"}};
    const auto found = formats.find(file.extension().string());
    return found == formats.end() ? "" : found->second;
}

Shape read_shape(const Json& example, const std::string& where) {
    Shape shape;
    for (const auto& [symbol, length] : object_member(example, "shape", where).items()) {
        if (!fits<std::int64_t>(length) || length.get<std::int64_t>() < 0) {
            throw DataError(fmt::format("{}: shape.{} is {}, not an integer from 0", where, symbol, length.dump()));
        }
        shape[symbol] = length.get<std::int64_t>();
    }
    return shape;
}

void check_symbols(const InputSpec& input, const Shape& shape, const std::string& where) {
    for (const Dimension& dimension : input.dimensions) {
        const auto* symbol = std::get_if<std::string>(&dimension);
        if (symbol != nullptr && shape.count(*symbol) == 0) {
            throw DataError(fmt::format("{}: shape has no \"{}\", which an input of the model has", where, *symbol));
        }
    }
    for (const auto& [key, item] : input.items) {
        check_symbols(item, shape, where);
    }
}

std::optional<Example> read_example(const Json& manifest, const fs::path& folder, const std::string& where) {
    const Json json = optional_object(manifest, "example", where);
    if (json.is_null()) {
        return std::nullopt;
    }
    const std::string here = where + ": example";
    return Example{inside(folder, required<std::string>(json, "inputs", here), here),
                   inside(folder, required<std::string>(json, "outputs", here), here), read_shape(json, here)};
}

std::string names_of(const FoundBundles& found) {
    std::vector<std::string> names;
    for (const Model& model : found.models) {
        names.push_back(model.name);
    }
    return names.empty() ? "no bundle" : fmt::format("{}", fmt::join(names, ", "));
}

std::string list_of(const std::vector<fs::path>& folders) {
    std::vector<std::string> names;
    for (const fs::path& folder : folders) {
        names.push_back(folder.string());
    }
    return fmt::format("{}", fmt::join(names, ", "));
}

bool looks_like_path(const std::string& text) {
    return text.find('/') != std::string::npos || fs::path(text).has_extension() || is_there(text);
}

}  // namespace

std::string describe(const FileKey& key) {
    return key.format.empty() || key.format == "torchscript" ? key.dtype : key.format + " " + key.dtype;
}

Model read_bundle(const fs::path& folder) {
    const fs::path path = folder / "manifest.json";
    const std::string where = path.string();
    const Json manifest = read_json(path);
    const auto schema = required<std::string>(manifest, "schema", where);
    if (schema != manifest_schema_name && schema != older_schema_name) {
        throw DataError(fmt::format("{}: schema is \"{}\", expected \"{}\" (or \"{}\")", where, schema,
                                    manifest_schema_name, older_schema_name));
    }
    Model model;
    model.is_bundle = true;
    model.origin = path;
    model.name = required<std::string>(manifest, "name", where);
    if (model.name.empty() || !is_plain(model.name)) {
        throw DataError(where + ": \"name\" is empty, or has control characters or what is no UTF-8");
    }
    model.description = optional_member<std::string>(manifest, "description", "", where);
    model.files = read_files(manifest, path, schema == older_schema_name);
    const Json& inputs = required_member(manifest, "inputs", where);
    if (!inputs.is_array()) {
        throw_wrong_type("inputs", where, inputs);
    }
    for (const Json& input : inputs) {
        model.inputs.push_back(input_from_json(input, where));
    }
    model.example = read_example(manifest, folder, where);
    for (const InputSpec& input : model.inputs) {
        if (model.example) {
            check_symbols(input, model.example->shape, where + ": example");
        }
    }
    model.source = optional_object(manifest, "source", where);
    model.weights = optional_object(manifest, "weights", where);
    optional_member<std::string>(model.weights, "kind", "", where + ": weights");
    return model;
}

Model lone_file(const fs::path& file, std::vector<InputSpec> inputs) {
    Model model;
    model.name = file.stem().string();
    if (!is_plain(model.name)) {  // It becomes part of keys, in documents and on terminals.
        throw UsageError(fmt::format("{}: its name has control characters or what is no UTF-8; give it another one",
                                     protocol::printable(file.string(), file.string().size())));
    }
    model.origin = file;
    model.files[{format_of(file), "fp32"}] = {file, "", "f32"};
    model.inputs = std::move(inputs);
    model.source = {{"file", file.filename().string()}};
    model.weights = {{"kind", "unknown"}};
    return model;
}

std::vector<fs::path> bundle_folders(const std::vector<std::string>& given) {
    std::vector<fs::path> folders(given.begin(), given.end());
    if (folders.empty()) {
        if (const char* variable = std::getenv("GRAVBENCH_MODELS"); variable != nullptr) {
            std::istringstream stream(variable);
            for (std::string folder; std::getline(stream, folder, ':');) {
                folders.emplace_back(folder);
            }
        }
        folders.emplace_back("models");
        folders.push_back(data_folder(executable_folder()) / "models");
    }
    return folders;
}

FoundBundles find_bundles(const std::vector<fs::path>& folders) {
    FoundBundles found;
    for (const fs::path& folder : folders) {
        std::error_code ignored;
        std::vector<fs::path> candidates;
        for (const auto& entry : fs::directory_iterator(folder, ignored)) {
            if (is_there(entry.path() / "manifest.json")) {
                candidates.push_back(entry.path());
            }
        }
        std::sort(candidates.begin(), candidates.end());
        for (const fs::path& candidate : candidates) {
            try {
                Model model = read_bundle(candidate);
                const bool is_known = std::any_of(found.models.begin(), found.models.end(),
                                                  [&](const Model& other) { return other.name == model.name; });
                if (!is_known) {
                    found.models.push_back(std::move(model));
                }
            } catch (const DataError& error) {
                found.broken.emplace_back(error.what());
            }
        }
    }
    return found;
}

Model find_model(const std::string& text, const std::vector<InputSpec>& inputs, const std::vector<fs::path>& folders) {
    if (is_folder(text) && is_there(fs::path(text) / "manifest.json")) {
        return read_bundle(text);
    }
    for (const fs::path& folder : folders) {
        if (is_there(folder / text / "manifest.json")) {
            return read_bundle(folder / text);
        }
    }
    const FoundBundles found = find_bundles(folders);
    for (const Model& model : found.models) {
        if (model.name == text) {
            return model;
        }
    }
    if (!looks_like_path(text)) {
        throw UsageError(
            fmt::format("no model \"{}\": looked for a bundle in {} (found {}); scripts/export_models.py makes bundles",
                        text, list_of(folders), names_of(found)));
    }
    if (!is_there(text)) {
        throw UsageError(fmt::format("{}: {}", text, why_not_there(text)));
    }
    if (!is_plain_file(text)) {
        throw UsageError(fmt::format("{}: neither a file nor a bundle (a folder with manifest.json)", text));
    }
    if (inputs.empty()) {
        throw UsageError(
            fmt::format("{}: a file without a bundle needs one --input for each argument of forward, like --input "
                        "\"f32[batch,3,224,224]\"",
                        text));
    }
    return lone_file(text, inputs);
}

void check_file(const Model& model, ModelFile& file) {
    if (!is_there(file.path)) {
        throw DataError(fmt::format("{}: no such file, although {} names it; export the model again",
                                    file.path.string(), model.origin.string()));
    }
    const std::string sha256 = sha256_of_file(file.path);
    if (model.is_bundle && sha256 != file.sha256) {
        throw DataError(
            fmt::format("{}: SHA-256 is {}, but {} says {}: the file is damaged or another one; export the model again",
                        file.path.string(), sha256, model.origin.string(), file.sha256));
    }
    file.sha256 = sha256;
}

fs::path data_folder(const fs::path& executable_folder) {
    const fs::path installed = executable_folder / ".." / "share" / "gravbench";
    // In a build tree the executable is in build/PRESET/bin.
    return is_there(installed) ? installed.lexically_normal() : (executable_folder / "../../..").lexically_normal();
}

}  // namespace gravbench::plan
