#pragma once

#include <string>

#include "base/json.h"

namespace gravbench::view {

std::string render_table(const Json& document);
std::string render_markdown(const Json& document);
/// RFC 4180: commas, quotes doubled, one header line. Empty for null.
std::string render_csv(const Json& document);
std::string render_jsonl(const Json& document);
std::string render_json(const Json& document);

}  // namespace gravbench::view
