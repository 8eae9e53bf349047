#pragma once

#include <optional>
#include <string>
#include <vector>

#include "document/cell_text.h"
#include "document/document.h"

/// The parts of a document that are few and become JSON values first: what the readers of all versions share. Each
/// function throws DataError that begins with `where`, the file and the place.
namespace gravbench::document {

/// A list of objects, as the member `key` has it; each is handed over with its own place.
template <typename Use>
void for_each_item(const Json& object, const char* key, const std::string& where, Use use) {
    const Json& list = required_member(object, key, where);
    if (!list.is_array()) {
        throw_wrong_type(key, where, list);
    }
    for (std::size_t i = 0; i < list.size(); ++i) {
        use(list[i], where + ": " + key + "[" + std::to_string(i) + "]");
    }
}

/// The member, which must be an object.
const Json& object_member(const Json& object, const char* key, const std::string& where);
/// The same, or nullptr where it is null or missing.
const Json* object_or_null(const Json& object, const char* key, const std::string& where);

Run run_from(const Json& json, const std::string& where);
std::map<std::string, std::string> texts_from(const Json& json, const std::string& where);

/// Launches of one number are pairs of two cells; of one cell a number can stand once only.
void check_launch_numbers(const Cell& cell, const std::string& where);

/// What both versions say of a cell in the same way: its model, settings, figures, audit, problems. Takes the
/// figures, effects and settings in force out of the text.
void read_common(CellText& text, const std::string& where, Cell& cell);

}  // namespace gravbench::document
