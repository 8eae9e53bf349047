#include "plan/input_spec.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/errors.h"
#include "base/text.h"

namespace gravbench::plan {
namespace {

constexpr std::pair<const char*, InputSpec::Kind> kinds[] = {{"tensor", InputSpec::Kind::tensor},
                                                             {"scalar", InputSpec::Kind::scalar},
                                                             {"list", InputSpec::Kind::list},
                                                             {"tuple", InputSpec::Kind::tuple},
                                                             {"dict", InputSpec::Kind::dict}};

const char* name_of(InputSpec::Kind kind) {
    return std::find_if(std::begin(kinds), std::end(kinds), [&](const auto& entry) { return entry.second == kind; })
        ->first;
}

/// Floats spread around zero; integers are kept to 0 and 1, which most index spaces and masks allow.
Json default_values(const std::string& dtype) {
    return {{"uniform", dtype[0] == 'f' || dtype == "bf16" ? Json{-1.0, 1.0} : Json{0, 1}}};
}

void check_values(const Json& values, const std::string& where) {
    if (values.size() == 1 && values.contains("constant") &&
        (values["constant"].is_number() || values["constant"].is_boolean())) {
        return;
    }
    if (values.size() == 2 && values.contains("file") && values["file"].is_string() && values.contains("tensor") &&
        values["tensor"].is_string()) {
        return;
    }
    const Json range = values.is_object() ? values.value("uniform", Json()) : Json();
    if (values.size() != 1 || !range.is_array() || range.size() != 2 || !range[0].is_number() ||
        !range[1].is_number()) {
        throw DataError(where +
                        R"(: "values" is none of {"uniform":[LO,HI]}, {"constant":V}, {"file":PATH,"tensor":NAME})");
    }
    if (range[0].get<double>() > range[1].get<double>()) {
        throw DataError(fmt::format("{}: the range {}..{} is empty", where, range[0].dump(), range[1].dump()));
    }
}

Dimension dimension_from_json(const Json& json, const std::string& where) {
    if (json.is_number_integer() && json.get<std::int64_t>() >= 0) {
        return json.get<std::int64_t>();
    }
    if (json.is_string() && !json.get<std::string>().empty()) {
        return json.get<std::string>();
    }
    throw DataError(fmt::format("{}: a dimension is an integer from 0 or a symbol, not {}", where, json.dump()));
}

/// Reads the text form of an input by recursive descent.
class Parser {
  public:
    explicit Parser(std::string_view text) : text_(text) {}

    InputSpec parse() {
        InputSpec spec = parse_spec(/*may_have_name=*/true);
        skip_blanks();
        if (!at_end()) {
            fail("the end");
        }
        return spec;
    }

  private:
    [[noreturn]] void fail(const std::string& expected) const {
        throw UsageError(
            fmt::format("--input \"{}\": expected {} at position {}{}", text_, expected, at_ + 1,
                        at_end() ? ", where the text ends" : fmt::format(", before \"{}\"", text_.substr(at_, 12))));
    }

    bool at_end() const { return at_ >= text_.size(); }
    char peek() const { return at_end() ? '\0' : text_[at_]; }

    void skip_blanks() {
        while (peek() == ' ') {
            ++at_;
        }
    }

    bool take(char wanted) {
        skip_blanks();
        if (peek() != wanted) {
            return false;
        }
        ++at_;
        return true;
    }

    void expect(char wanted) {
        if (!take(wanted)) {
            fail(fmt::format("\"{}\"", wanted));
        }
    }

    static bool is_word_character(char c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_';
    }

    std::string word() {
        skip_blanks();
        const std::size_t start = at_;
        while (!at_end() && is_word_character(peek())) {
            ++at_;
        }
        return std::string(text_.substr(start, at_ - start));
    }

    /// A number, or true or false. An integer stays one.
    Json literal() {
        skip_blanks();
        const std::size_t start = at_;
        while (!at_end() && std::string_view("+-.eE").find(peek()) + 1 + is_word_character(peek()) > 0) {
            if (text_.substr(at_, 2) == "..") {
                break;
            }
            ++at_;
        }
        const std::string token(text_.substr(start, at_ - start));
        Json value = Json::parse(token, nullptr, /*allow_exceptions=*/false);
        if (!value.is_number() && !value.is_boolean()) {
            at_ = start;
            fail("a number, true or false");
        }
        return value;
    }

