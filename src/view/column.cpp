#include "view/column.h"

#include <fmt/format.h>

#include <algorithm>

#include "plan/setting.h"
#include "view/figure_column.h"
#include "view/number.h"

namespace gravbench::view {
namespace {

using document::Cell;
using document::Document;
using Digits = Column::Digits;

/// Settings tell the cells apart: they fall away after most figures.
constexpr int importance_of_settings = 70;

ColumnValue value_of(const Value& value) {
    return std::visit([](const auto& one) { return ColumnValue(one); }, value);
}

/// What the cell was asked for; nothing for a dimension that its model lacks.
ColumnValue requested(const Cell& cell, const plan::Setting& setting) {
    if (setting.via == plan::Setting::Via::shape) {
        const auto length = cell.identity.shape.find(setting.name);
        return length == cell.identity.shape.end() ? ColumnValue() : ColumnValue(length->second);
    }
    const auto value = cell.requested.find(setting.name);
    return value == cell.requested.end() ? ColumnValue() : value_of(value->second);
}

/// Whether people need to see a setting: it differs between cells, or from its default.
bool is_of_interest(const Document& document, const plan::Setting& setting) {
    const bool is_shape = setting.via == plan::Setting::Via::shape;
    return std::any_of(document.cells.begin(), document.cells.end(), [&](const Cell& cell) {
        const ColumnValue value = requested(cell, setting);
        return value != ColumnValue() && (is_shape || value != value_of(setting.default_value));
    });
}

Column setting_column(const Document& document, const plan::Setting& setting) {
    Column column{setting.name, setting.name, [&setting](const Cell& cell) { return requested(cell, setting); }};
    column.is_shown = is_of_interest(document, setting);
    column.digits = Digits::whole;
    column.importance = importance_of_settings;
    column.role = Role::setting;
    return column;
}

/// "tokens=8 images=1"
template <typename Values>
ColumnValue assignments(const Values& values) {
    std::string text;
    for (const auto& [name, value] : values) {
        text += fmt::format("{}{}={}", text.empty() ? "" : " ", name, value);
    }
    return text.empty() ? ColumnValue() : ColumnValue(text);
}

bool is_of_a_setting(const std::string& dimension) {
    const plan::Setting* setting = plan::find_setting(dimension);
    return setting != nullptr && setting->via == plan::Setting::Via::shape;
}

/// The dimensions that are no setting of their own.
ColumnValue other_dimensions(const Cell& cell) {
    plan::Shape others = cell.identity.shape;
    std::erase_if(others, [](const auto& dimension) { return is_of_a_setting(dimension.first); });
    return assignments(others);
}

ColumnValue variables(const Cell& cell) {
    return assignments(cell.identity.environment);
}

ColumnValue engine(const Cell& cell) {
    return cell.identity.engine;
}

/// The second of two that are measured against each other, where it has the same settings.
ColumnValue variant(const Cell& cell) {
    return std::int64_t{cell.identity.variant};
}

Column given_column(const Document& document, const std::string& name, ColumnValue (*value)(const Cell&),
                    const ColumnValue& usual) {
    Column column{name, name, value};
    column.is_shown = std::any_of(document.cells.begin(), document.cells.end(),
                                  [&](const Cell& cell) { return value(cell) != usual; });
    column.digits = Digits::whole;
    column.importance = importance_of_settings;
    column.role = Role::setting;
    return column;
}

Column identity_column(const std::string& name, ColumnValue (*value)(const Cell&), bool is_shown, Role role) {
    Column column{name, name, value, is_shown};
    column.importance = always - 1;
    column.role = role;
    return column;
}

}  // namespace

std::vector<Column> columns_for(const Document& document) {
    std::vector<Column> columns{
        identity_column(
            "key", [](const Cell& cell) { return ColumnValue(cell.key); }, false, Role::key),
        identity_column(
            "valid", [](const Cell& cell) { return ColumnValue(cell.is_valid ? "true" : "false"); }, false,
            Role::figure),
        identity_column(
            "model", [](const Cell& cell) { return ColumnValue(cell.model.name); }, true, Role::setting)};
    columns.push_back(given_column(document, "engine", engine, plan::default_engine));
    for (const plan::Setting& setting : plan::settings()) {
        // The engine's name is in the identity, whether the table of settings has it or not.
        if (setting.via != plan::Setting::Via::program) {
            columns.push_back(setting_column(document, setting));
        }
    }
    columns.push_back(given_column(document, plan::shape_key, other_dimensions, {}));
    columns.push_back(given_column(document, plan::env_key, variables, {}));
    columns.push_back(given_column(document, "variant", variant, std::int64_t{1}));
    for (Column& column : figure_columns(document)) {
        columns.push_back(std::move(column));
    }
    return columns;
}

std::string readable(const Column& column, const ColumnValue& value) {
    if (std::holds_alternative<std::monostate>(value)) {
        return "-";
    }
    if (const auto* text = std::get_if<std::string>(&value)) {
        return *text;
    }
    const auto* integer = std::get_if<std::int64_t>(&value);
    const double number = integer != nullptr ? static_cast<double>(*integer) : std::get<double>(value);
    switch (column.digits) {
        case Digits::six_decimals:
            return fmt::format("{:.6f}", number);
        case Digits::whole:
            // A setting's number that is no integer is what it is.
            return column.role == Role::setting && integer == nullptr ? fmt::format("{}", number)
                                                                      : fmt::format("{:.0f}", number);
        case Digits::significant:
            break;
    }
    return four_digits(number);
}

std::string exact(const ColumnValue& value) {
    if (const auto* text = std::get_if<std::string>(&value)) {
        return *text;
    }
    if (const auto* integer = std::get_if<std::int64_t>(&value)) {
        return std::to_string(*integer);
    }
    const auto* number = std::get_if<double>(&value);
    return number != nullptr ? all_digits(*number) : "";
}

}  // namespace gravbench::view
