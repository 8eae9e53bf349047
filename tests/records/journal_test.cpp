#include "records/journal.h"

#include <sys/resource.h>

#include <cerrno>
#include <csignal>

#include "base/errors.h"
#include "base/files.h"
#include "catch.h"
#include "records/record_builder.h"
#include "records/record_json.h"

namespace gravbench::records {
namespace {

namespace fs = std::filesystem;

JournalHeader some_header(const std::string& seed = "7") {
    return {"20260725-1", "2026-07-25T09:00:00Z", {{"--seed", seed}}};
}

/// A journal with a header and launches 0 and 1.
class Written {
  public:
    Written() {
        Journal journal = Journal::create(path(), some_header());
        journal.append(launch_of({1, 2}, 0));
        journal.append(launch_of({3}, 1));
    }
    fs::path path() const { return folder_.path() / "results.json.journal"; }
    std::string text() const { return read_file(path()); }
    std::string header_line() const { return text().substr(0, text().find('\n') + 1); }
    void replace(const std::string& text) const { write_file(path(), text); }

  private:
    TemporaryFolder folder_;
};

/// While it lives no file of this process grows beyond so many bytes, as on a disk that is full.
class SmallDisk {
  public:
    explicit SmallDisk(std::size_t bytes) : handler_(std::signal(SIGXFSZ, SIG_IGN)) {
        ::getrlimit(RLIMIT_FSIZE, &before_);
        rlimit limit = before_;
        limit.rlim_cur = bytes;
        ::setrlimit(RLIMIT_FSIZE, &limit);
    }
    ~SmallDisk() {
        ::setrlimit(RLIMIT_FSIZE, &before_);
        std::signal(SIGXFSZ, handler_);
    }
    SmallDisk(const SmallDisk&) = delete;
    SmallDisk& operator=(const SmallDisk&) = delete;

