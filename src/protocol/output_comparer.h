#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "protocol/messages.h"

/// What `compare` means (docs/protocol.md), on plain numbers: for an engine that compares tensors in its memory, and
/// for the front, which compares files where an engine does not compare.
namespace gravbench::protocol {

/// An output by name and shape.
struct OutputShape {
    std::string name;
    std::vector<std::int64_t> shape;
};

/// For each output the index of the reference's output of that name; engines may write them in any order. Nothing where
/// they do not match one to one in name and shape: then `mismatch` says what differs.
std::optional<std::vector<std::size_t>> matched(const std::vector<OutputShape>& outputs,
                                                const std::vector<OutputShape>& reference, std::string& mismatch);

/// How a tensor is compared: in so many rows of so many elements. A position has so many classes, of which the largest
/// is looked for; 1 where it has none.
struct Rows {
    std::int64_t count = 1;
    std::int64_t elements = 1;  ///< of one row
    std::int64_t classes = 1;
};
Rows rows_of(const std::vector<std::int64_t>& shape, bool is_real, std::int64_t batch);

/// The whole comparison, row after row, so that only one row need be held in double precision at a time.
class OutputComparer {
  public:
    void add_row(const double* cell, const double* reference, const Rows& rows);
    Comparison result() const;

  private:
    double cosine_ = 1;
    double max_abs_error_ = 0;
    double relative_error_ = 0;
    std::int64_t nonfinite_ = 0;
    std::int64_t elements_ = 0;
    bool is_comparable_ = true;
    std::int64_t positions_ = 0;
    std::int64_t agreeing_ = 0;
};

}  // namespace gravbench::protocol
