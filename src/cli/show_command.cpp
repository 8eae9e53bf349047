#include <cstdio>
#include <filesystem>
#include <memory>
#include <string>

#include "base/files.h"
#include "cli/command.h"
#include "cli/presentation_flags.h"
#include "compare/comparison_reader.h"
#include "document/build.h"
#include "document/reader.h"
#include "view/comparison_view.h"
#include "view/render.h"

namespace gravbench::cli {
namespace {

struct ShowFlags {
    std::string file;
    PresentationFlags presentation;
};

document::Document read_results(const std::filesystem::path& path) {
    return path.extension() == ".journal" ? document::from_journal(path) : document::read(path);
}

std::string text_for(const ShowFlags& flags) {
    if (compare::is_comparison(flags.file)) {
        const view::Presentation presentation = presentation_from(flags.presentation, view::Content::comparison);
        return view::render_comparison(compare::read_comparison(flags.file), presentation);
    }
    const view::Presentation presentation = presentation_from(flags.presentation, view::Content::results);
    return view::render_results(read_results(flags.file), presentation);
}

}  // namespace

Action set_up_show(CLI::App& app, const std::vector<std::string>&) {
    auto flags = std::make_shared<ShowFlags>();
    app.add_option("FILE", flags->file, "a results document, the journal of a run, or the document of a comparison")
        ->required();
    add_presentation_flags(app, view::Content::results, flags->presentation);
    app.footer(
        "Examples: gravbench show results.json --columns model,batch,p50_ms,p99_ms\n"
        "          gravbench show results.json.journal      (what an interrupted run has measured so far)\n"
        "          gravbench show comparison.json           (what gravbench compare -o wrote)");
    return [flags] {
        const std::string text = text_for(*flags);
        print_to(stdout, text);
        return ExitCode::fine;
    };
}

}  // namespace gravbench::cli
