// libFuzzer target: whatever a config file holds, it is read or refused with a message, and what was read can be
// written into a document and read from there. scripts/fuzz.sh builds and runs it.

#include "base/errors.h"
#include "fuzz/memory_file.h"
#include "plan/plan.h"

using namespace gravbench;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    static const MemoryFile file;
    file.replace(data, size);
    plan::Layer layer;
    try {
        layer = plan::read_config(file.path());
    } catch (const Error&) {
        return 0;
    }
    // Options of one run only are left out the first time, so it is the second that must be the same. Where nothing is
    // left there is nothing to measure again, and that is refused.
    const Json given = plan::given_json(layer);
    const Json once = given.empty() ? given : plan::given_json(plan::given_from(given, "once"));
    if (!once.empty() && plan::given_json(plan::given_from(once, "again")) != once) {
        std::abort();
    }
    try {
        plan::engines_of(layer);
    } catch (const Error&) {
        return 0;
    }
    return 0;
}
