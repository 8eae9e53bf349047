#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "base/json.h"
#include "base/value.h"

/// The replies of docs/protocol.md as plain values, so that front and engine share one definition.
/// The *_from functions throw DataError where a member is missing or of the wrong type.
namespace gravbench::protocol {

inline constexpr int version = 1;

/// The codes that an error reply may have; a reply with another one is no message of the protocol.
const std::vector<std::string>& error_codes();

/// An engine as it describes itself.
struct EngineDescription {
    std::string name;
    std::string version;
    /// Each library's version, or a description where it has none that can be found; nothing where it is not there.
    std::map<std::string, std::optional<std::string>> libraries;
    std::string arch;
    std::string cpu;
    std::string isa;  ///< one word for what it dispatches to; may be empty
    /// Extensions that decide which kernels can run ("bf16", "amx_bf16"); nothing where the engine does not say.
    std::optional<std::vector<std::string>> features;

    bool operator==(const EngineDescription&) const = default;
};

struct Hello {
    int protocol = 0;
    EngineDescription engine;
    int threads = 0;
    /// The settings that `load` applies, each with the values that this engine knows; an empty list is any value.
    std::map<std::string, std::vector<Value>> settings;
    /// The formats of model files that it reads ("torchscript", "onnx"), the best one first; nothing where it does not
    /// say.
    std::optional<std::vector<std::string>> formats;
    /// The settings that it obeys through its environment ("threads", "fpmath"); nothing where it does not say, which
    /// means all of them.
    std::optional<std::vector<std::string>> environment_settings;
};

struct Loaded {
    std::int64_t load_ns = 0;
    std::int64_t prepare_ns = 0;
    std::map<std::string, Value> effective;  ///< as far as the engine can read it back
};

struct BlockSamples {
    std::int64_t wall_ns = 0;
    /// One list for each concurrent caller, nanoseconds each.
    std::vector<std::vector<std::int64_t>> streams;
};

struct Comparison {
    std::optional<double> cosine_similarity;
    std::optional<double> max_abs_error;
    std::optional<double> relative_l2_error;
    std::optional<double> top1_agreement;
    std::int64_t nonfinite = 0;
    std::int64_t elements = 0;

    bool operator==(const Comparison&) const = default;
};

struct Memory {
    std::int64_t rss_bytes = 0;
    std::int64_t peak_rss_bytes = 0;
};

/// A value of a setting as JSON and back: a boolean becomes the word for it. Nothing where it is no scalar.
Json to_json(const Value& value);
std::optional<Value> value_from(const Json& json);

Json to_json(const EngineDescription& engine);
Json to_json(const Hello& hello);
Json to_json(const Loaded& loaded);
Json to_json(const BlockSamples& block);
Json to_json(const Comparison& comparison);
Json to_json(const Memory& memory);

/// As to_json() has it: what documents and journals hold. `where` names the place in the DataError.
EngineDescription engine_description_from(const Json& json, const std::string& where);
Hello hello_from(const Json& reply);
Loaded loaded_from(const Json& reply);
BlockSamples block_samples_from(const Json& reply);
/// `where` names the place in the DataError: files have comparisons too.
Comparison comparison_from(const Json& reply, const std::string& where = "reply to compare");
Memory memory_from(const Json& reply);

}  // namespace gravbench::protocol

namespace gravbench {
/// The JSON Schema of all messages (src/protocol/protocol.schema.json).
const char* protocol_schema();
}  // namespace gravbench
