#include "engines/torch/cause.h"

#include <torch/script.h>

#include <algorithm>
#include <new>
#include <sstream>
#include <vector>

#include "engines/common/failure.h"

namespace gravbench::torch_engine {
namespace {

std::string text_of_current() {
    try {
        throw;
    } catch (const c10::Error& error) {
        return error.what_without_backtrace();
    } catch (const std::bad_alloc&) {
        return engine::cause_of_current();
    } catch (const std::exception& error) {
        // An exception of TorchScript's interpreter carries the C++ backtrace in its text.
        const std::string text = error.what();
        return text.substr(0, text.find("Exception raised from"));
    } catch (...) {
        return engine::cause_of_current();
    }
}

std::vector<std::string> lines_of(const std::string& text) {
    std::vector<std::string> lines;
    std::istringstream stream(text);
    for (std::string line; std::getline(stream, line);) {
        lines.push_back(line);
    }
    return lines;
}

/// A frame of a traced model: "/usr/lib/.../linear.py(134): forward".
bool is_traced_frame(const std::string& line) {
    const auto close = line.find("): ");
    const auto open = line.rfind('(', close);
    return close != std::string::npos && open != std::string::npos && open + 1 < close &&
           line.find_first_not_of("0123456789", open + 1) == close;
}

bool is_written_frame(const std::string& line) {
    return line.rfind("  File \"", 0) == 0;
}

bool is_of_a_traceback(const std::string& line) {
    return line.empty() || line[0] == ' ' || line.rfind("Traceback of TorchScript", 0) == 0 || is_traced_frame(line);
}

/// An exception of TorchScript's interpreter has its cause after two tracebacks, of the file's code and of the code
/// that it was made from, some forty lines. The cause, and the innermost frame of the second:
/// the last one of a scripted model, the first one of a traced model.
std::vector<std::string> cause_and_place(const std::vector<std::string>& lines) {
    std::size_t begin = 0;
    std::string place;
    for (std::size_t i = 0; i < lines.size(); ++i) {
        if (lines[i].rfind("Traceback of TorchScript", 0) == 0) {
            place.clear();
        }
        if (is_written_frame(lines[i]) || (is_traced_frame(lines[i]) && place.empty())) {
            place = lines[i].substr(lines[i].find_first_not_of(' '));
        }
        const bool is_in_traceback = !place.empty() || begin > 0 || lines[i].rfind("Traceback", 0) == 0;
        const bool is_end = i > 0 && is_of_a_traceback(lines[i - 1]) && !is_of_a_traceback(lines[i]);
        begin = is_in_traceback && is_end ? i : begin;
    }
    std::vector<std::string> result(lines.begin() + static_cast<std::ptrdiff_t>(begin), lines.end());
    constexpr std::size_t most_lines = 3;
    result.resize(std::min(result.size(), most_lines));
    if (!place.empty()) {
        result.push_back("in " + place);
    }
    return result;
}

}  // namespace

std::string cause_of_current() {
    const std::string text = text_of_current();
    const auto end = text.find_last_not_of(" \n\t");
    std::string result;
    for (const std::string& line : cause_and_place(lines_of(text.substr(0, end + 1)))) {
        result += (result.empty() ? "" : "\n") + line;
    }
    return result;
}

}  // namespace gravbench::torch_engine
