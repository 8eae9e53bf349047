#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/json.h"

/// The replies of docs/protocol.md as plain values, so that front and engine share one definition.
/// The *_from functions throw DataError where a member is missing or of the wrong type.
namespace gravbench::protocol {

inline constexpr int version = 1;

struct Hello {
    int protocol = 0;
    std::string engine_name;
    std::string engine_version;
    std::string arch;
    std::string cpu;
    std::string isa;
    Json libraries = Json::object();
    int threads = 0;
    /// The settings that `load` applies, each with the values that this engine knows.
    Json settings = Json::object();
    /// Extensions that decide which kernels can run ("bf16", "amx_bf16"); null where the engine does not say.
    Json features = nullptr;
};

struct Loaded {
    std::int64_t load_ns = 0;
    std::int64_t prepare_ns = 0;
    Json effective = Json::object();
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
};

struct Memory {
    std::int64_t rss_bytes = 0;
    std::int64_t peak_rss_bytes = 0;
};

Json to_json(const Hello& hello);
Json to_json(const Loaded& loaded);
Json to_json(const BlockSamples& block);
Json to_json(const Comparison& comparison);
Json to_json(const Memory& memory);

Hello hello_from(const Json& reply);
Loaded loaded_from(const Json& reply);
BlockSamples block_samples_from(const Json& reply);
Comparison comparison_from(const Json& reply);
Memory memory_from(const Json& reply);

}  // namespace gravbench::protocol

namespace gravbench {
/// The JSON Schema of all messages (src/protocol/protocol.schema.json).
const char* protocol_schema();
}  // namespace gravbench
