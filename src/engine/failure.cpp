#include "engine/failure.h"

#include <torch/script.h>

#include <new>

namespace gravbench::engine {
namespace {

bool speaks_of_memory(const std::string& text) {
    // c10's allocator throws a plain error, not bad_alloc: "DefaultCPUAllocator: can't allocate memory".
    return text.find("can't allocate memory") != std::string::npos || text.find("bad_alloc") != std::string::npos ||
           text.find("not enough memory") != std::string::npos;
}

std::string text_of_current() {
    try {
        throw;
    } catch (const Failure& failure) {
        return failure.what();
    } catch (const c10::Error& error) {
        return error.what_without_backtrace();
    } catch (const std::bad_alloc&) {
        return "bad_alloc: not enough memory";
    } catch (const std::exception& error) {
        // An exception of TorchScript's interpreter carries the C++ backtrace in its text.
        const std::string text = error.what();
        return text.substr(0, text.find("Exception raised from"));
    } catch (...) {
        return "an exception that is no std::exception";
    }
}

std::string trimmed(std::string text) {
    const auto end = text.find_last_not_of(" \n\t");
    text.resize(end == std::string::npos ? 0 : end + 1);
    constexpr std::size_t most = 4000;
    return text.size() <= most ? text : text.substr(0, most) + " ...";
}

}  // namespace

Failure failure_from_current(const std::string& code, const std::string& context) {
    const std::string text = trimmed(text_of_current());
    return {speaks_of_memory(text) ? "out_of_memory" : code, context + ": " + text};
}

}  // namespace gravbench::engine
