#include "results/journal.h"

#include "base/errors.h"
#include "base/files.h"
#include "catch.h"
#include "results/outcome_builder.h"

namespace gravbench::results {
namespace {

namespace fs = std::filesystem;

/// A journal with a header and launches 0 and 1.
class Written {
  public:
    Written() {
        Journal journal = Journal::create(path(), {{"seed", 7}});
        journal.append(launch({1, 2}, 0));
        journal.append(launch({3}, 1));
    }
    fs::path path() const { return folder_.path() / "results.json.journal"; }
    std::string text() const { return read_file(path()); }
    void replace(const std::string& text) const { write_file(path(), text); }

  private:
    TemporaryFolder folder_;
};

std::vector<int> numbers_of(const JournalContent& content) {
    std::vector<int> numbers;
    for (const LaunchRecord& launch : content.launches) {
        numbers.push_back(launch.number);
    }
    return numbers;
}

TEST_CASE("a journal is read back as it was written") {
    const Written written;
    const JournalContent content = read_journal(written.path());
    CHECK(content.header == Json{{"seed", 7}});
    REQUIRE(numbers_of(content) == std::vector<int>{0, 1});
    CHECK(to_json(content.launches[0]) == to_json(launch({1, 2}, 0)));
}

TEST_CASE("a journal of a run without a finished launch has its header alone") {
    const TemporaryFolder folder;
    const fs::path path = folder.path() / "journal";
    Journal::create(path, {{"seed", 1}});
    CHECK(read_journal(path).launches.empty());
}

TEST_CASE("a journal goes on where it was left") {
    const Written written;
    Journal::append_to(written.path()).append(launch({4}, 2));
    Journal::append_to(written.path()).append(launch({5}, 3));
    CHECK(numbers_of(read_journal(written.path())) == std::vector<int>{0, 1, 2, 3});
}

TEST_CASE("creating a journal replaces what was there") {
    const Written written;
    Journal::create(written.path(), {{"seed", 8}});
    CHECK(read_journal(written.path()).header == Json{{"seed", 8}});
    CHECK(read_journal(written.path()).launches.empty());
}

TEST_CASE("wherever a kill tears the last line, the lines before it are kept and the next ones follow cleanly") {
    const Written whole;
    const std::string text = whole.text();
    const std::size_t last_line = text.rfind('\n', text.size() - 2) + 1;
    for (std::size_t cut = last_line; cut < text.size(); ++cut) {
        whole.replace(text.substr(0, cut));
        REQUIRE(numbers_of(read_journal(whole.path())) == std::vector<int>{0});
        Journal::append_to(whole.path()).append(launch({4}, 9));
        REQUIRE(numbers_of(read_journal(whole.path())) == std::vector<int>{0, 9});
    }
}

TEST_CASE("damage before the last line is refused with its line") {
    const Written written;
    const std::string text = written.text();
    const std::size_t second = text.find('\n') + 1;
    written.replace(text.substr(0, second) + "{\"cell\": \n" + text.substr(second));
    CHECK_THROWS_AS(read_journal(written.path()), DataError);
    CHECK_THROWS_WITH(read_journal(written.path()), written.path().string() + ":2: damaged: not valid JSON");
    written.replace(text + "\n");
    CHECK_THROWS_WITH(read_journal(written.path()), written.path().string() + ":4: damaged: not valid JSON");
}

TEST_CASE("a line that is JSON but no launch is refused with its file and line") {
    const Written written;
    written.replace("{}\n{\"cell\": \"net\"}\n");
    CHECK_THROWS_WITH(read_journal(written.path()), written.path().string() + ":2: launch: \"number\" is missing");
}

TEST_CASE("a journal without a whole line is refused") {
    const Written written;
    for (const char* text : {"", "{\"seed\": 7}"}) {
        written.replace(text);
        CHECK_THROWS_WITH(read_journal(written.path()), written.path().string() + ": holds no whole line");
    }
    CHECK_THROWS_AS(read_journal("/nowhere/journal"), DataError);
}

TEST_CASE("a record with text that is not UTF-8 does not damage the journal") {
    const Written written;
    LaunchRecord record = failed_launch("engine_crashed", 2);
    record.log_tail = "caf\xe9\nnext";
    Journal::append_to(written.path()).append(record);
    CHECK(read_journal(written.path()).launches.back().log_tail == "caf\xef\xbf\xbd\nnext");
}

TEST_CASE("a journal that has done its work is removed") {
    const Written written;
    Journal::append_to(written.path()).remove();
    CHECK_FALSE(fs::exists(written.path()));
}

TEST_CASE("a journal that cannot be written is refused by name") {
    CHECK_THROWS_WITH(Journal::create("/nowhere/journal", {}),
                      "/nowhere/journal: cannot write: No such file or directory");
    CHECK_THROWS_AS(Journal::create("/dev/full", Json::object()), DataError);
}

TEST_CASE("the journal lies beside the output") {
    CHECK(journal_path("out/results.json") == fs::path("out/results.json.journal"));
}

}  // namespace
}  // namespace gravbench::results
