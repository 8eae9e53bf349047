#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <variant>
#include <vector>

#include "document/document.h"
#include "view/layout.h"

namespace gravbench::view {

/// What a column has for a cell; nothing where there is no figure.
using ColumnValue = std::variant<std::monostate, double, std::int64_t, std::string>;

/// One column of every tabular view of results.
struct Column {
    /// For machines: "p50_ms", "fpmath".
    std::string name;
    /// For people: "p50 ms".
    std::string heading;
    std::function<ColumnValue(const document::Cell& cell)> value;
    /// Whether tables for people have it unasked; others only go to CSV.
    bool is_shown = true;
    /// How a number is written for people: digits that matter, or digits after the point.
    enum class Digits { significant, six_decimals, whole } digits = Digits::significant;
    /// What becomes of it where the terminal is narrow (view/layout.h).
    int importance = 0;
    Role role = Role::figure;
    /// Why a cell has no value; empty where nothing is said.
    std::function<std::string(const document::Cell& cell)> reason = {};
};

/// The columns for a document, always of the same names: key, model, shape and settings (shown where they differ
/// between cells or from their default), then figures.
std::vector<Column> columns_for(const document::Document& document);

/// A value as people read it: "62.14", "0.999994", "-" for nothing.
std::string readable(const Column& column, const ColumnValue& value);

/// A value with all its digits; empty for nothing.
std::string exact(const ColumnValue& value);

}  // namespace gravbench::view
