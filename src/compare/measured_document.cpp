#include "compare/measured_document.h"

#include <fmt/format.h>

#include <algorithm>
#include <future>
#include <set>

#include "base/errors.h"
#include "base/files.h"
#include "results/document.h"

namespace gravbench::compare {
namespace {

/// Takes a document's events one by one: numbers below "samples" go into lists, what comparisons do not look at is left
/// out, and the rest becomes JSON values.
class Reader {
  public:
    using number_integer_t = Json::number_integer_t;
    using number_unsigned_t = Json::number_unsigned_t;
    using number_float_t = Json::number_float_t;
    using string_t = Json::string_t;
    using binary_t = Json::binary_t;

    explicit Reader(MeasuredDocument& document) : document_(document) {}

    bool null() { return value(nullptr); }
    bool boolean(bool truth) { return value(truth); }
    bool number_integer(number_integer_t number) { return numeric(number); }
    bool number_unsigned(number_unsigned_t number) { return numeric(number); }
    bool number_float(number_float_t number, const string_t&) { return numeric(number); }
    bool string(string_t& text) { return value(std::move(text)); }
    bool binary(binary_t&) { return false; }

    bool start_object(std::size_t) {
        if (list_ != List::none) {
            ++list_depth_;
            return true;
        }
        open(Json::object(), Kind::object);
        return true;
    }
    bool end_object() { return close(); }
    bool start_array(std::size_t) {
        if (list_ != List::none) {
            ++list_depth_;
            begin_part();
            return true;
        }
        list_ = list_at();
        if (list_ != List::none) {
            list_depth_ = 1;
            return true;
        }
        open(Json::array(), Kind::array);
        return true;
    }
    bool end_array() { return close(); }
    bool key(string_t& name) {
        if (list_ == List::none) {
            key_ = std::move(name);
        }
        return true;
    }
    bool parse_error(std::size_t, const std::string&, const nlohmann::detail::exception& error) {
        throw DataError(error.what());
    }

    Json take_root() { return std::move(root_); }

  private:
    enum class Kind { object, array };
    /// Lists that do not become JSON values.
    enum class List { none, samples, wall, skipped };

    /// Which list begins here.
    List list_at() const {
        const bool is_in_cell = path_.size() >= 3 && path_[1] == "cells";
        if (!is_in_cell || kinds_.back() != Kind::object) {
            return List::none;
        }
        if (path_.size() == 4 && path_[3] == "samples") {
            return key_ == "launches" ? List::samples : key_ == "wall_ns" ? List::wall : List::skipped;
        }
        static const std::set<std::string> unused{"kernels", "sequence", "disturbances", "effects", "ms"};
        return unused.count(key_) != 0 ? List::skipped : List::none;
    }

    void begin_part() {
        auto& launches = document_.cells.back().launches;
        if (list_ == List::samples && list_depth_ == 2) {
            launches.emplace_back();
        } else if (list_ == List::samples && list_depth_ == 3) {
            launches.back().blocks_ms.emplace_back();
        } else if (list_ == List::wall && list_depth_ == 2) {
            ++wall_launch_;
        }
    }

    template <typename Number>
    bool numeric(Number number) {
        constexpr double ns_per_ms = 1e6;
        if (list_ == List::samples && list_depth_ == 3) {
            document_.cells.back().launches.back().blocks_ms.back().push_back(static_cast<double>(number) / ns_per_ms);
            return true;
        }
        if (list_ == List::wall && list_depth_ == 2) {
            auto& launches = document_.cells.back().launches;
            if (wall_launch_ <= launches.size()) {
                launches[wall_launch_ - 1].wall_ms.push_back(static_cast<double>(number) / ns_per_ms);
            }
            return true;
        }
        return value(number);
    }

    template <typename Value>
    bool value(Value&& given) {
        if (list_ == List::none) {
            put(Json(std::forward<Value>(given)));
        }
        return true;
    }

    Json& put(Json json) {
        if (nodes_.empty()) {
            root_ = std::move(json);
            return root_;
        }
        Json& parent = *nodes_.back();
        if (parent.is_array()) {
            parent.push_back(std::move(json));
            return parent.back();
        }
        return parent[key_] = std::move(json);
    }

    void open(Json json, Kind kind) {
        const bool is_cell =
            kind == Kind::object && path_.size() == 2 && path_[1] == "cells" && kinds_.back() == Kind::array;
        if (is_cell) {
            document_.cells.emplace_back().facts = std::move(json);
            nodes_.push_back(&document_.cells.back().facts);
        } else {
            nodes_.push_back(&put(std::move(json)));
        }
        path_.push_back(key_);
        kinds_.push_back(kind);
        wall_launch_ = is_cell ? 0 : wall_launch_;
    }

