#include <fmt/format.h>

#include <map>
#include <memory>

#include "base/files.h"
#include "base/text.h"
#include "cli/command.h"
#include "plan/bundle.h"

namespace gravbench::cli {
namespace {

std::string dimension_text(const plan::Dimension& dimension) {
    const auto* symbol = std::get_if<std::string>(&dimension);
    return symbol != nullptr ? *symbol : std::to_string(std::get<std::int64_t>(dimension));
}

/// "input_ids:i64[batch,seq]", as --input takes it.
std::string input_text(const plan::InputSpec& input) {
    std::vector<std::string> dimensions;
    for (const plan::Dimension& dimension : input.dimensions) {
        dimensions.push_back(dimension_text(dimension));
    }
    return fmt::format("{}:{}[{}]", input.name, input.dtype, fmt::join(dimensions, ","));
}

void print_model(const plan::Model& model) {
    std::map<std::string, std::vector<std::string>> dtypes;  // by format
    for (const auto& [key, file] : model.files) {
        dtypes[key.format].push_back(key.dtype);
    }
    std::vector<std::string> files;
    for (const auto& [format, of_format] : dtypes) {
        files.push_back(fmt::format("{} {}", format, fmt::join(of_format, ", ")));
    }
    std::vector<std::string> inputs;
    for (const plan::InputSpec& input : model.inputs) {
        inputs.push_back(input.kind == plan::InputSpec::Kind::tensor ? input_text(input) : input.name);
    }
    print_to(stdout, fmt::format("{}\n    {}\n    files {}; inputs {}; weights {}\n    {}\n", model.name,
                                 one_line(model.description), fmt::join(files, "; "), fmt::join(inputs, " "),
                                 model.weights.is_object() ? model.weights.value("kind", "unknown") : "unknown",
                                 model.origin.parent_path().string()));
}

}  // namespace

Action set_up_models(CLI::App& app, const std::vector<std::string>&) {
    auto folders = std::make_shared<std::vector<std::string>>();
    app.add_option("--models-dir", *folders,
                   "where bundles are (default: $GRAVBENCH_MODELS, ./models, the installation's)")
        ->allow_extra_args(false);
    return [folders] {
        const auto searched = plan::bundle_folders(*folders);
        const plan::FoundBundles found = plan::find_bundles(searched);
        for (const plan::Model& model : found.models) {
            print_model(model);
        }
        for (const std::string& broken : found.broken) {
            print_to(stderr, fmt::format("gravbench: {}\n", broken));
        }
        if (found.models.empty()) {
            for (const auto& folder : searched) {
                print_to(stderr, fmt::format("gravbench: no bundle in {}\n", folder.string()));
            }
            print_to(stderr, "gravbench: scripts/export_models.py makes bundles\n");
        }
        return found.broken.empty() ? ExitCode::fine : ExitCode::usage;
    };
}

}  // namespace gravbench::cli