    InputSpec parse_spec(bool may_have_name) {
        skip_blanks();
        const std::size_t start = at_;
        if (may_have_name) {
            const std::string name = word();
            if (!name.empty() && take(':')) {
                InputSpec spec = parse_spec(false);
                spec.name = name;
                return spec;
            }
            at_ = start;
        }
        switch (peek()) {
            case '[':
                return parse_items(InputSpec::Kind::list, '[', ']');
            case '(':
                return parse_items(InputSpec::Kind::tuple, '(', ')');
            case '{':
                return parse_items(InputSpec::Kind::dict, '{', '}');
            default:
                break;
        }
        const std::string first = word();
        if (const auto dtype = dtype_from(first)) {
            return parse_tensor(*dtype);
        }
        at_ = start;
        InputSpec spec;
        spec.kind = InputSpec::Kind::scalar;
        const bool is_literal =
            first.empty() || first == "true" || first == "false" || (first[0] >= '0' && first[0] <= '9');
        if (!is_literal) {
            fail(fmt::format("a dtype ({}), a scalar, a list, a tuple or a dict", fmt::join(dtypes(), ", ")));
        }
        spec.scalar = literal();
        return spec;
    }

    InputSpec parse_items(InputSpec::Kind kind, char open, char close) {
        InputSpec spec;
        spec.kind = kind;
        expect(open);
        if (take(close)) {
            return spec;
        }
        do {
            std::string key;
            if (kind == InputSpec::Kind::dict) {
                key = word();
                if (key.empty()) {
                    fail("a key");
                }
                expect(':');
            }
            spec.items.emplace_back(key, parse_spec(kind != InputSpec::Kind::dict));
        } while (take(','));
        expect(close);
        return spec;
    }

    InputSpec parse_tensor(const std::string& dtype) {
        InputSpec spec;
        spec.dtype = dtype;
        expect('[');
        if (!take(']')) {
            do {
                spec.dimensions.push_back(dimension());
            } while (take(','));
            expect(']');
        }
        spec.values = values(dtype);
        return spec;
    }

    Dimension dimension() {
        const std::string text = word();
        if (text.empty()) {
            fail("a dimension: an integer or a symbol");
        }
        if (std::all_of(text.begin(), text.end(), [](char c) { return c >= '0' && c <= '9'; }) && text.size() < 19) {
            return static_cast<std::int64_t>(std::stoll(text));
        }
        if (text[0] >= '0' && text[0] <= '9') {
            at_ -= text.size();
            fail("a dimension: an integer or a symbol");
        }
        return text;
    }

    Json values(const std::string& dtype) {
        if (take('=')) {
            return {{"constant", literal()}};
        }
        if (!take('{')) {
            return default_values(dtype);
        }
        const Json low = literal();
        expect('.');
        expect('.');
        const Json high = literal();
        expect('}');
        Json result{{"uniform", Json::array({low, high})}};
        check_values(result, fmt::format("--input \"{}\"", text_));
        return result;
    }

