#pragma once

#include <vector>

#include "document/document.h"
#include "document/text_values.h"

namespace gravbench::document {

/// The member "launches" of a cell, straight into its structs: a document has hundreds of thousands of samples. Throws
/// as the functions of text_values.h.
std::vector<Launch> launches_at(simdjson::ondemand::value found, const Place& place);

}  // namespace gravbench::document
