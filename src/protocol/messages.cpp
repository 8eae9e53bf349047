#include "protocol/messages.h"

#include "base/errors.h"

namespace gravbench::protocol {
namespace {

Json or_null(const std::optional<double>& value) {
    return value ? Json(*value) : Json(nullptr);
}

std::optional<double> number_or_null(const Json& reply, std::string_view key) {
    const auto found = reply.find(key);
    if (found == reply.end() || found->is_null()) {
        return std::nullopt;
    }
    return required<double>(reply, key, "reply to compare");
}

}  // namespace

Json to_json(const Hello& hello) {
    return {{"protocol", hello.protocol},
            {"engine", {{"name", hello.engine_name}, {"version", hello.engine_version}}},
            {"machine", {{"arch", hello.arch}, {"cpu", hello.cpu}, {"isa", hello.isa}, {"features", hello.features}}},
            {"libraries", hello.libraries},
            {"threads", hello.threads},
            {"settings", hello.settings}};
}

Json to_json(const Loaded& loaded) {
    return {{"load_ns", loaded.load_ns}, {"prepare_ns", loaded.prepare_ns}, {"effective", loaded.effective}};
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

Hello hello_from(const Json& reply) {
    const std::string where = "reply to hello";
    Hello hello;
    hello.protocol = required<int>(reply, "protocol", where);
    if (hello.protocol != version) {
        return hello;  // The rest may look different in another version.
    }
    const auto engine = required<Json>(reply, "engine", where);
    hello.engine_name = required<std::string>(engine, "name", where);
    hello.engine_version = required<std::string>(engine, "version", where);
    const auto machine = required<Json>(reply, "machine", where);
    hello.arch = required<std::string>(machine, "arch", where);
    hello.cpu = required<std::string>(machine, "cpu", where);
    hello.isa = required<std::string>(machine, "isa", where);
    hello.features = optional_member<Json>(machine, "features", nullptr, where);
    hello.libraries = required<Json>(reply, "libraries", where);
    hello.threads = required<int>(reply, "threads", where);
    hello.settings = required<Json>(reply, "settings", where);
    return hello;
}

Loaded loaded_from(const Json& reply) {
    const std::string where = "reply to load";
    return {required<std::int64_t>(reply, "load_ns", where), required<std::int64_t>(reply, "prepare_ns", where),
            required<Json>(reply, "effective", where)};
}

BlockSamples block_samples_from(const Json& reply) {
    const std::string where = "reply to run";
    BlockSamples block;
    block.wall_ns = required<std::int64_t>(reply, "wall_ns", where);
    if (block.wall_ns <= 0) {
        throw DataError(where + ": \"wall_ns\" is not above 0: " + std::to_string(block.wall_ns));
    }
    for (const Json& stream : required<Json>(reply, "streams", where)) {
        block.streams.push_back(required<std::vector<std::int64_t>>(stream, "samples_ns", where));
        for (const std::int64_t sample : block.streams.back()) {
            if (sample <= 0) {
                throw DataError(where + ": a sample is not above 0: " + std::to_string(sample));
            }
        }
    }
    if (block.streams.empty() || block.streams.front().empty()) {
        throw DataError(where + ": it holds no sample");
    }
    return block;
}

Comparison comparison_from(const Json& reply) {
    const std::string where = "reply to compare";
    Comparison comparison;
    comparison.cosine_similarity = number_or_null(reply, "cosine_similarity");
    comparison.max_abs_error = number_or_null(reply, "max_abs_error");
    comparison.relative_l2_error = number_or_null(reply, "relative_l2_error");
    comparison.top1_agreement = number_or_null(reply, "top1_agreement");
    comparison.nonfinite = required<std::int64_t>(reply, "nonfinite", where);
    comparison.elements = required<std::int64_t>(reply, "elements", where);
    return comparison;
}

Memory memory_from(const Json& reply) {
    return {required<std::int64_t>(reply, "rss_bytes", "reply to memory"),
            required<std::int64_t>(reply, "peak_rss_bytes", "reply to memory")};
}

}  // namespace gravbench::protocol
