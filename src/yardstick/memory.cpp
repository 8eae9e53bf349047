#include "yardstick/memory.h"

#include <fmt/format.h>
#include <sys/mman.h>

#include "base/errors.h"

namespace gravbench::yardstick {

Memory::Memory(std::size_t bytes)
    : bytes_(bytes), begin_(::mmap(nullptr, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0)) {
    if (begin_ == MAP_FAILED) {
        throw DataError(fmt::format("no memory for the yardstick's {} bytes", bytes));
    }
    ::madvise(begin_, bytes, MADV_HUGEPAGE);
}

Memory::~Memory() {
    ::munmap(begin_, bytes_);
}

}  // namespace gravbench::yardstick
