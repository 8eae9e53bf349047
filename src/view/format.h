#pragma once

#include <string>
#include <vector>

#include "base/json.h"

namespace gravbench::view {

/// A way to show a results document. The table `formats()` is the only list of them.
struct Format {
    std::string name;
    std::string help;
    std::string (*render)(const Json& document);
};

const std::vector<Format>& formats();

/// Throws UsageError that lists the formats there are.
const Format& find_format(const std::string& name);

/// "table, markdown, csv, ..."
std::string format_names();

}  // namespace gravbench::view
