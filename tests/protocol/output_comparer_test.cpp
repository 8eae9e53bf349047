#include "protocol/output_comparer.h"

#include <cmath>
#include <limits>

#include "catch.h"

namespace gravbench::protocol {
namespace {

using Shape = std::vector<std::int64_t>;
using Numbers = std::vector<double>;

constexpr double nan = std::numeric_limits<double>::quiet_NaN();
constexpr double infinite = std::numeric_limits<double>::infinity();

/// The tests against numpy, on tensors of every kind, are in tests/engine.
Comparison compared(const Numbers& cell, const Numbers& reference, const Rows& rows) {
    OutputComparer comparer;
    for (std::int64_t row = 0; row < rows.count; ++row) {
        comparer.add_row(cell.data() + row * rows.elements, reference.data() + row * rows.elements, rows);
    }
    return comparer.result();
}

void check_rows(const Rows& rows, std::int64_t count, std::int64_t elements, std::int64_t classes) {
    CHECK(rows.count == count);
    CHECK(rows.elements == elements);
    CHECK(rows.classes == classes);
}

TEST_CASE("a tensor whose first dimension is the batch is compared row by row, any other whole") {
    check_rows(rows_of({4, 10}, true, 4), 4, 10, 10);
    check_rows(rows_of({3, 10}, true, 4), 1, 30, 10);
    check_rows(rows_of({4, 10}, false, 4), 4, 10, 1);
    check_rows(rows_of({4}, true, 4), 4, 1, 1);
    check_rows(rows_of({5}, true, 4), 1, 5, 5);
    check_rows(rows_of({}, true, 1), 1, 1, 1);
    check_rows(rows_of({4, 0}, true, 4), 1, 0, 0);
    check_rows(rows_of({std::int64_t{1} << 62, 4, 0}, true, 4), 1, 0, 0);
}

TEST_CASE("the worst row counts") {
    const Comparison result = compared({1, 0, 3, 4}, {1, 0, 4, 3}, {2, 2, 2});
    CHECK(*result.cosine_similarity == Approx(24.0 / 25));
    CHECK(*result.max_abs_error == 1);
    CHECK(*result.relative_l2_error == Approx(std::sqrt(2.0) / 5));
    CHECK(*result.top1_agreement == 0.5);
    CHECK(result.elements == 4);
}

TEST_CASE("a NaN, or an infinity on one side, leaves no figure but the counts") {
    CHECK_FALSE(compared({1, nan}, {1, nan}, {1, 2, 1}).cosine_similarity);
    CHECK_FALSE(compared({1, infinite}, {1, 2}, {1, 2, 1}).max_abs_error);
    CHECK(compared({1, infinite}, {1, infinite}, {1, 2, 1}).cosine_similarity == 1.0);
    CHECK(compared({1, infinite}, {1, infinite}, {1, 2, 1}).nonfinite == 1);
}

TEST_CASE("outputs are matched by name, in whatever order a file has them") {
    std::string mismatch;
    const std::vector<OutputShape> outputs{{"a", {2, 3}}, {"b", {1}}};
    CHECK(matched(outputs, {{"b", {1}}, {"a", {2, 3}}}, mismatch) == std::vector<std::size_t>{1, 0});
    CHECK(mismatch.empty());
}

TEST_CASE("outputs of other names or shapes do not match, and it is said how") {
    std::string mismatch;
    CHECK_FALSE(matched({{"a", {1, 3}}}, {{"a", {2, 4}}}, mismatch));
    CHECK(mismatch == "output \"a\" of shape [1, 3], where the reference has \"a\" of shape [2, 4]");
    CHECK_FALSE(matched({{"a", {}}}, {{"b", {}}}, mismatch));
    CHECK(mismatch == "output \"a\" of shape [], where the reference has \"b\" of shape []");
    CHECK_FALSE(matched({{"a", {}}}, {{"a", {}}, {"b", {}}}, mismatch));
    CHECK(mismatch == "the model gave 1 output tensors, the reference has 2");
    CHECK_FALSE(matched({{"a", {}}, {"a", {}}}, {{"a", {}}, {"b", {}}}, mismatch));
}

}  // namespace
}  // namespace gravbench::protocol
