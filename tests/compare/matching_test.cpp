#include "compare/matching.h"

#include "base/errors.h"
#include "catch.h"
#include "document_builder.h"

using namespace gravbench;
using namespace gravbench::compare;
using gravbench::test::cell_of;
using gravbench::test::document_of;

namespace {

const std::vector<double> some_launches{10, 11};
const Value bf16 = std::string("bf16");

document::Cell with(document::Cell cell, void (*change)(plan::Identity& identity)) {
    change(cell.identity);
    test::refresh(cell);
    return cell;
}

std::string difference_of(const document::Cell& base, const document::Cell& other) {
    return difference(document_of({base}), base, document_of({other}, "two"), other);
}

}  // namespace

TEST_CASE("cells are matched by what they are, whatever is printed as their key") {
    document::Cell plain = cell_of(some_launches);
    plain.key = "something:else";
    const document::Document base = document_of({plain, cell_of(some_launches, {{"fpmath", bf16}})});
    const document::Document other = document_of({cell_of(some_launches, {{"fpmath", bf16}}), cell_of(some_launches)});
    const Matches matches = match(base, {}, other, {});
    REQUIRE(matches.pairs.size() == 2);
    CHECK(matches.pairs[0].base == &base.cells[0]);
    CHECK(matches.pairs[0].other == &other.cells[1]);
    CHECK(matches.pairs[1].other == &other.cells[0]);
    CHECK(matches.only_in_base.empty());
    CHECK(matches.only_in_other.empty());
}

TEST_CASE("a model whose name looks like a part of a key is one model only") {
    const auto odd =
        with(cell_of(some_launches), [](plan::Identity& identity) { identity.model = "net,engine=torch"; });
    const document::Document base = document_of({odd});
    const document::Document other = document_of({cell_of(some_launches)});
    const Matches matches = match(base, {}, other, {});
    CHECK(matches.pairs.empty());
    CHECK(matches.only_in_base.size() == 1);
    CHECK(matches.only_in_other.size() == 1);
}

TEST_CASE("a setting that a cell does not state is selected by its default") {
    const document::Document both = document_of({cell_of(some_launches), cell_of(some_launches, {{"fpmath", bf16}})});
    const Matches matches = match(both, {{"fpmath", "strict"}}, both, {{"fpmath", "bf16"}});
    REQUIRE(matches.pairs.size() == 1);
    CHECK(matches.pairs[0].base == &both.cells[0]);
    CHECK(matches.pairs[0].other == &both.cells[1]);
}

TEST_CASE("every part of an identity can be selected") {
    const auto [name, value] = GENERATE(table<std::string, std::string>({{"model", "other"},
                                                                         {"engine", "old"},
                                                                         {"batch", "8"},
                                                                         {"shape.batch", "8"},
                                                                         {"shape.height", "224"},
                                                                         {"env.KMP_BLOCKTIME", "1"},
                                                                         {"fpmath", "bf16"}}));
    const document::Document both = document_of(
        {cell_of(some_launches), with(cell_of(some_launches), [](auto& identity) {
             identity = {"other", "old", {{"batch", 8}, {"height", 224}}, {{"fpmath", bf16}}, {{"KMP_BLOCKTIME", "1"}},
                         1};
         })});
    // The rest differs as well, so it has no counterpart: what is selected is the only one.
    const Matches matches = match(both, {}, both, {});
    REQUIRE(matches.pairs.size() == 2);
    const Matches selected = match(both, {{name, value}}, both, {{name, value}});
    REQUIRE(selected.pairs.size() == 1);
    CHECK(selected.pairs[0].base == &both.cells[1]);
}

TEST_CASE("two cells that nothing but the selected setting tells apart are refused") {
    const document::Document both = document_of({cell_of(some_launches), cell_of(some_launches, {{"fpmath", bf16}})});
    CHECK_THROWS_WITH(match(both, {{"batch", "1"}}, both, {{"fpmath", "bf16"}}),
                      Contains("differ in nothing that the other side could be told apart by"));
}

TEST_CASE("a selection of nothing names the first cell that there is") {
    const document::Document document = document_of({cell_of(some_launches)});
    CHECK_THROWS_WITH(match(document, {{"batch", "8"}}, document, {}),
                      Contains("--where batch=8: no cell of one.json") && Contains(document.cells[0].key));
    const document::Document empty = document_of({});
    CHECK_THROWS_WITH(match(empty, {{"batch", "8"}}, document, {}), Contains("its first is none"));
}

TEST_CASE("a second variant is another cell than the first") {
    const auto second = with(cell_of(some_launches), [](plan::Identity& identity) { identity.variant = 2; });
    document::Document both = document_of({cell_of(some_launches), second});
    CHECK(match(both, {}, document_of({cell_of(some_launches)}), {}).pairs.size() == 1);
    both.versus.push_back({0, 1});
    const Matches matches = match_versus(both);
    REQUIRE(matches.pairs.size() == 1);
    CHECK(matches.pairs[0].other == &both.cells[1]);
    CHECK(difference_of(both.cells[0], both.cells[1]).empty());
}

TEST_CASE("a difference names what the two sides have, defaults too") {
    const auto plain = cell_of(some_launches);
    CHECK(difference_of(plain, plain).empty());
    CHECK(difference_of(plain, cell_of(some_launches, {{"fpmath", bf16}})) == "fpmath strict -> bf16");
    const auto changed = with(plain, [](plan::Identity& identity) {
        identity.shape["batch"] = 8;
        identity.environment["KMP_BLOCKTIME"] = "1";
    });
    CHECK(difference_of(plain, changed) == "batch 1 -> 8, env.KMP_BLOCKTIME unset -> 1");
    CHECK(difference_of(changed, plain) == "batch 8 -> 1, env.KMP_BLOCKTIME 1 -> unset");
}

TEST_CASE("engines are named by their labels in the run, the usual one too") {
    const auto other = with(cell_of(some_launches), [](plan::Identity& identity) { identity.engine = "openvino"; });
    CHECK(difference_of(cell_of(some_launches), other) == "engine torch -> openvino");
}

TEST_CASE("engines of one label are named by their versions where those differ") {
    const auto cell = cell_of(some_launches);
    const document::Document base = document_of({cell});
    document::Document other = document_of({cell}, "two");
    other.engines[0].description.version = "2.14.0";
    CHECK(difference(base, base.cells[0], other, other.cells[0]) == "engine torch 2.13.0 -> torch 2.14.0");
    other.cells[0].engine.reset();
    CHECK(difference(base, base.cells[0], other, other.cells[0]).empty());
}

TEST_CASE("a selection is read, and a name that is none is refused with its nearest") {
    CHECK(parse_selection("", "--where").empty());
    CHECK(parse_selection("fpmath=strict,env.A=x=y", "--where") == Selection{{"fpmath", "strict"}, {"env.A", "x=y"}});
    CHECK_THROWS_WITH(parse_selection("fpmaht=bf16", "--where"),
                      StartsWith("--where: ") && Contains("did you mean \"fpmath\"?"));
    CHECK_THROWS_AS(parse_selection("fpmath", "--against"), UsageError);
}
