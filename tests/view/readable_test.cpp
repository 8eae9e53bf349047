#include <cmath>
#include <random>

#include "catch.h"
#include "view/column.h"

namespace gravbench::view {
namespace {

std::string significant(const ColumnValue& value) {
    return readable(Column{}, value);
}

std::string with(Column::Digits digits, const ColumnValue& value) {
    Column column;
    column.digits = digits;
    return readable(column, value);
}

TEST_CASE("a figure has the four digits that matter, and no exponent") {
    CHECK(significant(0.001789) == "0.001789");
    CHECK(significant(0.02314159) == "0.02314");
    CHECK(significant(0.5) == "0.5000");
    CHECK(significant(1.0) == "1.000");
    CHECK(significant(62.14159) == "62.14");
    CHECK(significant(123.456) == "123.5");
    CHECK(significant(1234.6) == "1235");
    CHECK(significant(123456.7) == "123457");
    CHECK(significant(-62.14159) == "-62.14");
    CHECK(significant(std::int64_t{12}) == "12.00");
}

TEST_CASE("zero and figures too small to show are written as zero") {
    CHECK(significant(0.0) == "0.0");
    CHECK(significant(std::int64_t{0}) == "0.0");
    CHECK(significant(1e-15) == "0.000000000");
}

TEST_CASE("a figure that rounds up to the next power of ten keeps its four digits") {
    CHECK(significant(9.99996) == "10.00");
    CHECK(significant(99.9999) == "100.0");
    CHECK(significant(999.96) == "1000");
    CHECK(significant(0.099999) == "0.1000");
}

TEST_CASE("a figure as people read it is within half of its last digit") {
    std::mt19937_64 random(3);
    std::uniform_real_distribution<double> exponent(-5, 5);
    for (int i = 0; i < 1000; ++i) {
        const double value = std::pow(10, exponent(random));
        const std::string text = significant(value);
        REQUIRE(text.find('e') == std::string::npos);
        REQUIRE(std::stod(text) == Approx(value).epsilon(0.0005001).margin(0));
    }
}

TEST_CASE("a similarity has six decimals and a count none") {
    CHECK(with(Column::Digits::six_decimals, 0.9999941) == "0.999994");
    CHECK(with(Column::Digits::six_decimals, 1.0) == "1.000000");
    CHECK(with(Column::Digits::whole, 511.6) == "512");
    CHECK(with(Column::Digits::whole, std::int64_t{8}) == "8");
}

TEST_CASE("what is no number is shown as it is, and nothing as a dash") {
    CHECK(significant({}) == "-");
    CHECK(significant("cores") == "cores");
    CHECK(with(Column::Digits::whole, "bf16") == "bf16");
}

TEST_CASE("a setting that is no whole number is shown as it was given") {
    Column column;
    column.digits = Column::Digits::whole;
    column.role = Role::setting;
    CHECK(readable(column, 0.5) == "0.5");
}

TEST_CASE("for programs a value has all its digits, and nothing is empty") {
    CHECK(exact(0.123456789012345) == "0.123456789012345");
    CHECK(exact(512.0) == "512.0");
    CHECK(exact(std::int64_t{8}) == "8");
    CHECK(exact("bf16") == "bf16");
    CHECK(exact({}).empty());
}

}  // namespace
}  // namespace gravbench::view
