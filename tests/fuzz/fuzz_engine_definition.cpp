// libFuzzer target: whatever an engine's definition holds, it is read or refused with a message. scripts/fuzz.sh builds
// and runs it.

#include "base/errors.h"
#include "fuzz/memory_file.h"
#include "run/engine_definition.h"

using namespace gravbench;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    static const MemoryFile file;
    file.replace(data, size);
    try {
        if (run::read_engine_definition(file.path()).command.empty()) {
            std::abort();
        }
    } catch (const Error&) {
        return 0;
    }
    return 0;
}
