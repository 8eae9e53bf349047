#pragma once

#include <optional>
#include <string>
#include <vector>

namespace gravbench::view {

/// How somebody wants to see something.
struct Presentation {
    std::string format = "table";
    /// The columns that were chosen, by name, or "all"; empty leaves the choice to the table.
    std::vector<std::string> columns = {};
    /// Columns of the terminal that a table has to fit; nothing where it goes into a pipe or a file and stays whole.
    std::optional<int> width = {};
};

}  // namespace gravbench::view
