#pragma once

#include <cstddef>
#include <span>

namespace gravbench::yardstick {

/// Memory of the kernel's, aligned to a page, in huge pages where it has some, so that a reading shows memory and not
/// the translation of addresses. Throws DataError where there is not as much.
class Memory {
  public:
    explicit Memory(std::size_t bytes);
    ~Memory();
    Memory(const Memory&) = delete;
    Memory& operator=(const Memory&) = delete;

    std::span<float> floats() const { return {static_cast<float*>(begin_), bytes_ / sizeof(float)}; }
    std::span<void*> pointers() const { return {static_cast<void**>(begin_), bytes_ / sizeof(void*)}; }

  private:
    std::size_t bytes_;
    void* begin_;
};

}  // namespace gravbench::yardstick
