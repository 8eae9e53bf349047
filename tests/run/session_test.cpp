#include "run/session.h"

#include <map>
#include <set>
#include <tuple>

#include "catch.h"
#include "run/simulated_world.h"

namespace gravbench::run {
namespace {

using Kind = Event::Kind;

/// A run in a simulated world, with what it kept for a journal.
struct Rig {
    plan::Plan plan;
    SimulatedWorld world = {};
    std::vector<records::LaunchRecord> kept = {};
    std::vector<records::AuditRecord> kept_audits = {};

    records::RunOutcome run(Design& design, const std::vector<records::LaunchRecord>& earlier = {},
                            const std::vector<records::AuditRecord>& audits = {}) {
        Progress progress(nullptr, false, {});
        const Keep keep{[this](const records::LaunchRecord& record) { kept.push_back(record); },
                        [this](const records::AuditRecord& record) { kept_audits.push_back(record); }};
        Session session(plan, world, design, keep, progress, world.now_ns);
        session.adopt(earlier, audits);
        return session.run();
    }
    records::RunOutcome run(const std::vector<records::LaunchRecord>& earlier = {}) {
        return run(*design_for(plan), earlier);
    }
};

std::vector<std::string> problems_of(const records::CellOutcome& outcome) {
    std::vector<std::string> codes;
    for (const records::Problem& problem : outcome.problems) {
        codes.push_back(problem.code);
    }
    return codes;
}

std::vector<int> numbers_of(const records::CellOutcome& outcome) {
    std::vector<int> numbers;
    for (const records::LaunchRecord& launch : outcome.launches) {
        numbers.push_back(launch.launch.number);
    }
    return numbers;
}

/// The records as a journal would give them back: the last of each launch.
std::vector<records::LaunchRecord> journal_of(const std::vector<records::LaunchRecord>& kept) {
    std::map<std::pair<std::string, int>, records::LaunchRecord> last;
    for (const records::LaunchRecord& record : kept) {
        last[{record.cell, record.launch.number}] = record;
    }
    std::vector<records::LaunchRecord> records;
    for (const auto& [key, record] : last) {
        if (record.is_complete()) {
            records.push_back(record);
        }
    }
    return records;
}

plan::Plan fixed(plan::Plan plan) {
    plan.options.sampling.has_fixed_launches = true;
    return plan;
}

Event nth_of(const std::vector<Event>& events, Kind kind, std::size_t nth) {
    for (const Event& event : events) {
        if (event.kind == kind && nth-- == 0) {
            return event;
        }
    }
    FAIL("there is no such event");
    return {};
}

TEST_CASE("each cell has the plan's launches, with blocks in rounds that all cells share") {
    Rig rig{fixed(plan_of(3, 2))};
    const records::RunOutcome outcome = rig.run();
    CHECK_FALSE(outcome.is_interrupted);
    for (const records::CellOutcome& cell : outcome.cells) {
        CHECK(numbers_of(cell) == std::vector<int>{0, 1});
        CHECK(cell.launches[1].launch.blocks[0].round == 2);
        CHECK(cell.launches[1].launch.blocks[1].round == 3);
        CHECK(cell.problems.empty());
    }
    CHECK(rig.world.most_alive == 3);
}

TEST_CASE("a launch is kept after each of its blocks") {
    Rig rig{fixed(plan_of(1, 1))};
    rig.run();
    REQUIRE(rig.kept.size() == 2);
    CHECK(rig.kept[0].launch.blocks.size() == 1);
    CHECK(rig.kept[1].launch.blocks.size() == 2);
}

TEST_CASE("50 cells until precise lose an engine, run short of memory, are interrupted, and go on") {
    Rig rig{plan_of(50, 5)};
    rig.world.latency = [](const std::string& cell, int number) {
        return cell == "a7" ? (number % 4 == 0 || number % 4 == 3 ? 10.2 : 9.8) : 10;
    };
    rig.world.fails = [](const Event& event) {
        return event.cell == "a3" && event.number == 2 ? std::optional<std::string>("engine_crashed") : std::nullopt;
    };
    rig.world.memory_bytes = std::int64_t{20} << 30;  // of which engines may take half: ten of them
    std::size_t blocks = 0;
    rig.world.interrupts = [&](const Event& event) { return event.kind == Kind::block && ++blocks == 333; };
    const records::RunOutcome interrupted = rig.run();
    CHECK(interrupted.is_interrupted);
    CHECK(rig.world.most_alive == 10);
    CHECK(rig.world.alive == 0);

    rig.world.interrupts = [](const Event&) { return false; };
    const std::vector<records::LaunchRecord> journal = journal_of(rig.kept);
    const std::size_t starts_before = rig.world.count(Kind::start);
    const records::RunOutcome outcome = rig.run(journal);
    CHECK_FALSE(outcome.is_interrupted);
    std::size_t launches = 0;
    for (std::size_t cell = 0; cell < 50; ++cell) {
        const std::vector<int> numbers = numbers_of(outcome.cells[cell]);
        launches += numbers.size();
        CHECK(std::set<int>(numbers.begin(), numbers.end()).size() == numbers.size());
        CHECK(numbers.size() >= 5);
        CHECK((numbers.size() > 5) == (cell == 7));
    }
    CHECK(outcome.cells[3].launches.back().is_complete());
    CHECK(rig.world.count(Kind::start) == starts_before + launches - journal.size());
}

TEST_CASE("an interrupted launch counts with the blocks that it has taken") {
    Rig rig{fixed(plan_of(2, 3))};
    rig.world.interrupts = [](const Event& event) { return event.kind == Kind::block && event.round == 1; };
    const records::RunOutcome outcome = rig.run();
    CHECK(outcome.is_interrupted);
    for (const records::CellOutcome& cell : outcome.cells) {
        REQUIRE(cell.launches.size() == 1);
        CHECK(cell.launches[0].launch.blocks.size() == 1);
        CHECK(problems_of(cell) == std::vector<std::string>{"interrupted"});
    }
}

TEST_CASE("Ctrl-C while outputs are compared or an engine ends loses no launch") {
    const Kind kind = GENERATE(Kind::compare, Kind::finish);
    Rig rig{fixed(plan_of(2, 1))};
    rig.plan.options.judging.has_accuracy = true;
    rig.world.interrupts = [&](const Event& event) { return event.kind == kind; };
    const records::RunOutcome outcome = rig.run();
    CHECK(outcome.is_interrupted);
    for (const records::CellOutcome& cell : outcome.cells) {
        REQUIRE(cell.launches.size() == 1);
        CHECK(cell.launches[0].launch.blocks.size() == 2);
    }
    if (kind == Kind::finish) {
        CHECK(std::any_of(rig.kept.begin(), rig.kept.end(), [](const auto& record) { return record.accuracy; }));
    }
}

TEST_CASE("a run that goes on compares outputs where the interruption came before that") {
    Rig rig{fixed(plan_of(2, 1))};
    rig.plan.options.judging.has_accuracy = true;
    rig.world.interrupts = [&](const Event& event) { return event.kind == Kind::compare && event.cell == "a1"; };
    CHECK(rig.run().is_interrupted);
    rig.world.interrupts = [](const Event&) { return false; };
    const std::size_t starts = rig.world.count(Kind::start);
    const std::vector<records::LaunchRecord> journal = journal_of(rig.kept);
    const auto compared =
        std::count_if(journal.begin(), journal.end(), [](const auto& record) { return record.accuracy; });
    const records::RunOutcome outcome = rig.run(journal);
    for (const records::CellOutcome& cell : outcome.cells) {
        REQUIRE(cell.launches.size() == 1);
        CHECK(cell.launches[0].accuracy);
    }
    CHECK(rig.world.count(Kind::start) == starts + 2 - static_cast<std::size_t>(compared));
}

TEST_CASE("a cell of an interrupted run without a launch was interrupted, and not left out") {
    Rig rig{fixed(plan_of(2, 3))};
    rig.world.interrupts = [](const Event& event) { return event.kind == Kind::start; };
    for (const records::CellOutcome& cell : rig.run().cells) {
        CHECK(problems_of(cell) == std::vector<std::string>{"interrupted"});
        CHECK_THAT(cell.problems[0].message, Contains("before its first launch"));
    }
}

TEST_CASE("a cell whose first launch fails gets no more, and the others go on") {
    Rig rig{fixed(plan_of(3, 4))};
    rig.world.fails = [](const Event& event) {
        return event.cell == "a1" && event.kind == Kind::block ? std::optional<std::string>("engine_crashed")
                                                               : std::nullopt;
    };
    const records::RunOutcome outcome = rig.run();
    REQUIRE(outcome.cells[1].launches.size() == 1);
    CHECK(outcome.cells[1].launches[0].problem->code == "engine_crashed");
    CHECK(outcome.cells[0].launches.size() == 4);
    CHECK(outcome.cells[2].launches.size() == 4);
    CHECK(rig.kept.back().cell != "a1");
}

TEST_CASE("a reference is made once for each cell, and one that fails fails its cell only") {
    Rig rig{fixed(plan_of(2, 3))};
    rig.plan.options.judging.has_accuracy = true;
    rig.world.fails = [](const Event& event) {
        return event.cell == "a1" && event.kind == Kind::reference ? std::optional<std::string>("engine_crashed")
                                                                   : std::nullopt;
    };
    const records::RunOutcome outcome = rig.run();
    CHECK(rig.world.count(Kind::reference) == 2);
    CHECK(rig.world.count(Kind::compare) == 1);
    CHECK(outcome.cells[0].launches.size() == 3);
    CHECK(outcome.cells[0].launches[0].accuracy);
    CHECK(journal_of(rig.kept)[0].accuracy);
    CHECK(problems_of(outcome.cells[1]) == std::vector<std::string>{"reference_failed"});
    CHECK(outcome.cells[1].launches.empty());
}

TEST_CASE("an engine that does not rest between its blocks ends at once") {
    Rig rig{fixed(plan_of(2, 1))};
    rig.world.is_restless = [](const Event& event) { return event.cell == "a0"; };
    const records::RunOutcome outcome = rig.run();
    CHECK(outcome.cells[0].launches[0].launch.blocks.size() == 1);
    CHECK(outcome.cells[1].launches[0].launch.blocks.size() == 2);
}

TEST_CASE("engines that do not fit into memory together are measured one group after the other") {
    Rig rig{fixed(plan_of(6, 2))};
    rig.world.memory_bytes = std::int64_t{4} << 30;
    rig.world.bytes_of_engine = std::int64_t{1} << 30;
    const records::RunOutcome outcome = rig.run();
    CHECK(rig.world.most_alive == 2);
    for (const records::CellOutcome& cell : outcome.cells) {
        CHECK(cell.launches.size() == 2);
    }
}

TEST_CASE("a run ends within --max-time, the blocks of all engines and the audits counted") {
    Rig rig{fixed(plan_of(20, 5))};
    rig.plan.options.judging.has_audit = true;
    const auto most = seconds(GENERATE(25, 60, 90));
    rig.plan.options.stopping.max_time = most;
    const std::int64_t begin = rig.world.now_ns;
    const records::RunOutcome outcome = rig.run();
    CHECK(rig.world.now_ns - begin <= nanoseconds(most).count());
    // What was foreseen is what it took: little of the time is left over.
    CHECK(rig.world.now_ns - begin > nanoseconds(most).count() * 9 / 10);
    std::size_t audited = 0;
    for (const records::CellOutcome& cell : outcome.cells) {
        const std::vector<std::string> problems = problems_of(cell);
        const bool is_dropped = std::count(problems.begin(), problems.end(), "not_audited") == 1;
        const bool is_missing = std::count(problems.begin(), problems.end(), "not_measured") == 1;
        CHECK(is_missing == cell.launches.empty());
        CHECK((cell.audit ? 1 : 0) + (is_dropped ? 1 : 0) + (is_missing ? 1 : 0) == 1);
        audited += cell.audit ? 1 : 0;
    }
    CHECK(audited == rig.world.count(Kind::audit));
}

TEST_CASE("references count against --max-time too") {
    for (int limit_s = 5; limit_s < 60; ++limit_s) {
        Rig rig{fixed(plan_of(12, 2))};
        rig.plan.options.judging.has_accuracy = true;
        rig.world.reference_takes = seconds(3);
        rig.plan.options.stopping.max_time = seconds(limit_s);
        const std::int64_t begin = rig.world.now_ns;
        rig.run();
        CHECK(rig.world.now_ns - begin <= nanoseconds(seconds(limit_s)).count());
    }
}

TEST_CASE("the time since the command began counts") {
    Rig rig{fixed(plan_of(1, 5))};
    rig.plan.options.stopping.max_time = seconds(10);
    rig.world.now_ns = nanoseconds(seconds(100)).count();
    Progress progress(nullptr, false, {});
    const auto design = design_for(rig.plan);
    Session session(rig.plan, rig.world, *design, {[](const auto&) {}, [](const auto&) {}}, progress,
                    nanoseconds(seconds(89)).count());
    CHECK(problems_of(session.run().cells[0]) == std::vector<std::string>{"not_measured"});
}

/// Asks for one launch more for ever.
class Endless final : public Design {
  public:
    std::optional<Wave> next() override { return Wave{waves++, true, {{0}}, {{}}}; }
    void observe(std::size_t, const records::LaunchRecord&) override {}
    void give_up(std::size_t) override {}
    bool gives_up(std::size_t) const override { return false; }
    int waves = 0;
};

TEST_CASE("once a launch would not end in time no further wave begins, whatever the design asks for") {
    Rig rig{plan_of(1)};
    rig.plan.options.stopping.max_time = seconds(10);
    Endless design;
    const records::RunOutcome outcome = rig.run(design);
    CHECK(static_cast<std::size_t>(design.waves) == outcome.cells[0].launches.size() + 1);
}

TEST_CASE("launches beyond the plan's leave the audits their time") {
    Rig rig{plan_of(4, 2)};
    rig.plan.options.judging.has_audit = true;
    rig.plan.options.stopping.max_time = seconds(60);
    rig.world.latency = [](const std::string&, int number) { return number % 2 == 0 ? 10.0 : 20.0; };
    const std::int64_t begin = rig.world.now_ns;
    const records::RunOutcome outcome = rig.run();
    CHECK(rig.world.now_ns - begin <= nanoseconds(seconds(60)).count());
    for (const records::CellOutcome& cell : outcome.cells) {
        CHECK(cell.audit);
        CHECK(cell.launches.size() > 2);
    }
}

TEST_CASE("without --max-time further launches end after ten minutes, and the plan's do not") {
    Rig rig{plan_of(1, 2)};
    FigureSource never_precise = figure_source();
    never_precise.half_width = [](const auto&) { return std::optional(1.0); };
    SECTION("further launches") {
        UntilPrecise design(rig.plan, never_precise);
        rig.run(design);
        CHECK(rig.world.now_ns > nanoseconds(plan::Stopping::most_time_unasked).count());
        CHECK(rig.world.now_ns < nanoseconds(plan::Stopping::most_time_unasked + seconds(3)).count());
    }
    SECTION("the plan's") {
        rig.plan.options.sampling.shape.block.duration = std::chrono::minutes(10);
        UntilPrecise design(rig.plan, never_precise);
        CHECK(rig.run(design).cells[0].launches.size() == 2);
    }
}

std::vector<std::int64_t> begins_of(const SimulatedWorld& world) {
    std::vector<std::int64_t> begins;
    for (const Event& event : world.events) {
        if (event.kind == Kind::start) {
            begins.push_back(event.time_ns);
        }
    }
    return begins;
}

TEST_CASE("launches that are spread over a time begin at even distances, the last at its end") {
    Rig rig{fixed(plan_of(1, 4))};
    rig.plan.options.stopping.spread = std::chrono::minutes(30);
    rig.run();
    const std::vector<std::int64_t> begins = begins_of(rig.world);
    REQUIRE(begins.size() == 4);
    for (std::size_t i = 1; i < begins.size(); ++i) {
        CHECK(begins[i] - begins[i - 1] == nanoseconds(std::chrono::minutes(10)).count());
    }
}

TEST_CASE("a run that is spread has time for further launches after that, and not without end") {
    Rig rig{plan_of(1, 2)};
    rig.plan.options.stopping.spread = std::chrono::minutes(2);
    FigureSource never_precise = figure_source();
    never_precise.half_width = [](const auto&) { return std::optional(1.0); };
    UntilPrecise design(rig.plan, never_precise);
    const std::int64_t begin = rig.world.now_ns;
    CHECK(rig.run(design).cells[0].launches.size() == 7);  // At 0, 2, ..., 12 minutes.
    CHECK(rig.world.now_ns - begin > nanoseconds(std::chrono::minutes(12)).count());
}

TEST_CASE("a run that is spread waits for no launch that would begin after --max-time") {
    Rig rig{plan_of(1, 2)};
    rig.plan.options.stopping.spread = std::chrono::minutes(2);
    rig.plan.options.stopping.max_time = std::chrono::minutes(5);
    rig.world.latency = [](const std::string&, int number) { return number % 2 == 0 ? 10.0 : 20.0; };
    const std::int64_t begin = rig.world.now_ns;
    CHECK(rig.run().cells[0].launches.size() == 3);
    CHECK(rig.world.now_ns - begin < nanoseconds(std::chrono::minutes(5)).count());
}

TEST_CASE("Ctrl-C in a pause between launches ends the run with what it has") {
    Rig rig{fixed(plan_of(1, 3))};
    rig.plan.options.stopping.spread = std::chrono::minutes(30);
    rig.world.interrupts = [](const Event& event) { return event.kind == Kind::wait; };
    const records::RunOutcome outcome = rig.run();
    CHECK(outcome.is_interrupted);
    CHECK(outcome.cells[0].launches.size() == 1);
    CHECK(problems_of(outcome.cells[0]) == std::vector<std::string>{"interrupted"});
}

TEST_CASE("where the run chooses, later launches measure what the first ones call for, within --max-time") {
    Rig rig{plan_of(2, 5)};
    rig.plan.options.given.clear();
    rig.plan.options.stopping.max_time = seconds(30);
    const std::int64_t begin = rig.world.now_ns;
    const records::RunOutcome outcome = rig.run();
    CHECK(rig.world.now_ns - begin <= nanoseconds(seconds(30)).count());
    for (const records::CellOutcome& cell : outcome.cells) {
        REQUIRE(cell.launches.size() == 5);
        CHECK(cell.launches[1].launch.blocks.size() == 8);
        CHECK(cell.launches[1].launch.shape->chosen_by == 0);
        // It is quiet, so that the fewest blocks do.
        CHECK(cell.launches[2].launch.blocks.size() == 4);
        CHECK(cell.launches[2].launch.shape->chosen_by == 2);
        CHECK(cell.launches[2].launch.blocks[0].round == 16);
        CHECK(cell.launches[3].launch.blocks[0].round == 20);
    }
}

TEST_CASE("both variants of a pair begin or neither when time runs short") {
    for (int limit_s = 2; limit_s < 40; ++limit_s) {
        Rig rig{pairs_of(3, 4)};
        rig.plan.options.stopping.max_time = seconds(limit_s);
        const records::RunOutcome outcome = rig.run();
        for (std::size_t pair = 0; pair < 3; ++pair) {
            CHECK(outcome.cells[2 * pair].launches.size() == outcome.cells[2 * pair + 1].launches.size());
        }
    }
}

TEST_CASE("audits follow the measurements, and those of an interrupted run are not made again") {
    Rig rig{fixed(plan_of(2, 1))};
    rig.plan.options.judging.has_audit = true;
    rig.world.interrupts = [](const Event& event) { return event.kind == Kind::audit && event.cell == "a1"; };
    const records::RunOutcome interrupted = rig.run();
    CHECK(interrupted.cells[0].audit);
    CHECK_FALSE(interrupted.cells[1].audit);
    REQUIRE(rig.kept_audits.size() == 1);
    rig.world.interrupts = [](const Event&) { return false; };
    rig.world.events.clear();
    const records::RunOutcome outcome = rig.run(*design_for(rig.plan), journal_of(rig.kept), rig.kept_audits);
    CHECK(outcome.cells[0].audit);
    CHECK(outcome.cells[1].audit);
    CHECK(rig.world.count(Kind::start) == 0);
    CHECK(rig.world.count(Kind::audit) == 1);
}

TEST_CASE("on an emulated engine each launch is its own audit, and no two live at once") {
    Rig rig{fixed(plan_of(3, 1))};
    rig.plan.options.judging.has_audit = true;
    rig.plan.options.sampling.is_for_emulation = true;
    rig.plan.options.sampling.shape.blocks = 1;
    const records::RunOutcome outcome = rig.run();
    CHECK(rig.world.most_alive == 1);
    CHECK(rig.world.count(Kind::audit) == 0);
    for (const records::CellOutcome& cell : outcome.cells) {
        CHECK(cell.audit);
    }
}

TEST_CASE("an order that is shuffled anew leaves no cell before the others") {
    Rig rig{fixed(plan_of(4, 20))};
    rig.run();
    std::map<std::string, int> first;
    std::set<int> rounds;
    for (const Event& event : rig.world.events) {
        if (event.kind == Kind::block && rounds.insert(event.round).second) {
            ++first[event.cell];
        }
    }
    CHECK(rounds.size() == 40);
    for (const auto& [cell, times] : first) {
        CHECK(times < 25);
    }
    CHECK(nth_of(rig.world.events, Kind::block, 0).round == 0);
}

TEST_CASE("the work of many cells and launches grows as they do") {
    Rig rig{plan_of(200, 30)};
    std::size_t figures = 0;
    std::size_t intervals = 0;
    FigureSource source = figure_source();
    source.of_launch = [&](const records::Launch&, const std::string&) {
        ++figures;
        return std::optional(stats::LaunchFigure{10, {}});
    };
    source.half_width = [&](const auto&) {
        ++intervals;
        return std::optional(0.0);
    };
    UntilPrecise design(rig.plan, source);
    rig.run(design);
    CHECK(rig.world.count(Kind::start) == 200 * 30);
    CHECK(rig.world.count(Kind::block) == 200 * 30 * 2);
    CHECK(rig.kept.size() == 200 * 30 * 2);
    CHECK(figures == 200 * 30);
    CHECK(intervals == 200);
}

}  // namespace
}  // namespace gravbench::run
