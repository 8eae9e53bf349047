#include "run/audits.h"

#include <cstring>

#include "base/files.h"
#include "base/json.h"
#include "catch.h"
#include "run/simulated_world.h"

namespace gravbench::run {
namespace {

/// Launches of a world that write one zero of this type, each into a file of its own.
struct WritingWorld {
    explicit WritingWorld(const std::string& type, std::size_t bytes) {
        world.outputs = [this, type, bytes](const std::string&) {
            const Json tensor{{"dtype", type}, {"shape", {1}}, {"data_offsets", {std::size_t{0}, bytes}}};
            const std::string header = Json{{"output", tensor}}.dump();
            std::string text(sizeof(std::uint64_t), '\0');
            const std::uint64_t size = header.size();
            std::memcpy(text.data(), &size, sizeof size);
            written.push_back(folder.path() / std::to_string(written.size()));
            write_file(written.back(), text + header + std::string(bytes, '\0'));
            return written.back();
        };
    }

    std::size_t files_left() const {
        return static_cast<std::size_t>(std::count_if(written.begin(), written.end(), is_there));
    }

    TemporaryFolder folder;
    std::vector<std::filesystem::path> written;
    SimulatedWorld world;
};

/// Cells that ask for BF16, by two settings.
plan::Plan plan_of_bf16() {
    plan::Plan plan = plan_of(2);
    for (plan::Cell& cell : plan.cells) {
        cell.identity.model = cell.key;
        cell.settings = {{"fpmath", "bf16"}};
    }
    plan.cells[1].settings["matmul-precision"] = "medium";
    return plan;
}

std::vector<records::CellOutcome> audited(WritingWorld& writing, const plan::Plan& plan) {
    Audits audits(writing.world, plan, [](const records::AuditRecord&) {});
    std::vector<records::CellOutcome> outcomes(plan.cells.size());
    for (std::size_t i = 0; i < plan.cells.size(); ++i) {
        audits.audit(plan.cells[i], outcomes[i]);
    }
    return outcomes;
}

}  // namespace

TEST_CASE("outputs of audits are compared, and gone once nothing is left to compare them with") {
    WritingWorld writing("F32", 4);
    const auto outcomes = audited(writing, plan_of_bf16());
    REQUIRE(outcomes[1].alternatives.size() == 2);
    for (const records::CellOutcome& outcome : outcomes) {
        for (const records::Alternative& alternative : outcome.alternatives) {
            REQUIRE(alternative.outputs);
            CHECK(alternative.outputs->max_abs_error == 0);
        }
    }
    CHECK(writing.written.size() == 5);
    CHECK(writing.files_left() == 0);
}

TEST_CASE("outputs that an audit was to be compared with are gone too where it failed") {
    WritingWorld writing("F32", 4);
    writing.world.fails = [](const Event& event) {
        return event.kind == Event::Kind::finish && event.cell == "a0" ? std::optional<std::string>("engine_crashed")
                                                                       : std::nullopt;
    };
    const auto outcomes = audited(writing, plan_of_bf16());
    CHECK(outcomes[0].audit->problem);
    CHECK(writing.files_left() == 0);
}

TEST_CASE("outputs of whole numbers are no evidence: a class is the same where the numbers behind it are not") {
    WritingWorld writing("I64", 8);
    const auto outcomes = audited(writing, plan_of_bf16());
    CHECK_FALSE(outcomes[0].alternatives.at(0).outputs);
    CHECK(writing.files_left() == 0);
}

}  // namespace gravbench::run