  private:
    void (*handler_)(int);
    rlimit before_{};
};

std::vector<int> numbers_of(const JournalContent& content) {
    std::vector<int> numbers;
    for (const LaunchRecord& launch : content.launches) {
        numbers.push_back(launch.launch.number);
    }
    return numbers;
}

TEST_CASE("a journal is read back as it was written") {
    const Written written;
    Journal::append_to(written.path()).append(full_audit());
    const JournalContent content = read_journal(written.path());
    CHECK(content.header.id == "20260725-1");
    CHECK(content.header.started == "2026-07-25T09:00:00Z");
    CHECK(content.header.fingerprint == some_header().fingerprint);
    REQUIRE(numbers_of(content) == std::vector<int>{0, 1});
    CHECK(to_json(content.launches[0]) == to_json(launch_of({1, 2}, 0)));
    REQUIRE(content.audits.size() == 1);
    CHECK(to_json(content.audits[0]) == to_json(full_audit()));
}

TEST_CASE("a journal of a run without a finished launch has its header alone") {
    const TemporaryFolder folder;
    const fs::path path = folder.path() / "journal";
    Journal::create(path, some_header());
    CHECK(read_journal(path).launches.empty());
}

TEST_CASE("a journal goes on where it was left") {
    const Written written;
    Journal::append_to(written.path()).append(launch_of({4}, 2));
    Journal::append_to(written.path()).append(launch_of({5}, 3));
    CHECK(numbers_of(read_journal(written.path())) == std::vector<int>{0, 1, 2, 3});
}

TEST_CASE("of a launch that is written after each block the last line counts, at the place of the first") {
    const Written written;
    Journal::append_to(written.path()).append(launch_of({1, 2, 3, 4}, 0));
    Journal::append_to(written.path()).append(launch_of({9}, 0, "other"));
    const JournalContent content = read_journal(written.path());
    REQUIRE(numbers_of(content) == std::vector<int>{0, 1, 0});
    CHECK(content.launches[0].launch.blocks[0].samples_ns.size() == 4);
    CHECK(content.launches[2].cell == "other");
}

LaunchRecord launch_of_blocks(int count) {
    LaunchRecord record = launch_of({1, 2, 3}, 0);
    record.launch.blocks.resize(static_cast<std::size_t>(count), record.launch.blocks[0]);
    for (int i = 0; i < count; ++i) {
        record.launch.blocks[static_cast<std::size_t>(i)].round = i;
    }
    return record;
}

TEST_CASE("a launch of many blocks makes the journal grow by each block once") {
    const Written written;
    Journal journal = Journal::create(written.path(), some_header());
    std::vector<std::size_t> sizes;
    for (int blocks = 1; blocks <= 40; ++blocks) {
        journal.append(launch_of_blocks(blocks));
        sizes.push_back(written.text().size());
    }
    CHECK((sizes[39] - sizes[20]) * 10 < (sizes[20] - sizes[1]) * 11);
    // Once more, as after its comparison with the reference.
    LaunchRecord last = launch_of_blocks(40);
    last.log_tail = "bye";
    journal.append(last);
    const JournalContent content = read_journal(written.path());
    REQUIRE(content.launches.size() == 1);
    CHECK(to_json(content.launches[0]) == to_json(last));
}

TEST_CASE("a launch that is written with fewer blocks than before has these alone") {
    const Written written;
    Journal journal = Journal::create(written.path(), some_header());
    for (const int blocks : {3, 1, 2}) {
        journal.append(launch_of_blocks(blocks));
        CHECK(to_json(read_journal(written.path()).launches.at(0)) == to_json(launch_of_blocks(blocks)));
    }
}

TEST_CASE("a line that counts on blocks which no earlier line has is refused") {
    const Written written;
    for (const int before : {-1, 2, 1000000}) {
        Json json = to_json(launch_of_blocks(2), 1);
        json["blocks_before"] = before;
        written.replace(written.header_line() + to_json(launch_of_blocks(1)).dump() + "\n" + json.dump() + "\n");
        CHECK_THROWS_WITH(read_journal(written.path()),
                          StartsWith(written.path().string() + ":3: launch.blocks_before: "));
        written.replace(written.header_line() + json.dump() + "\n");
        CHECK_THROWS_WITH(read_journal(written.path()),
                          StartsWith(written.path().string() + ":2: launch.blocks_before: "));
    }
}

TEST_CASE("creating a journal replaces what was there") {
    const Written written;
    Journal::create(written.path(), some_header("8"));
    CHECK(read_journal(written.path()).header.fingerprint.at("--seed") == "8");
    CHECK(read_journal(written.path()).launches.empty());
}

TEST_CASE("wherever a kill tears the last line, the lines before it are kept and the next ones follow cleanly") {
    const Written whole;
    const std::string text = whole.text();
    const std::size_t last_line = text.rfind('\n', text.size() - 2) + 1;
    for (std::size_t cut = last_line; cut < text.size(); cut += 7) {
        whole.replace(text.substr(0, cut));
        REQUIRE(numbers_of(read_journal(whole.path())) == std::vector<int>{0});
        Journal::append_to(whole.path()).append(launch_of({4}, 9));
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

TEST_CASE("a line that is JSON but no launch is refused with its file, line and place") {
    const Written written;
    const std::string place = written.path().string() + ":2: ";
    written.replace(written.header_line() + "{\"cell\": \"net\"}\n");
    CHECK_THROWS_WITH(read_journal(written.path()),
                      place + "launch.number: expected a whole number from 0 to 2147483647, found nothing");
    written.replace(written.header_line() + "[]\n");
    CHECK_THROWS_WITH(read_journal(written.path()), place + "launch: expected an object, found a list");
    written.replace(written.header_line() + "{\"audited\": 3}\n");
    CHECK_THROWS_WITH(read_journal(written.path()), place + "audit record.audited: expected a text, found 3");
}

TEST_CASE("a journal of another version of gravbench is refused clearly") {
    const Written written;
    const std::string place = written.path().string() + ":1: ";
    written.replace("{\"schema\": \"gravbench.journal/1\", \"id\": \"a\"}\n");
    CHECK_THROWS_WITH(read_journal(written.path()),
                      place +
                          "is of an older version of gravbench; --resume cannot go on with it: remove it, or keep "
                          "it");
    written.replace("{\"schema\": \"gravbench.journal/3\"}\n");
    CHECK_THROWS_WITH(read_journal(written.path()),
                      place + "header.schema: expected gravbench.journal/2, found \"gravbench.journal/3\"");
    written.replace("{}\n");
    CHECK_THROWS_WITH(read_journal(written.path()), place + "header.schema: expected a text, found nothing");
}

TEST_CASE("a journal without a whole line is refused") {
    const Written written;
    for (const char* text : {"", "{\"schema\": \"gravbench.journal/2\"}"}) {
        written.replace(text);
        CHECK_THROWS_WITH(read_journal(written.path()), written.path().string() + ":1: holds no whole line");
    }
    CHECK_THROWS_AS(read_journal("/nowhere/journal"), DataError);
}

TEST_CASE("a journal of ten thousand launches is read, each of them once") {
    const Written written;
    std::string text = written.header_line();
    constexpr int count = 10000;
    LaunchRecord record = launch_of();
    for (const std::size_t samples : {1, 2}) {
        record.launch.blocks[0].samples_ns.resize(samples, 5);
        for (int i = 0; i < count; ++i) {
            record.launch.number = i;
            text += to_json(record).dump() + "\n";
        }
    }
    written.replace(text);
    const JournalContent content = read_journal(written.path());
    REQUIRE(content.launches.size() == count);
    CHECK(content.launches.back().launch.number == count - 1);
    CHECK(content.launches.front().launch.blocks[0].samples_ns.size() == 2);
}

TEST_CASE("a record with text that is not UTF-8 does not damage the journal") {
    const Written written;
    LaunchRecord record = failed_launch_of("engine_crashed", 2);
    record.log_tail = "caf\xe9\nnext";
    Journal::append_to(written.path()).append(record);
    CHECK(read_journal(written.path()).launches.back().log_tail == "caf\xef\xbf\xbd\nnext");
}

TEST_CASE("a journal that has done its work is removed") {
    const Written written;
    Journal::append_to(written.path()).remove();
    CHECK_FALSE(fs::exists(written.path()));
}

TEST_CASE("a journal that cannot be written is refused by name, and leaves no file") {
    CHECK_THROWS_WITH(Journal::create("/nowhere/journal", {}),
                      "/nowhere/journal: cannot write: No such file or directory");
    CHECK_THROWS_WITH(Journal::create("/dev/full", {}), "/dev/full: cannot write: No space left on device");
    CHECK(fs::exists("/dev/full"));
    const TemporaryFolder folder;
    const fs::path path = folder.path() / "journal";
    const SmallDisk disk(10);
    CHECK_THROWS_WITH(Journal::create(path, some_header()), path.string() + ": cannot write: File too large");
    CHECK_FALSE(fs::exists(path));
}

TEST_CASE("a disk that fills up costs the journal alone, which says so with the cause, and writes no more") {
    const Written written;
    const std::string before = written.text();
    Journal journal = Journal::append_to(written.path());
    CHECK_FALSE(journal.failure());
    {
        const SmallDisk disk(before.size() + 20);
        errno = ESRCH;  // Another call's.
        journal.append(launch_of({4}, 2));
    }
    REQUIRE(journal.failure());
    CHECK(*journal.failure() == written.path().string() + ": cannot write: File too large");
    const std::string torn = written.text();
    journal.append(launch_of({5}, 3));
    journal.append(full_audit());
    CHECK(written.text() == torn);
    CHECK(numbers_of(read_journal(written.path())) == std::vector<int>{0, 1});
}

TEST_CASE("the journal lies beside the output") {
    CHECK(journal_path("out/results.json") == fs::path("out/results.json.journal"));
}

}  // namespace
}  // namespace gravbench::records
