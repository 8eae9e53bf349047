#include "protocol/tensor_file.h"

#include <cmath>
#include <cstring>
#include <limits>

#include "base/errors.h"
#include "base/files.h"
#include "base/json.h"
#include "catch.h"

namespace gravbench::protocol {
namespace {

std::string file_of(const std::string& header, const std::string& data) {
    const std::uint64_t size = header.size();
    std::string text(sizeof size, '\0');
    std::memcpy(text.data(), &size, sizeof size);
    return text + header + data;
}

/// A file with this content.
struct Written {
    explicit Written(const std::string& content) { write_file(path, content); }
    TemporaryFolder folder;
    std::filesystem::path path = folder.path() / "tensors";
};

template <typename Element>
std::string bytes(const std::vector<Element>& elements) {
    return {reinterpret_cast<const char*>(elements.data()), elements.size() * sizeof(Element)};
}

std::string header_of(const char* type, std::int64_t count, std::size_t size) {
    return Json{{"x", {{"dtype", type}, {"shape", {count}}, {"data_offsets", {std::size_t{0}, size}}}}}.dump();
}

template <typename Element>
std::vector<double> read(const char* type, const std::vector<Element>& elements) {
    const std::string data = bytes(elements);
    const Written file(file_of(header_of(type, static_cast<std::int64_t>(elements.size()), data.size()), data));
    TensorFile tensors(file.path);
    return tensors.read_doubles(tensors.tensors().at(0), 0, static_cast<std::int64_t>(elements.size()));
}

TEST_CASE("every type of element is read as the numbers it holds") {
    using Numbers = std::vector<double>;
    CHECK(read<float>("F32", {1.5F, -2}) == Numbers{1.5, -2});
    CHECK(read<double>("F64", {0.1, 1e300}) == Numbers{0.1, 1e300});
    CHECK(read<std::int8_t>("I8", {-128, 127}) == Numbers{-128, 127});
    CHECK(read<std::uint8_t>("U8", {0, 255}) == Numbers{0, 255});
    CHECK(read<std::int16_t>("I16", {-32768}) == Numbers{-32768});
    CHECK(read<std::int32_t>("I32", {-5}) == Numbers{-5});
    CHECK(read<std::int64_t>("I64", {1LL << 40}) == Numbers{std::ldexp(1.0, 40)});
    CHECK(read<std::uint8_t>("BOOL", {0, 1}) == Numbers{0, 1});
    CHECK(read<std::uint16_t>("BF16", {0x3F80, 0xC000, 0x0001}) == Numbers{1, -2, std::ldexp(1.0, -133)});
    // 65504 is the largest half, 2^-24 the smallest.
    CHECK(read<std::uint16_t>("F16", {0x3C00, 0xC000, 0x7BFF, 0x0001, 0x3555}) ==
          Numbers{1, -2, 65504, std::ldexp(1.0, -24), std::ldexp(1365.0, -12)});
}

TEST_CASE("infinities and NaN of the short types stay what they are") {
    const auto halves = read<std::uint16_t>("F16", {0x7C00, 0xFC00, 0x7E00});
    CHECK(halves[0] == std::numeric_limits<double>::infinity());
    CHECK(halves[1] == -std::numeric_limits<double>::infinity());
    CHECK(std::isnan(halves[2]));
    CHECK(std::isnan(read<std::uint16_t>("BF16", {0x7FC0})[0]));
}

TEST_CASE("a part of a tensor is read, and none beyond it") {
    const std::string data = bytes<float>({1, 2, 3, 4});
    const Written file(file_of(header_of("F32", 4, data.size()), data + "more"));
    TensorFile tensors(file.path);
    const StoredTensor& tensor = tensors.tensors().at(0);
    CHECK(tensor.elements() == 4);
    CHECK(tensors.read_doubles(tensor, 1, 2) == std::vector<double>{2, 3});
    CHECK_THROWS_AS(tensors.read_doubles(tensor, 3, 2), DataError);
    CHECK_THROWS_AS(tensors.read_doubles(tensor, -1, 1), DataError);
    CHECK_THROWS_AS(tensors.read_doubles(tensor, 0, std::numeric_limits<std::int64_t>::max()), DataError);
}

TEST_CASE("a file's metadata are no tensor, and an empty tensor is one") {
    const Written file(file_of(
        R"({"__metadata__":{"format":"pt"},"none":{"dtype":"F32","shape":[0,4611686018427387904],"data_offsets":[0,0]}})",
        ""));
    TensorFile tensors(file.path);
    REQUIRE(tensors.tensors().size() == 1);
    CHECK(tensors.tensors()[0].elements() == 0);
    CHECK(tensors.read_doubles(tensors.tensors()[0], 0, 0).empty());
}

TEST_CASE("a file whose header asks for what is not there is refused by its name") {
    for (const char* header : {
             R"({"x":{"dtype":"F32","shape":[70368744177664],"data_offsets":[0,12]}})",
             R"({"x":{"dtype":"F32","shape":[4294967296,4294967296],"data_offsets":[0,0]}})",
             R"({"x":{"dtype":"F32","shape":[-3],"data_offsets":[0,12]}})",
             R"({"x":{"dtype":"F32","shape":[3],"data_offsets":[12,24]}})",
             R"({"x":{"dtype":"F32","shape":[3],"data_offsets":[18446744073709551612,8]}})",
             R"({"x":{"dtype":"F32","shape":[3],"data_offsets":[12,0]}})",
             R"({"x":{"dtype":"F32","shape":[3],"data_offsets":[0]}})",
             R"({"x":{"dtype":"F7","shape":[3],"data_offsets":[0,12]}})",
             R"({"x":{"dtype":7,"shape":[3],"data_offsets":[0,12]}})",
             R"({"x":{"dtype":"F32","shape":[3.5],"data_offsets":[0,12]}})",
             R"({"x":{"dtype":"F32","shape":{"a":3},"data_offsets":[0,12]}})",
             R"({"x":{"shape":[3],"data_offsets":[0,12]}})",
             R"({"x":3})",
             "[]",
             "\xff{}",
         }) {
        INFO(header);
        const Written file(file_of(header, std::string(12, '\0')));
        CHECK_THROWS_AS(TensorFile(file.path), DataError);
        CHECK_THROWS_WITH(TensorFile(file.path), Contains(file.path.string()));
    }
}

TEST_CASE("what is no safetensors file is refused") {
    const std::string deep(1000000, '[');
    for (const std::string& content : {std::string(), std::string("short"), std::string("no tensors at all"),
                                       std::string(8, '\xff') + "{}", file_of("{\"a\":" + deep, "")}) {
        const Written file(content);
        CHECK_THROWS_AS(TensorFile(file.path), DataError);
    }
    const TemporaryFolder folder;
    CHECK_THROWS_AS(TensorFile(folder.path() / "absent"), DataError);
    CHECK_THROWS_AS(TensorFile(folder.path()), DataError);
}

}  // namespace
}  // namespace gravbench::protocol
