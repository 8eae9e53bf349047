#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "base/json.h"

namespace gravbench::plan {

/// A dimension is a number or a symbol ("batch", "seq", ...) to which a cell gives a number.
using Dimension = std::variant<std::int64_t, std::string>;

/// The numbers that a cell gives to the symbols.
using Shape = std::map<std::string, std::int64_t>;

/// One argument of a model's forward, as a bundle's manifest or --input describes it.
struct InputSpec {
    enum class Kind { tensor, scalar, list, tuple, dict };

    std::string name;
    Kind kind = Kind::tensor;
    /// Tensors: one of dtypes().
    std::string dtype;
    std::vector<Dimension> dimensions;
    /// Tensors: {"uniform":[LO,HI]}, {"constant":V} or {"file":PATH,"tensor":NAME}, as in docs/protocol.md.
    Json values;
    /// Scalars: an integer, a number or a boolean.
    Json scalar;
    /// Lists, tuples (keys empty) and dicts.
    // Without an initialiser clang 14 looks into the pair before this struct is whole.
    std::vector<std::pair<std::string, InputSpec>> items = {};
};

/// The protocol's names.
const std::vector<std::string>& dtypes();

/// The protocol's name for what PyTorch and NumPy call it: "i64" for i64, int64, long. Nothing for another word.
std::optional<std::string> dtype_from(const std::string& word);

/// Reads `[NAME:]DTYPE[DIMS]` with `{LO..HI}` or `=VALUE`, a scalar, `[SPEC,SPEC]`, `(SPEC,SPEC)` or `{key:SPEC}`.
/// Throws UsageError that quotes the text and says what was expected where.
InputSpec parse_input(std::string_view text);

/// Reads the JSON form of docs/manifest.md. Throws DataError naming `where`.
InputSpec input_from_json(const Json& json, const std::string& where);

/// The symbols that occur in the dimensions.
std::set<std::string> symbols_of(const std::vector<InputSpec>& inputs);

/// The argument in the protocol's form, with `shape`'s numbers for the symbols and f32 tensors turned into
/// `float_dtype`. Every symbol must have its number.
Json argument(const InputSpec& input, const Shape& shape, const std::string& float_dtype);

}  // namespace gravbench::plan
