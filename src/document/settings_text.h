#pragma once

#include <map>
#include <string>
#include <vector>

#include "base/value.h"
#include "document/text_values.h"
#include "findings/effect.h"
#include "plan/identity.h"

/// What a cell is and what was asked of its engine, straight into structs. All throw as the functions of text_values.h.
namespace gravbench::document {

/// The member "settings" of a cell.
struct CellSettings {
    /// Version 2: complete settings.
    plan::Settings requested;
    /// Version 1: the same with the shape and further variables among them, as an object.
    Json requested_1 = Json::object();
    std::map<std::string, Value> effective;
    std::vector<findings::Effect> effects;
};
CellSettings settings_at(simdjson::ondemand::value found, bool is_version_1, const Place& place);

/// The member "identity" of a cell of version 2.
plan::Identity identity_at(simdjson::ondemand::value found, const Place& place);

}  // namespace gravbench::document