    bool close() {
        if (list_ != List::none) {
            if (--list_depth_ == 0) {
                list_ = List::none;
            }
            return true;
        }
        key_ = path_.back();
        path_.pop_back();
        kinds_.pop_back();
        nodes_.pop_back();
        return true;
    }

    MeasuredDocument& document_;
    Json root_;
    std::vector<Json*> nodes_;
    std::vector<std::string> path_;
    std::vector<Kind> kinds_;
    std::string key_;
    List list_ = List::none;
    int list_depth_ = 0;
    std::size_t wall_launch_ = 0;
};

/// The facts of each launch, from the cell to the launch that they are about.
void hand_out_launch_facts(MeasuredCell& cell) {
    const auto facts = cell.facts.find("launches");
    if (facts == cell.facts.end()) {
        return;
    }
    for (std::size_t i = 0; i < std::min(facts->size(), cell.launches.size()); ++i) {
        cell.launches[i].facts = std::move((*facts)[i]);
    }
    cell.facts.erase("launches");
}

void check_schema(const Json& root, const std::string& name) {
    const Json schema = root.is_object() ? root.value("schema", Json()) : Json();
    if (schema != results::schema_name) {
        throw DataError(fmt::format("{}: not a results document: \"schema\" is {}, expected \"{}\"", name,
                                    schema.dump(), results::schema_name));
    }
    for (const char* member : {"run", "machine", "cells"}) {
        required_member(root, member, name);
    }
}

MeasuredDocument parsed(const std::string& text, const std::string& name) {
    MeasuredDocument document;
    document.name = name;
    Reader reader(document);
    try {
        Json::sax_parse(text, &reader);
    } catch (const DataError& error) {
        throw DataError(fmt::format("{}: damaged, or no JSON: {}", name, error.what()));
    }
    Json root = reader.take_root();
    check_schema(root, name);
    document.run = std::move(root["run"]);
    document.machine = std::move(root["machine"]);
    document.versus = root.value("versus", Json::array());
    for (MeasuredCell& cell : document.cells) {
        for (const char* member : {"key", "model", "settings", "problems", "valid"}) {
            required_member(cell.facts, member, name + ": a cell");
        }
        hand_out_launch_facts(cell);
    }
    return document;
}

}  // namespace

int MeasuredLaunch::number() const {
    return facts.is_object() ? facts.value("number", -1) : -1;
}

double MeasuredLaunch::seconds() const {
    return facts.is_object() ? facts.value("seconds", 0.0) : 0;
}

std::string MeasuredCell::key() const {
    return facts.at("key").get<std::string>();
}

std::size_t all_blocks(const MeasuredCell& cell) {
    std::size_t count = 0;
    for (const MeasuredLaunch& launch : cell.launches) {
        count += launch.blocks_ms.size();
    }
    return count;
}

std::size_t disturbed_blocks(const MeasuredCell& cell) {
    std::size_t count = 0;
    for (const MeasuredLaunch& launch : cell.launches) {
        count += member_or_empty(launch.facts, "disturbed_blocks").size();
    }
    return count;
}

MeasuredCell without_disturbed_blocks(const MeasuredCell& cell) {
    MeasuredCell rest;
    rest.facts = cell.facts;
    for (const MeasuredLaunch& launch : cell.launches) {
        const Json& disturbed = member_or_empty(launch.facts, "disturbed_blocks");
        MeasuredLaunch kept;
        kept.facts = launch.facts;
        for (std::size_t i = 0; i < launch.blocks_ms.size(); ++i) {
            if (std::find(disturbed.begin(), disturbed.end(), Json(i)) == disturbed.end()) {
                kept.blocks_ms.push_back(launch.blocks_ms[i]);
                kept.wall_ms.push_back(i < launch.wall_ms.size() ? launch.wall_ms[i] : 0);
            }
        }
        if (!kept.blocks_ms.empty()) {
            rest.launches.push_back(std::move(kept));
        }
    }
    return rest;
}

MeasuredDocument read_measured(const std::filesystem::path& path) {
    return parsed(read_file(path), path.string());
}

std::vector<MeasuredDocument> read_all_measured(const std::vector<std::string>& paths) {
    std::vector<std::future<MeasuredDocument>> reading;
    for (const std::string& path : paths) {
        reading.push_back(std::async(std::launch::async, [path] { return read_measured(path); }));
    }
    std::vector<MeasuredDocument> documents;
    for (auto& one : reading) {
        documents.push_back(one.get());
    }
    return documents;
}

MeasuredDocument measured_from(const Json& document, const std::string& name) {
    return parsed(document.dump(-1, ' ', false, Json::error_handler_t::replace), name);
}

}  // namespace gravbench::compare
