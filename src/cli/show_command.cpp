#include <fmt/format.h>

#include <cstdio>
#include <memory>

#include "cli/command.h"
#include "results/document.h"
#include "view/format.h"

namespace gravbench::cli {

Action set_up_show(CLI::App& app, const std::vector<std::string>&) {
    struct Flags {
        std::string file;
        std::string format = "table";
    };
    auto flags = std::make_shared<Flags>();
    app.add_option("RESULTS", flags->file, "a results document")->required();
    app.add_option("--format", flags->format, view::format_names())->type_name("FORMAT")->capture_default_str();
    return [flags] {
        const view::Format& format = view::find_format(flags->format);
        const std::string text = format.render(results::read_document(flags->file));
        std::fwrite(text.data(), 1, text.size(), stdout);
        return ExitCode::fine;
    };
}

}  // namespace gravbench::cli
