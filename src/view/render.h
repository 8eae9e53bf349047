#pragma once

#include <string>
#include <vector>

#include "document/document.h"
#include "view/presentation.h"

/// Results as text.
namespace gravbench::view {

/// Throws UsageError for a format or column that results do not have.
void check_results_view(const Presentation& presentation);

/// In the presentation's format. Throws as check_results_view().
std::string render_results(const document::Document& document, const Presentation& presentation);

}  // namespace gravbench::view
