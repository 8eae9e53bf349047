#pragma once

#include <functional>
#include <string>
#include <vector>

#include "base/json.h"

namespace gravbench::view {

/// One column of every tabular view. The table is built for one document, because settings that no cell changes have no
/// column in what people read.
struct Column {
    /// For machines: "p50_ms", "fpmath".
    std::string name;
    /// For people: "p50 ms".
    std::string heading;
    using Value = std::function<Json(const Json& cell)>;
    /// The figure of a cell, null where there is none.
    Value value;
    /// Whether tables for people have it; others only go to CSV.
    bool is_shown = true;
    /// How a number is written for people: digits that matter, or digits after the point.
    enum class Digits { significant, six_decimals, whole } digits = Digits::significant;
};

/// The columns for a document: model, shape and settings (shown where they differ between cells or from their default),
/// then figures.
std::vector<Column> columns_for(const Json& document);

/// A figure as people read it: "62.14", "0.999994", "-" for null.
std::string readable(const Column& column, const Json& value);

}  // namespace gravbench::view
