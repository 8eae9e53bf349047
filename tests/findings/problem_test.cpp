#include "findings/problem.h"

#include <filesystem>
#include <regex>
#include <set>

#include "base/files.h"
#include "catch.h"

namespace gravbench::findings {
namespace {

/// Every problem's code that src's C++ creates: EngineError("code", ...), Failure("code", ...), {"code", some message}.
std::set<std::string> codes_in_source() {
    static const std::regex creations(
        R"((?:EngineError\(|Problem\{|push_back\(\s*\{|return \{|Failure\(|attempt\(|failure_from_current\(|error_reply\([a-z]+, |add_if_most\(\s*launches, )\s*"([a-z]+(?:_[a-z]+)*)\",)");
    std::set<std::string> codes;
    for (const char* folder : {"engines", "run", "findings", "document"}) {
        for (const auto& entry :
             std::filesystem::recursive_directory_iterator(std::filesystem::path(GRAVBENCH_SOURCE_FOLDER) / folder)) {
            if (entry.path().extension() != ".cpp" || entry.path().filename() == "problem.cpp") {
                continue;
            }
            const std::string text = read_file(entry.path());
            for (std::sregex_iterator match(text.begin(), text.end(), creations); match != std::sregex_iterator();
                 ++match) {
                codes.insert((*match)[1]);
            }
        }
    }
    return codes;
}

TEST_CASE("every problem has a code of its own, a meaning and a remedy") {
    std::set<std::string> codes;
    for (const ProblemKind& kind : problem_kinds()) {
        INFO(kind.code);
        CHECK(codes.insert(kind.code).second);
        CHECK_FALSE(kind.meaning.empty());
        CHECK_FALSE(kind.remedy.empty());
        CHECK(find_problem_kind(kind.code) == &kind);
    }
}

TEST_CASE("every problem that the program creates is listed") {
    const std::set<std::string> used = codes_in_source();
    // The pattern finds what it should: some of each form.
    for (const char* known :
         {"engine_timeout", "engine_crashed", "launch_failed", "accuracy_below_limit", "not_measured", "emulated",
          "model_not_loadable", "figure_missing", "launches_in_groups", "engine_not_idle"}) {
        INFO(known);
        CHECK(used.count(known) == 1);
    }
    for (const std::string& code : used) {
        INFO(code);
        CHECK(find_problem_kind(code) != nullptr);
    }
}

TEST_CASE("a failure invalidates the cell unless other launches went well, and a mere notice does not") {
    for (const ProblemKind& kind : problem_kinds()) {
        INFO(kind.code);
        if (kind.exit_code == ExitCode::cell_failed || kind.exit_code == ExitCode::accuracy) {
            CHECK(kind.invalidates == (kind.code != "launch_failed"));
        }
        CHECK(kind.exit_code != ExitCode::usage);
        CHECK(kind.exit_code != ExitCode::regression);
    }
}

TEST_CASE("a code that is not listed, as a later version may write it, invalidates nothing") {
    CHECK(find_problem_kind("engine_tired") == nullptr);
    CHECK_FALSE(is_invalid({}));
    CHECK_FALSE(is_invalid({{"engine_tired", ""}, {"setting_without_effect", ""}}));
    CHECK(is_invalid({{"engine_tired", ""}, {"emulated", ""}}));
}

TEST_CASE("the documentation has a row for every problem, with its exit code") {
    const std::string text = read_file(std::filesystem::path(GRAVBENCH_SOURCE_FOLDER) / ".." / "docs" / "results.md");
    for (const ProblemKind& kind : problem_kinds()) {
        const std::regex row("\\| `" + kind.code + "` \\|[^\n]*\\| " + (kind.invalidates ? "yes" : "no") + " \\| " +
                             std::to_string(static_cast<int>(kind.exit_code)) + " \\|\n");
        INFO(kind.code);
        CHECK(std::regex_search(text, row));
    }
}

}  // namespace
}  // namespace gravbench::findings
