// libFuzzer target: whatever an engine sends, it is read or refused with a message, and what was read is written and
// read back as the same. scripts/fuzz.sh builds and runs it.

#include <cstdint>
#include <cstdlib>
#include <string>

#include "base/errors.h"
#include "protocol/line.h"
#include "protocol/messages.h"

using namespace gravbench;

namespace {

template <typename Read>
void check(const Json& message, Read read) {
    decltype(read(message)) value;
    try {
        value = read(message);
    } catch (const DataError& error) {
        protocol::printable(error.what(), 200);
        return;
    }
    const Json json = protocol::to_json(value);
    if (protocol::to_json(read(Json::parse(json.dump()))) != json) {
        std::abort();
    }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string line(reinterpret_cast<const char*>(data), size);
    protocol::printable(line, size / 2);
    const std::optional<Json> message = protocol::parse_message(line);
    if (!message) {
        return 0;
    }
    check(*message, protocol::hello_from);
    check(*message, protocol::loaded_from);
    check(*message, protocol::block_samples_from);
    check(*message, [](const Json& json) { return protocol::comparison_from(json); });
    check(*message, protocol::memory_from);
    check(*message, [](const Json& json) { return protocol::engine_description_from(json, "engine"); });
    return 0;
}
