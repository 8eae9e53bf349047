#include "base/json.h"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>
#include <vector>

#include "base/errors.h"
#include "base/files.h"

template class nlohmann::basic_json<nlohmann::ordered_map>;

namespace gravbench {
namespace {

/// Where nlohmann's parser stands. A newline belongs to the line that it ends: the parser has read the character after
/// a number when it reports the number.
struct Position {
    int line = 1;
    bool is_after_newline = false;
};

/// Reads characters for nlohmann's parser and counts the lines it has passed: the library has no positions before 3.12.
/// The parser copies iterators, so the position lives outside.
class CountingIterator {
  public:
    using iterator_category = std::input_iterator_tag;
    using value_type = char;
    using difference_type = std::ptrdiff_t;
    using pointer = const char*;
    using reference = const char&;

    CountingIterator(const char* at, Position* position) : at_(at), position_(position) {}
    reference operator*() const { return *at_; }
    CountingIterator& operator++() {
        position_->line += position_->is_after_newline ? 1 : 0;
        position_->is_after_newline = *at_ == '\n';
        ++at_;
        return *this;
    }
    CountingIterator operator++(int) {
        CountingIterator before = *this;
        ++*this;
        return before;
    }
    bool operator==(const CountingIterator& other) const { return at_ == other.at_; }
    bool operator!=(const CountingIterator& other) const { return at_ != other.at_; }

  private:
    const char* at_;
    Position* position_;
};

/// The library's text is "[json.exception.parse_error.101] parse error at line 3, column 5: syntax error ...";
/// of a number too large it is "[json.exception.out_of_range.406] number overflow parsing '1e999'".
std::string reason(const nlohmann::json::exception& error) {
    const std::string text = error.what();
    const auto place = text.find(": ");
    const auto start = place == std::string::npos ? text.find("] ") : place;
    return start == std::string::npos ? text : text.substr(start + 2);
}

std::string escaped(std::string_view key) {
    std::string result;
    for (const char c : key) {
        result += c == '~' ? "~0" : c == '/' ? "~1" : std::string(1, c);
    }
    return result;
}

/// Writing a value recurses into it, and so does this, but no deeper than `most`.
bool is_nested_deeper(const Json& value, int most) {
    return value.is_structured() && (most == 0 || std::any_of(value.begin(), value.end(), [most](const Json& item) {
                                         return is_nested_deeper(item, most - 1);
                                     }));
}

/// To be asked only of what is not nested deeply.
bool has_many_members(const Json& value) {
    return value.is_structured() && ((value.is_object() && value.size() > most_members) ||
                                     std::any_of(value.begin(), value.end(), has_many_members));
}

void check_limits(const Json& value, const std::filesystem::path& path) {
    if (is_nested_deeper(value, static_cast<int>(most_depth))) {
        throw DataError(fmt::format("{}: brackets are nested deeper than {} levels", path.string(), most_depth));
    }
    if (has_many_members(value)) {
        throw DataError(fmt::format("{}: an object has more than {} members", path.string(), most_members));
    }
}

void write_readable(const Json& value, const std::string& indent, std::string& text) {
    const bool is_flat =
        std::none_of(value.begin(), value.end(), [](const Json& item) { return item.is_structured(); });
    if (!value.is_structured() || value.empty() || (value.is_array() && is_flat)) {
        text += value.dump(-1, ' ', false, Json::error_handler_t::replace);
        return;
    }
    const std::string deeper = indent + "  ";
    text += value.is_array() ? "[\n" : "{\n";
    bool is_first = true;
    for (const auto& [key, item] : value.items()) {
        text += (is_first ? "" : ",\n") + deeper;
        is_first = false;
        if (value.is_object()) {
            text += Json(key).dump(-1, ' ', false, Json::error_handler_t::replace) + ": ";
        }
        write_readable(item, deeper, text);
    }
    text += "\n" + indent + (value.is_array() ? "]" : "}");
}

/// Deeper than any config, and so far below what a document may have that a config can be part of one.
constexpr std::size_t most_config_depth = 32;

/// Builds the document from the parser's events, noting the line of each value.
class LocatingHandler : public nlohmann::json_sax<Json> {
  public:
    LocatingHandler(LocatedJson& result, const int& line, const std::string& name)
        : result_(result), line_(line), name_(name) {}

    bool null() override { return scalar(nullptr); }
    bool boolean(bool value) override { return scalar(value); }
    bool number_integer(number_integer_t value) override { return scalar(value); }
    bool number_unsigned(number_unsigned_t value) override { return scalar(value); }
    bool number_float(number_float_t value, const string_t&) override { return scalar(value); }
    bool string(string_t& value) override { return scalar(value); }
    bool binary(binary_t&) override { return false; }
    bool start_object(std::size_t) override { return open(Json::object()); }
    bool end_object() override { return close(); }
    bool start_array(std::size_t) override { return open(Json::array()); }
    bool end_array() override { return close(); }

