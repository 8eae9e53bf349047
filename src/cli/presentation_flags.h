#pragma once

#include <CLI/CLI.hpp>
#include <string>

#include "view/format.h"
#include "view/presentation.h"

namespace gravbench::cli {

/// How somebody wants to see what a command gives.
struct PresentationFlags {
    std::string format = "table";
    std::string columns;
};

/// Adds --format with the formats that this content has, and --columns where its columns can be chosen.
void add_presentation_flags(CLI::App& app, view::Content content, PresentationFlags& flags);

/// What they ask for, and the width of the terminal that stdout is. Throws UsageError for a format or a column that the
/// content does not have: to be called before anything is measured.
view::Presentation presentation_from(const PresentationFlags& flags, view::Content content);

}  // namespace gravbench::cli
