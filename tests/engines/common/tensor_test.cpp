#include "engines/common/tensor.h"

#include <catch.h>

#include <bit>
#include <cmath>
#include <cstring>
#include <limits>
#include <random>

#include "engines/common/failure.h"

namespace gravbench::engine {
namespace {

double stored(const char* dtype, double value) {
    Tensor tensor = zeros(element_type(dtype), {1});
    fill_reals(tensor, [&](std::size_t) { return value; });
    return protocol::as_doubles(*tensor.type, tensor.bytes.data(), 1).front();
}

/// All numbers of a type of 16 bits that are finite, in order.
std::vector<double> numbers_of(const char* dtype) {
    std::vector<double> numbers;
    for (std::uint32_t bits = 0; bits < 0x10000; ++bits) {
        const auto word = static_cast<std::uint16_t>(bits);
        const double number = protocol::as_doubles(element_type(dtype), &word, 1).front();
        if (std::isfinite(number)) {
            numbers.push_back(number);
        }
    }
    std::sort(numbers.begin(), numbers.end());
    return numbers;
}

/// The nearest of them; of two that are equally near the one whose bits are even, which is every second one.
double nearest_of(const std::vector<double>& numbers, double value) {
    const auto above = std::lower_bound(numbers.begin(), numbers.end(), value);
    if (above == numbers.begin() || above == numbers.end() || *above == value) {
        return above == numbers.end() ? numbers.back() : *above;
    }
    const double below = *(above - 1);
    return value - below < *above - value ? below : value - below > *above - value ? *above : std::nan("");
}

}  // namespace

TEST_CASE("numbers of 16 bits are stored as they are") {
    for (const char* dtype : {"f16", "bf16"}) {
        for (const double number : numbers_of(dtype)) {
            const double again = stored(dtype, number);
            if (again != number) {
                FAIL(dtype << ": " << number << " became " << again);
            }
        }
    }
}

TEST_CASE("a number between two of 16 bits becomes the nearest one") {
    std::mt19937_64 random(5);
    for (const char* dtype : {"f16", "bf16"}) {
        const std::vector<double> numbers = numbers_of(dtype);
        std::uniform_int_distribution<std::size_t> place(0, numbers.size() - 2);
        std::uniform_real_distribution<double> share(0, 1);
        for (int i = 0; i < 20000; ++i) {
            const std::size_t below = place(random);
            // Rounded to f32 first, as the protocol says.
            const double value =
                static_cast<float>(numbers[below] + share(random) * (numbers[below + 1] - numbers[below]));
            const double nearest = nearest_of(numbers, value);
            const double made = stored(dtype, value);
            if (!std::isnan(nearest) && made != nearest) {
                FAIL(dtype << ": " << value << " became " << made << ", nearest is " << nearest);
            }
        }
    }
}

TEST_CASE("halfway between two numbers of 16 bits the even one is taken") {
    CHECK(stored("bf16", 1 + std::ldexp(1, -8)) == 1);
    CHECK(stored("bf16", 1 + 3 * std::ldexp(1, -8)) == 1 + std::ldexp(1, -6));
    CHECK(stored("f16", 1 + std::ldexp(1, -11)) == 1);
    CHECK(stored("f16", 1 + 3 * std::ldexp(1, -11)) == 1 + std::ldexp(1, -9));
    CHECK(stored("f16", std::ldexp(1, -25)) == 0);
    CHECK(stored("f16", 3 * std::ldexp(1, -25)) == std::ldexp(1, -23));
}

TEST_CASE("what is too large for 16 bits becomes an infinity, and what is none stays none") {
    CHECK(stored("f16", 65519) == 65504);
    CHECK(stored("f16", 65520) == std::numeric_limits<double>::infinity());
    CHECK(stored("f16", -1e6) == -std::numeric_limits<double>::infinity());
    CHECK(stored("bf16", 3.4e38) == std::numeric_limits<double>::infinity());
    CHECK(std::isnan(stored("f16", std::nan(""))));
    CHECK(std::isnan(stored("bf16", std::nan(""))));
    CHECK(std::signbit(stored("f16", -0.0)));
}

TEST_CASE("an integer type holds its own range and no more") {
    CHECK(holds(element_type("u8"), 255));
    CHECK_FALSE(holds(element_type("u8"), 256));
    CHECK_FALSE(holds(element_type("u8"), -1));
    CHECK(holds(element_type("i8"), -128));
    CHECK(holds(element_type("i64"), std::numeric_limits<std::int64_t>::min()));
    CHECK(holds(element_type("bool"), 1));
    CHECK_FALSE(holds(element_type("bool"), 2));
}

TEST_CASE("a tensor that no memory holds is refused, whatever its shape multiplies to") {
    CHECK_THROWS_AS(zeros(element_type("f32"), {std::int64_t{1} << 62, std::int64_t{1} << 62}), Failure);
    CHECK_THROWS_AS(zeros(element_type("f32"), {-1}), Failure);
    CHECK(zeros(element_type("f32"), {0, std::int64_t{1} << 62}).bytes.empty());
    CHECK(zeros(element_type("i16"), {}).elements() == 1);
}

}  // namespace gravbench::engine