    bool key(string_t& value) override {
        Json& object = *open_.back().value;
        if (object.contains(value)) {
            throw ConfigError(name_, line_, fmt::format("\"{}\" is given twice in one object", value));
        }
        if (object.size() == most_members) {
            throw ConfigError(name_, line_, fmt::format("more than {} members in one object", most_members));
        }
        key_ = value;
        return true;
    }

    bool parse_error(std::size_t, const std::string&, const nlohmann::detail::exception& error) override {
        throw ConfigError(name_, line_, "not valid JSON: " + reason(error));
    }

  private:
    struct Open {
        Json* value;
        std::string pointer;
    };

    Json& place(Json value, std::string& pointer) {
        if (open_.empty()) {
            result_.value = std::move(value);
            result_.lines[pointer] = line_;
            return result_.value;
        }
        Json& parent = *open_.back().value;
        pointer = open_.back().pointer + "/" + (parent.is_array() ? std::to_string(parent.size()) : escaped(key_));
        result_.lines[pointer] = line_;
        if (parent.is_array()) {
            parent.push_back(std::move(value));
            return parent.back();
        }
        return parent[key_] = std::move(value);
    }

    bool scalar(Json value) {
        std::string pointer;
        place(std::move(value), pointer);
        return true;
    }

    bool open(Json empty) {
        if (open_.size() >= most_config_depth) {
            throw ConfigError(name_, line_, fmt::format("nested deeper than {} levels", most_config_depth));
        }
        std::string pointer;
        Json& placed = place(std::move(empty), pointer);
        open_.push_back({&placed, pointer});
        return true;
    }

    bool close() {
        open_.pop_back();
        return true;
    }

    LocatedJson& result_;
    const int& line_;
    const std::string& name_;
    std::string key_;
    // Only the innermost open container grows, so pointers to the outer ones stay valid.
    std::vector<Open> open_;
};

}  // namespace

const Json& required_member(const Json& object, std::string_view key, std::string_view where) {
    const auto found = object.is_object() ? object.find(key) : object.end();
    if (found == object.end()) {
        throw_missing_member(key, where);
    }
    return *found;
}

const Json& member_or_empty(const Json& object, std::string_view key) {
    static const Json empty = Json::object();
    const auto found = object.is_object() ? object.find(key) : object.end();
    return found == object.end() ? empty : *found;
}

int LocatedJson::line_of(const std::string& pointer) const {
    const auto found = lines.find(pointer);
    return found == lines.end() ? 1 : found->second;
}

LocatedJson parse_located(std::string_view text, const std::string& name) {
    LocatedJson result;
    Position position;
    LocatingHandler handler(result, position.line, name);
    Json::sax_parse(CountingIterator(text.data(), &position), CountingIterator(text.data() + text.size(), &position),
                    &handler, nlohmann::json::input_format_t::json, /*strict=*/true, /*ignore_comments=*/true);
    return result;
}

std::string readable_json(const Json& value) {
    std::string text;
    write_readable(value, "", text);
    return text + "\n";
}

Json read_json(const std::filesystem::path& path) {
    const std::string text = read_file(path);
    try {
        Json value = Json::parse(text);
        check_limits(value, path);
        return value;
    } catch (const nlohmann::json::parse_error& error) {
        const auto line =
            1 + std::count(text.begin(), text.begin() + static_cast<std::ptrdiff_t>(std::min(error.byte, text.size())),
                           '\n');
        throw DataError(fmt::format("{}:{}: not valid JSON: {}", path.string(), line, reason(error)));
    } catch (const nlohmann::json::exception& error) {
        throw DataError(fmt::format("{}: not valid JSON: {}", path.string(), reason(error)));
    }
}

void throw_missing_member(std::string_view key, std::string_view where) {
    throw DataError(fmt::format("{}: \"{}\" is missing", where, key));
}

void throw_wrong_type(std::string_view key, std::string_view where, const Json& value) {
    constexpr int most_shown_depth = 20;
    const std::string shown = is_nested_deeper(value, most_shown_depth)
                                  ? "lists or objects, nested deeply"
                                  : value.dump(-1, ' ', false, Json::error_handler_t::replace).substr(0, 80);
    throw DataError(fmt::format("{}: \"{}\" has the wrong type: {}", where, key, shown));
}

}  // namespace gravbench
