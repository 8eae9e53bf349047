#pragma once

#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "document/document.h"

namespace gravbench::document {

/// Reads a results document of any version that was released: `gravbench.results/2`, and `gravbench.results/1` by a
/// migration (document/version_1.h). Every member that is used is checked. Throws DataError naming file and place
/// ("base.json: cells[3].latency_ms.p50: expected a number that is not below 0, found a text").
Document read(const std::filesystem::path& path);

/// The same of a text in memory.
Document from_text(std::string_view text, const std::string& name);

/// Several at once, on as many threads.
std::vector<Document> read_all(const std::vector<std::string>& paths);

}  // namespace gravbench::document
