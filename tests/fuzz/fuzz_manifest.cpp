// libFuzzer target: whatever a bundle's manifest holds, it is read or refused with a message. scripts/fuzz.sh builds
// and runs it.

#include "base/errors.h"
#include "base/files.h"
#include "fuzz/memory_file.h"
#include "plan/bundle.h"

using namespace gravbench;

namespace {

/// A bundle whose manifest is the file in memory.
struct Bundle {
    Bundle() { std::filesystem::create_symlink(manifest.path(), folder.path() / "manifest.json"); }
    MemoryFile manifest;
    TemporaryFolder folder;
};

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    static const Bundle bundle;
    bundle.manifest.replace(data, size);
    try {
        plan::read_bundle(bundle.folder.path());
    } catch (const DataError&) {
        return 0;
    }
    return 0;
}
