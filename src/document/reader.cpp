#include "document/reader.h"

#include <fmt/format.h>

#include <fstream>
#include <future>
#include <sstream>

#include "base/checked_json.h"
#include "base/errors.h"
#include "base/files.h"
#include "document/cell_text.h"
#include "document/document_text.h"
#include "document/parts.h"
#include "document/strict_json.h"
#include "document/version_1.h"
#include "document/writer.h"

namespace gravbench::document {
namespace {

/// An index into a table of the document; nothing where it is null.
std::optional<std::size_t> place_from(const Json& json, const char* key, std::size_t count, const std::string& where) {
    const auto place = required_member(json, key, where).is_null()
                           ? std::nullopt
                           : std::optional(required<std::size_t>(json, key, where));
    if (place && *place >= count) {
        throw DataError(fmt::format("{}: \"{}\" is {}, but there are {}", where, key, *place, count));
    }
    return place;
}

void read_cell(CellText text, const std::string& where, Document& document) {
    const Json& json = text.rest;
    Cell& cell = document.cells.emplace_back();
    read_common(text, where, cell);
    cell.identity = std::move(text.identity);
    cell.requested = std::move(text.settings.requested);
    cell.engine = place_from(json, "engine", document.engines.size(), where);
    cell.machine = place_from(json, "machine", document.machines.size(), where);
    cell.launches = std::move(text.launches);
    for (const Launch& launch : cell.launches) {
        if (launch.engine >= document.engines.size() || launch.machine >= document.machines.size()) {
            throw DataError(where + ": a launch names an engine or machine that the document has not");
        }
    }
}

/// What a machine of the document says of its yardstick; nothing where it says nothing.
std::optional<Yardstick> yardstick_from(const Json& machine, const std::string& where) {
    const Json* json = object_or_null(machine, "yardstick", where);
    if (json == nullptr) {
        return std::nullopt;
    }
    const std::string place = where + ".yardstick";
    Yardstick yardstick;
    if (const Json* loops = object_or_null(*json, "loops", place)) {
        yardstick.loops = machine::yardstick_description_from(*loops, place + ".loops");
    }
    for_each_item(*json, "peaks", place, [&](const Json& peak, const std::string& here) {
        yardstick.peaks.push_back(machine::yardstick_reading_from(peak, here));
    });
    if (checked::has(*json, "practical")) {  // Documents of before there was one have none.
        for_each_item(*json, "practical", place, [&](const Json& peaks, const std::string& here) {
            yardstick.practical.push_back(machine::practical_peaks_from(peaks, here));
        });
    }
    return yardstick;
}

std::optional<plan::EngineFile> engine_file_from(const Json& json, const std::string& where) {
    if (!checked::has(json, "file")) {
        return std::nullopt;
    }
    const Json& file = checked::object(json, "file", where);
    const std::string here = checked::place_of(where, "file");
    return plan::EngineFile{checked::text(file, "path", here), checked::text(file, "sha256", here)};
}

void read_head(const Json& head, Document& document) {
    document.run = run_from(object_member(head, "run", document.name), document.name + ": run");
    for_each_item(head, "machines", document.name, [&](const Json& json, const std::string& here) {
        document.machines.push_back({machine::machine_from(json, here), yardstick_from(json, here)});
    });
    if (document.machines.empty()) {
        throw DataError(document.name + ": \"machines\" is empty");
    }
    for_each_item(head, "engines", document.name, [&](const Json& json, const std::string& here) {
        document.engines.push_back({protocol::engine_description_from(json, here),
                                    required<bool>(json, "emulated", here), engine_file_from(json, here)});
    });
}

void read_versus(const Json& head, Document& document) {
    for_each_item(head, "versus", document.name, [&](const Json& pair, const std::string& here) {
        document.versus.push_back({place_from(pair, "base", document.cells.size(), here).value_or(0),
                                   place_from(pair, "new", document.cells.size(), here).value_or(0)});
    });
}

/// Which version wrote it. Throws DataError where it is no results document, or one of a later version.
bool is_version_1(const Json& head, const std::string& name) {
    const auto found = head.is_object() ? head.find("schema") : head.end();
    const bool is_there = head.is_object() && found != head.end();
    if (is_there && (*found == schema_name || *found == version_1::schema_name)) {
        return *found == version_1::schema_name;
    }
    throw DataError(
        fmt::format("{}: not a results document: \"schema\" is {}, expected {} or {}", name,
                    is_there ? found->dump(-1, ' ', false, Json::error_handler_t::replace).substr(0, 80) : "missing",
                    schema_name, version_1::schema_name));
}

/// The head as far as it was read, closed; null where that is no JSON, so that there is more to come.
Json head_so_far(const DocumentText& text, const std::string& name) {
    try {
        return strict_json(text.head() + "}", name);
    } catch (const DataError&) {
        return nullptr;
    }
}

/// Whether cells can be read by it.
bool is_enough(const Json& head) {
    const auto has = [&](const char* key) { return head.contains(key); };
    return head.is_object() && has("schema") && has("run") && (has("machine") || (has("machines") && has("engines")));
}

void read_next_cell(std::string& text, bool is_first_version, CellParser& parser, Document& document) {
    const std::string where = fmt::format("{}: cells[{}]", document.name, document.cells.size());
    (is_first_version ? version_1::read_cell : read_cell)(parser.read(text, is_first_version, where), where, document);
    check_launch_numbers(document.cells.back(), where);
}

/// What stands before the cells where that is enough to read them, as in a document that this program wrote; else all
/// that stands around them.
Json head_for_cells(std::istream& stream, const std::string& name) {
    DocumentText text(stream);
    std::string cell;
    if (text.next_cell(cell)) {
        Json head = head_so_far(text, name);
        if (is_enough(head)) {
            return head;
        }
    }
    while (text.next_cell(cell)) {
    }
    return strict_json(text.head(), name);
}

void read_cells(std::istream& stream, Document& document) {
    Json head = head_for_cells(stream, document.name);
    const bool is_first_version = is_version_1(head, document.name);
    (is_first_version ? version_1::read_head : read_head)(head, document);
    stream.clear();
    stream.seekg(0);
    DocumentText text(stream);
    CellParser parser;
    for (std::string cell; text.next_cell(cell);) {
        read_next_cell(cell, is_first_version, parser, document);
    }
    // Whole at last: what stands behind the cells was not checked yet.
    head = strict_json(text.head(), document.name);
    // Under a name that is written with escapes cells would be taken for a part of the head.
    if (!head.contains("cells") || !head["cells"].is_array() || !head["cells"].empty()) {
        throw DataError(document.name + ": \"cells\": expected a list of that name");
    }
    (is_first_version ? version_1::read_versus : read_versus)(head, document);
}

Document parsed(std::istream& stream, const std::string& name) {
    Document document;
    document.name = name;
    try {
        read_cells(stream, document);
    } catch (const DataError& error) {
        const std::string message = error.what();
        throw DataError(message.starts_with(": ") ? name + message : message);
    }
    return document;
}

}  // namespace

Document read(const std::filesystem::path& path) {
    std::ifstream file(path, std::ios::binary);
    // A pipe cannot be read twice; and what cannot be read at all is told by read_file.
    return file && is_plain_file(path) ? parsed(file, path.string()) : from_text(read_file(path), path.string());
}

Document from_text(std::string_view text, const std::string& name) {
    std::istringstream stream{std::string(text)};
    return parsed(stream, name);
}

std::vector<Document> read_all(const std::vector<std::string>& paths) {
    std::vector<std::future<Document>> reading;
    for (const std::string& path : paths) {
        reading.push_back(std::async(std::launch::async, [path] { return read(path); }));
    }
    std::vector<Document> documents;
    for (auto& one : reading) {
        documents.push_back(one.get());
    }
    return documents;
}

}  // namespace gravbench::document