    std::string_view text_;
    std::size_t at_ = 0;
};

}  // namespace

const std::vector<std::string>& dtypes() {
    static const std::vector<std::string> names{"f16", "bf16", "f32", "f64", "i8", "u8", "i16", "i32", "i64", "bool"};
    return names;
}

std::optional<std::string> dtype_from(const std::string& word) {
    static const std::map<std::string, std::string> others{
        {"float16", "f16"}, {"half", "f16"},    {"bfloat16", "bf16"}, {"float32", "f32"}, {"float", "f32"},
        {"float64", "f64"}, {"double", "f64"},  {"int8", "i8"},       {"uint8", "u8"},    {"byte", "u8"},
        {"int16", "i16"},   {"short", "i16"},   {"int32", "i32"},     {"int", "i32"},     {"int64", "i64"},
        {"long", "i64"},    {"boolean", "bool"}};
    if (std::find(dtypes().begin(), dtypes().end(), word) != dtypes().end()) {
        return word;
    }
    const auto found = others.find(word);
    return found == others.end() ? std::nullopt : std::optional(found->second);
}

InputSpec parse_input(std::string_view text) {
    return Parser(text).parse();
}

InputSpec input_from_json(const Json& json, const std::string& where) {
    if (!json.is_object()) {
        throw DataError(fmt::format("{}: the input {} is no object with dtype and shape", where, json.dump()));
    }
    InputSpec spec;
    spec.name = optional_member<std::string>(json, "name", "", where);
    const std::string here = spec.name.empty() ? where : fmt::format("{}: input \"{}\"", where, spec.name);
    const auto kind = optional_member<std::string>(json, "kind", "tensor", here);
    const auto* const found =
        std::find_if(std::begin(kinds), std::end(kinds), [&](const auto& entry) { return kind == entry.first; });
    if (found == std::end(kinds)) {
        throw DataError(fmt::format("{}: kind \"{}\" is not one of tensor, scalar, list, tuple, dict", here, kind));
    }
    spec.kind = found->second;
    if (spec.kind == InputSpec::Kind::scalar) {
        spec.scalar = required<Json>(json, "value", here);
        if (!spec.scalar.is_number() && !spec.scalar.is_boolean()) {
            throw_wrong_type("value", here, spec.scalar);
        }
        return spec;
    }
    if (spec.kind != InputSpec::Kind::tensor) {
        const Json& items = required_member(json, "items", here);
        if (!items.is_structured() || items.is_object() != (spec.kind == InputSpec::Kind::dict)) {
            throw_wrong_type("items", here, items);
        }
        for (const auto& [key, item] : items.items()) {
            spec.items.emplace_back(spec.kind == InputSpec::Kind::dict ? key : "", input_from_json(item, here));
        }
        return spec;
    }
    const auto dtype = required<std::string>(json, "dtype", here);
    if (!dtype_from(dtype)) {
        throw DataError(fmt::format("{}: dtype \"{}\" is not one of {}{}", here, dtype, fmt::join(dtypes(), ", "),
                                    did_you_mean(dtype, dtypes())));
    }
    spec.dtype = *dtype_from(dtype);
    const Json& shape = required_member(json, "shape", here);
    if (!shape.is_array()) {
        throw_wrong_type("shape", here, shape);
    }
    for (const Json& dimension : shape) {
        spec.dimensions.push_back(dimension_from_json(dimension, here));
    }
    spec.values = optional_member<Json>(json, "values", default_values(spec.dtype), here);
    check_values(spec.values, here);
    return spec;
}

std::set<std::string> symbols_of(const std::vector<InputSpec>& inputs) {
    std::set<std::string> symbols;
    for (const InputSpec& input : inputs) {
        for (const Dimension& dimension : input.dimensions) {
            if (const auto* symbol = std::get_if<std::string>(&dimension)) {
                symbols.insert(*symbol);
            }
        }
        for (const auto& [key, item] : input.items) {
            symbols.merge(symbols_of({item}));
        }
    }
    return symbols;
}

Json argument(const InputSpec& input, const Shape& shape, const std::string& float_dtype) {
    Json json = Json::object();
    if (!input.name.empty()) {
        json["name"] = input.name;
    }
    json["kind"] = name_of(input.kind);
    if (input.kind == InputSpec::Kind::scalar) {
        json["value"] = input.scalar;
        return json;
    }
    if (input.kind != InputSpec::Kind::tensor) {
        json["items"] = input.kind == InputSpec::Kind::dict ? Json::object() : Json::array();
        for (const auto& [key, item] : input.items) {
            if (input.kind == InputSpec::Kind::dict) {
                json["items"][key] = argument(item, shape, float_dtype);
            } else {
                json["items"].push_back(argument(item, shape, float_dtype));
            }
        }
        return json;
    }
    json["dtype"] = input.dtype == "f32" ? float_dtype : input.dtype;
    json["shape"] = Json::array();
    for (const Dimension& dimension : input.dimensions) {
        const auto* symbol = std::get_if<std::string>(&dimension);
        json["shape"].push_back(symbol != nullptr ? shape.at(*symbol) : std::get<std::int64_t>(dimension));
    }
    json["values"] = input.values;
    return json;
}

}  // namespace gravbench::plan
