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
    constexpr const char* blanks = " \n\t";
    const std::size_t begin = text.find_first_not_of(blanks);
    if (begin == std::string::npos) {
        return "no reason given";
    }
    const std::string cause = text.substr(begin, text.find_last_not_of(blanks) + 1 - begin);
    std::size_t cut = cause.find('\n');
    for (std::size_t lines = 1; lines < most_lines && cut != std::string::npos; ++lines) {
        cut = cause.find('\n', cut + 1);
    }
    return cut <= most_bytes || cause.size() <= most_bytes ? cause.substr(0, cut)
                                                           : cause.substr(0, most_bytes) + " ...";
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
