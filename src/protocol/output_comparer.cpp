#include "protocol/output_comparer.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <map>

#include "protocol/line.h"

namespace gravbench::protocol {
namespace {

/// Sums over one row of one tensor. Those of products are of scaled values, so only their ratios mean anything.
struct RowSums {
    double dot = 0;
    double squares = 0;            ///< of the cell
    double reference_squares = 0;  ///< of the reference
    double error_squares = 0;
    double max_abs_error = 0;
    std::int64_t nonfinite = 0;  ///< in the cell
    bool is_comparable = true;   ///< no NaN, no infinity on one side only
};

/// A power of two that brings the largest finite value near 1, exactly. Squares of f64 outputs overflow from 1e154 and
/// vanish below 1e-162; either would pass for perfect agreement.
double scale_of(const double* cell, const double* reference, std::int64_t count) {
    double largest = 0;
    for (std::int64_t i = 0; i < count; ++i) {
        largest = std::isfinite(cell[i]) ? std::max(largest, std::abs(cell[i])) : largest;
        largest = std::isfinite(reference[i]) ? std::max(largest, std::abs(reference[i])) : largest;
    }
    return largest == 0
               ? 1
               : std::ldexp(1.0, std::min(-std::ilogb(largest), std::numeric_limits<double>::max_exponent - 1));
}

RowSums sums_of(const double* cell, const double* reference, std::int64_t count) {
    RowSums sums;
    const double scale = scale_of(cell, reference, count);
    for (std::int64_t i = 0; i < count; ++i) {
        const double x = cell[i];
        const double y = reference[i];
        sums.nonfinite += std::isfinite(x) ? 0 : 1;
        if (!std::isfinite(x) || !std::isfinite(y)) {
            sums.is_comparable = sums.is_comparable && x == y;  // The same infinity; a NaN equals nothing.
            continue;
        }
        const double scaled_x = x * scale;
        const double scaled_y = y * scale;
        const double scaled_error = scaled_x - scaled_y;
        sums.dot += scaled_x * scaled_y;
        sums.squares += scaled_x * scaled_x;
        sums.reference_squares += scaled_y * scaled_y;
        sums.error_squares += scaled_error * scaled_error;
        sums.max_abs_error = std::max(sums.max_abs_error, std::abs(x - y));
    }
    return sums;
}

double cosine(const RowSums& sums) {
    if (sums.error_squares == 0) {
        return 1;  // Equal rows, all-zero ones among them; the quotient below may miss 1 by a rounding.
    }
    const double norms = std::sqrt(sums.squares) * std::sqrt(sums.reference_squares);
    // Rounding may carry nearly equal rows a little past 1.
    return norms == 0 ? 0 : std::clamp(sums.dot / norms, -1.0, 1.0);
}

double relative_error(const RowSums& sums) {
    if (sums.error_squares == 0) {
        return 0;
    }
    return sums.reference_squares == 0 ? std::numeric_limits<double>::infinity()
                                       : std::sqrt(sums.error_squares / sums.reference_squares);
}

std::string described(const OutputShape& output) {
    return fmt::format("\"{}\" of shape [{}]", printable(output.name, 80), fmt::join(output.shape, ", "));
}

}  // namespace

std::optional<std::vector<std::size_t>> matched(const std::vector<OutputShape>& outputs,
                                                const std::vector<OutputShape>& reference, std::string& mismatch) {
    if (outputs.size() != reference.size()) {
        mismatch =
            fmt::format("the model gave {} output tensors, the reference has {}", outputs.size(), reference.size());
        return std::nullopt;
    }
    std::map<std::string, std::size_t> by_name;
    for (std::size_t i = 0; i < reference.size(); ++i) {
        by_name[reference[i].name] = i;
    }
    std::vector<std::size_t> indices;
    for (std::size_t i = 0; i < outputs.size(); ++i) {
        const auto found = by_name.find(outputs[i].name);
        const std::size_t index = found == by_name.end() ? i : found->second;
        if (found == by_name.end() || outputs[i].shape != reference[index].shape) {
            mismatch = fmt::format("output {}, where the reference has {}", described(outputs[i]),
                                   described(reference[index]));
            return std::nullopt;
        }
        indices.push_back(index);
        by_name.erase(found);  // Two outputs of one name are not compared with the same one.
    }
    return indices;
}

Rows rows_of(const std::vector<std::int64_t>& shape, bool is_real, std::int64_t batch) {
    const bool is_empty = std::find(shape.begin(), shape.end(), 0) != shape.end();
    std::int64_t elements = is_empty ? 0 : 1;
    for (std::size_t i = 0; i < shape.size() && !is_empty; ++i) {
        elements *= shape[i];
    }
    const bool is_by_row = !shape.empty() && shape.front() == batch && elements > 0;
    const bool has_classes = is_real && !shape.empty() && !(is_by_row && shape.size() == 1);
    Rows rows;
    rows.count = is_by_row ? batch : 1;
    rows.elements = elements / rows.count;
    rows.classes = has_classes ? shape.back() : 1;
    return rows;
}

void OutputComparer::add_row(const double* cell, const double* reference, const Rows& rows) {
    const RowSums sums = sums_of(cell, reference, rows.elements);
    elements_ += rows.elements;
    nonfinite_ += sums.nonfinite;
    is_comparable_ = is_comparable_ && sums.is_comparable;
    cosine_ = std::min(cosine_, cosine(sums));
    max_abs_error_ = std::max(max_abs_error_, sums.max_abs_error);
    relative_error_ = std::max(relative_error_, relative_error(sums));
    if (rows.classes <= 1) {
        return;
    }
    for (std::int64_t start = 0; start + rows.classes <= rows.elements; start += rows.classes) {
        const auto of_cell = std::max_element(cell + start, cell + start + rows.classes) - cell;
        const auto of_reference = std::max_element(reference + start, reference + start + rows.classes) - reference;
        ++positions_;
        agreeing_ += of_cell == of_reference ? 1 : 0;
    }
}

Comparison OutputComparer::result() const {
    Comparison result;
    result.nonfinite = nonfinite_;
    result.elements = elements_;
    if (is_comparable_) {
        result.cosine_similarity = cosine_;
        result.max_abs_error = max_abs_error_;
        if (std::isfinite(relative_error_)) {
            result.relative_l2_error = relative_error_;
        }
    }
    if (positions_ > 0) {
        result.top1_agreement = static_cast<double>(agreeing_) / static_cast<double>(positions_);
    }
    return result;
}

}  // namespace gravbench::protocol
