#include "engines/common/failure.h"

#include <algorithm>
#include <exception>
#include <new>

namespace gravbench::engine {
namespace {

constexpr std::size_t most_lines = 4;
constexpr std::size_t most_bytes = 2000;

bool speaks_of_memory(const std::string& text) {
    // Libraries' allocators throw plain errors too; c10's is "DefaultCPUAllocator: can't allocate memory".
    return text.find("can't allocate memory") != std::string::npos || text.find("bad_alloc") != std::string::npos ||
           text.find("not enough memory") != std::string::npos;
}

std::string shortened(const std::string& text) {
    std::size_t end = text.find_last_not_of(" \n\t");
    end = end == std::string::npos ? 0 : end + 1;
    std::size_t cut = 0;
    for (std::size_t lines = 0; lines < most_lines && cut < end; ++lines) {
        cut = std::min(text.find('\n', cut + (cut > 0 ? 1 : 0)), end);
    }
    return cut <= most_bytes ? text.substr(0, cut) : text.substr(0, most_bytes) + " ...";
}

}  // namespace

std::string cause_of_current() {
    try {
        throw;
    } catch (const std::bad_alloc&) {
        return "bad_alloc: not enough memory";
    } catch (const std::exception& error) {
        return error.what();
    } catch (...) {
        return "an exception that is no std::exception";
    }
}

Failure failure_from_current(const std::string& code, const std::string& context, Cause cause) {
    const std::string text = cause();
    return {speaks_of_memory(text) ? "out_of_memory" : code, context + ": " + shortened(text)};
}

}  // namespace gravbench::engine
