#include "protocol/messages.h"

#include <fmt/format.h>

#include <algorithm>
#include <climits>
#include <limits>
#include <variant>

#include "base/errors.h"

namespace gravbench::protocol {
namespace {

/// Eleven days: what takes longer was not measured, and sums of what is shorter do not overflow.
constexpr std::int64_t most_ns = 1'000'000'000'000'000;
/// What an engine says of itself is repeated in every record of its launches.
constexpr std::size_t most_text = 4096;
constexpr std::size_t most_members = 1000;

Json or_null(const std::optional<double>& value) {
    return value ? Json(*value) : Json(nullptr);
}

Json or_null(const std::optional<std::string>& text) {
    return text ? Json(*text) : Json(nullptr);
}

void check_length(const std::string& text, std::string_view key, const std::string& where) {
    if (text.size() > most_text) {
        throw DataError(where + ": \"" + std::string(key.substr(0, 80)) + "\" is longer than " +
                        std::to_string(most_text) + " bytes");
    }
}

std::string text_member(const Json& object, std::string_view key, const std::string& where) {
    auto text = required<std::string>(object, key, where);
    check_length(text, key, where);
    return text;
}

/// A number that must lie between these.
template <typename Number>
Number number_between(const Json& object, std::string_view key, Number least, Number most, const std::string& where) {
    const auto number = required<Number>(object, key, where);
    if (!(number >= least && number <= most)) {
        throw DataError(where + ": \"" + std::string(key) + "\" is out of range: " + Json(number).dump());
    }
    return number;
}

std::int64_t nanoseconds_member(const Json& object, std::string_view key, const std::string& where) {
    return number_between<std::int64_t>(object, key, 0, most_ns, where);
}

std::int64_t count_member(const Json& object, std::string_view key, const std::string& where) {
    return number_between<std::int64_t>(object, key, 0, INT64_MAX, where);
}

std::optional<double> number_or_null(const Json& object, std::string_view key, double least, double most,
                                     const std::string& where) {
    const auto found = object.is_object() ? object.find(key) : object.end();
    if (found == object.end() || found->is_null()) {
        return std::nullopt;
    }
    return number_between<double>(object, key, least, most, where);
}

/// A member that must be an object, or an array, of a reasonable number of members.
const Json& structured_member(const Json& object, std::string_view key, Json::value_t type, const std::string& where) {
    const Json& value = required_member(object, key, where);
    if (value.type() != type || value.size() > most_members) {
        throw_wrong_type(key, where, value);
    }
    return value;
}

Value checked_value(const Json& json, std::string_view key, const std::string& where) {
    const std::optional<Value> value = value_from(json);
    if (!value) {
        throw_wrong_type(key, where, json);
    }
    if (const auto* text = std::get_if<std::string>(&*value)) {
        check_length(*text, key, where);
    }
    return *value;
}

std::string word(const Json& json, std::string_view key, const std::string& where) {
    if (!json.is_string()) {
        throw_wrong_type(key, where, json);
    }
    check_length(json.get_ref<const std::string&>(), key, where);
    return json.get<std::string>();
}

std::vector<std::string> words_member(const Json& object, std::string_view key, const std::string& where) {
    std::vector<std::string> words;
    for (const Json& item : structured_member(object, key, Json::value_t::array, where)) {
        words.push_back(word(item, key, where));
    }
    return words;
}

std::optional<std::vector<std::string>> words_if_any(const Json& object, std::string_view key,
                                                     const std::string& where) {
    const auto found = object.is_object() ? object.find(key) : object.end();
    if (found == object.end() || found->is_null()) {
        return std::nullopt;
    }
    return words_member(object, key, where);
}

std::map<std::string, std::optional<std::string>> libraries_from(const Json& object, const std::string& where) {
    std::map<std::string, std::optional<std::string>> libraries;
    for (const auto& [name, version] : structured_member(object, "libraries", Json::value_t::object, where).items()) {
        check_length(name, name, where);
        libraries[name] = version.is_null() ? std::nullopt : std::optional(word(version, name, where));
    }
    return libraries;
}

std::map<std::string, std::vector<Value>> settings_from(const Json& object, const std::string& where) {
    std::map<std::string, std::vector<Value>> settings;
    for (const auto& [name, values] : structured_member(object, "settings", Json::value_t::object, where).items()) {
        check_length(name, name, where);
        if (!values.is_array() || values.size() > most_members) {
            throw_wrong_type(name, where, values);
        }
        std::vector<Value>& known = settings[name];
        for (const Json& value : values) {
            known.push_back(checked_value(value, name, where));
        }
    }
    return settings;
}

/// The engine's own name and version, and its libraries; then `machine` has what it sees of the CPU.
EngineDescription description(const Json& engine, const Json& libraries, const Json& machine,
                              const std::string& where) {
    EngineDescription description;
    description.name = text_member(engine, "name", where);
    description.version = text_member(engine, "version", where);
    description.libraries = libraries_from(libraries, where);
    description.arch = text_member(machine, "arch", where);
    description.cpu = text_member(machine, "cpu", where);
    description.isa = text_member(machine, "isa", where);
    description.features = words_if_any(machine, "features", where);
    return description;
}

Json libraries_json(const EngineDescription& engine) {
    Json libraries = Json::object();
    for (const auto& [name, version] : engine.libraries) {
        libraries[name] = or_null(version);
    }
    return libraries;
}

Json features_json(const EngineDescription& engine) {
    return engine.features ? Json(*engine.features) : Json(nullptr);
}

Json values_json(const std::map<std::string, Value>& values) {
    Json json = Json::object();
    for (const auto& [name, value] : values) {
        json[name] = to_json(value);
    }
    return json;
}

void check_sample(std::int64_t sample, const std::string& where) {
    if (sample <= 0 || sample > most_ns) {
        throw DataError(where + (sample <= 0 ? ": a sample is not above 0: " : ": a sample is out of range: ") +
                        std::to_string(sample));
    }
}

}  // namespace

const std::vector<std::string>& error_codes() {
    static const std::vector<std::string> codes{"bad_request",         "unknown_request", "setting_not_supported",
                                                "model_not_loadable",  "prepare_failed",  "inputs_do_not_fit",
                                                "inference_failed",    "out_of_memory",   "reference_not_readable",
                                                "outputs_do_not_match"};
    return codes;
}

Json to_json(const Value& value) {
    return std::visit([](const auto& one) { return Json(one); }, value);
}

std::optional<Value> value_from(const Json& json) {
    if (json.is_boolean()) {
        return json.get<bool>() ? "true" : "false";
    }
    if (json.is_number_float()) {
        return json.get<double>();
    }
    if (json.is_number_integer() && fits<std::int64_t>(json)) {
        return json.get<std::int64_t>();
    }
    return json.is_string() ? std::optional<Value>(json.get<std::string>()) : std::nullopt;
}

Json to_json(const EngineDescription& engine) {
    return {{"name", engine.name},
            {"version", engine.version},
            {"libraries", libraries_json(engine)},
            {"arch", engine.arch},
            {"cpu", engine.cpu},
            {"isa", engine.isa},
            {"features", features_json(engine)}};
}

Json to_json(const Hello& hello) {
    const EngineDescription& engine = hello.engine;
    Json settings = Json::object();
    for (const auto& [name, values] : hello.settings) {
        Json& known = settings[name] = Json::array();
        for (const Value& value : values) {
            known.push_back(to_json(value));
        }
    }
    Json json{{"protocol", hello.protocol},
              {"engine", {{"name", engine.name}, {"version", engine.version}}},
              {"machine",
               {{"arch", engine.arch}, {"cpu", engine.cpu}, {"isa", engine.isa}, {"features", features_json(engine)}}},
              {"libraries", libraries_json(engine)},
              {"threads", hello.threads},
              {"settings", settings}};
    if (hello.formats) {
        json["formats"] = *hello.formats;
    }
    if (hello.environment_settings) {
        json["environment_settings"] = *hello.environment_settings;
    }
    return json;
}

Json to_json(const Loaded& loaded) {
    return {
        {"load_ns", loaded.load_ns}, {"prepare_ns", loaded.prepare_ns}, {"effective", values_json(loaded.effective)}};
}

Json to_json(const BlockSamples& block) {
    Json streams = Json::array();
    for (const auto& samples : block.streams) {
        streams.push_back({{"samples_ns", samples}});
    }
    return {{"wall_ns", block.wall_ns}, {"streams", streams}};
}

Json to_json(const Comparison& comparison) {
    return {{"cosine_similarity", or_null(comparison.cosine_similarity)},
            {"max_abs_error", or_null(comparison.max_abs_error)},
            {"relative_l2_error", or_null(comparison.relative_l2_error)},
            {"top1_agreement", or_null(comparison.top1_agreement)},
            {"nonfinite", comparison.nonfinite},
            {"elements", comparison.elements}};
}

Json to_json(const Memory& memory) {
    return {{"rss_bytes", memory.rss_bytes}, {"peak_rss_bytes", memory.peak_rss_bytes}};
}

EngineDescription engine_description_from(const Json& json, const std::string& where) {
    return description(json, json, json, where);
}

Hello hello_from(const Json& reply) {
    const std::string where = "reply to hello";
    Hello hello;
    hello.protocol = required<int>(reply, "protocol", where);
    if (hello.protocol != version) {
        return hello;  // The rest may look different in another version.
    }
    hello.engine =
        description(required_member(reply, "engine", where), reply, required_member(reply, "machine", where), where);
    hello.threads = number_between<int>(reply, "threads", 1, INT_MAX, where);
    hello.settings = settings_from(reply, where);
    hello.formats = words_if_any(reply, "formats", where);
    hello.environment_settings = words_if_any(reply, "environment_settings", where);
    return hello;
}

Loaded loaded_from(const Json& reply) {
    const std::string where = "reply to load";
    Loaded loaded;
    loaded.load_ns = nanoseconds_member(reply, "load_ns", where);
    loaded.prepare_ns = nanoseconds_member(reply, "prepare_ns", where);
    for (const auto& [name, value] : structured_member(reply, "effective", Json::value_t::object, where).items()) {
        check_length(name, name, where);
        if (!value.is_null()) {  // What cannot be read back is left out, or null.
            loaded.effective[name] = checked_value(value, name, where);
        }
    }
    return loaded;
}

namespace {

/// One stream's samples, which follow each other within the block.
std::vector<std::int64_t> samples_from(const Json& stream, std::int64_t wall_ns, const std::string& where) {
    auto samples = required<std::vector<std::int64_t>>(stream, "samples_ns", where);
    if (samples.empty()) {
        throw DataError(where + ": it holds no sample");
    }
    std::int64_t left = wall_ns;
    for (const std::int64_t sample : samples) {
        check_sample(sample, where);
        if (sample > left) {
            throw DataError(fmt::format("{}: its samples take longer than \"wall_ns\", {}", where, wall_ns));
        }
        left -= sample;
    }
    return samples;
}

}  // namespace

BlockSamples block_samples_from(const Json& reply) {
    const std::string where = "reply to run";
    BlockSamples block;
    block.wall_ns = required<std::int64_t>(reply, "wall_ns", where);
    if (block.wall_ns <= 0) {
        throw DataError(where + ": \"wall_ns\" is not above 0: " + std::to_string(block.wall_ns));
    }
    nanoseconds_member(reply, "wall_ns", where);
    for (const Json& stream : structured_member(reply, "streams", Json::value_t::array, where)) {
        block.streams.push_back(samples_from(stream, block.wall_ns, where));
    }
    if (block.streams.empty()) {
        throw DataError(where + ": it holds no sample");
    }
    return block;
}

Comparison comparison_from(const Json& reply, const std::string& where) {
    constexpr double most = std::numeric_limits<double>::max();
    constexpr double rounding = 1e-6;  // It carries nearly equal rows a little past 1.
    Comparison comparison;
    comparison.cosine_similarity = number_or_null(reply, "cosine_similarity", -1 - rounding, 1 + rounding, where);
    if (comparison.cosine_similarity) {
        comparison.cosine_similarity = std::clamp(*comparison.cosine_similarity, -1.0, 1.0);
    }
    comparison.max_abs_error = number_or_null(reply, "max_abs_error", 0, most, where);
    comparison.relative_l2_error = number_or_null(reply, "relative_l2_error", 0, most, where);
    comparison.top1_agreement = number_or_null(reply, "top1_agreement", 0, 1, where);
    comparison.nonfinite = count_member(reply, "nonfinite", where);
    comparison.elements = count_member(reply, "elements", where);
    return comparison;
}

Memory memory_from(const Json& reply) {
    return {count_member(reply, "rss_bytes", "reply to memory"),
            count_member(reply, "peak_rss_bytes", "reply to memory")};
}

}  // namespace gravbench::protocol
