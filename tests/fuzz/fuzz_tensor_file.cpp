// libFuzzer target: whatever a safetensors file holds, its tensors are read or refused with a message, and none is
// larger than the file. scripts/fuzz.sh builds and runs it.

#include "base/errors.h"
#include "fuzz/memory_file.h"
#include "protocol/tensor_file.h"

using namespace gravbench;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    static const MemoryFile file;
    file.replace(data, size);
    try {
        protocol::TensorFile tensors(file.path());
        for (const protocol::StoredTensor& tensor : tensors.tensors()) {
            const std::int64_t count = tensor.elements();
            if (static_cast<std::int64_t>(tensors.read_doubles(tensor, 0, count).size()) != count ||
                tensor.begin + tensor.bytes > size) {
                std::abort();
            }
        }
    } catch (const DataError&) {
        return 0;
    }
    return 0;
}
