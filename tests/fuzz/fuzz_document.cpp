// libFuzzer target: whatever bytes a results document holds, it is read or refused with a DataError, and what was read
// can be written and read again.

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>

#include "base/errors.h"
#include "document/reader.h"
#include "document/writer.h"

using namespace gravbench;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    document::Document document;
    try {
        document = document::from_text({reinterpret_cast<const char*>(data), size}, "fuzzed.json");
    } catch (const DataError&) {
        return 0;
    }
    const std::string text = document::to_text(document);
    if (document::to_text(document::from_text(text, "again.json")) != text) {
        std::abort();
    }
    return 0;
}
