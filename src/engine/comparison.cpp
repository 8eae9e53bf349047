#include "engine/comparison.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <sstream>

#include "engine/failure.h"

namespace gravbench::engine {
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

void add(RowSums& sums, const double* cell, const double* reference, std::int64_t count) {
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

/// Agreement of the first largest element along the last dimension.
struct Agreement {
    std::int64_t positions = 0;
    std::int64_t equal = 0;
};

void add(Agreement& agreement, const double* cell, const double* reference, std::int64_t count, std::int64_t width) {
    for (std::int64_t start = 0; start + width <= count; start += width) {
        const auto of_cell = std::max_element(cell + start, cell + start + width) - cell;
        const auto of_reference = std::max_element(reference + start, reference + start + width) - reference;
        ++agreement.positions;
        agreement.equal += of_cell == of_reference ? 1 : 0;
    }
}

void check_match(const NamedTensor& cell, const NamedTensor& reference) {
    if (cell.first != reference.first || cell.second.sizes() != reference.second.sizes()) {
        std::ostringstream message;
        message << "output \"" << cell.first << "\" of shape " << cell.second.sizes() << ", where the reference has \""
                << reference.first << "\" of shape " << reference.second.sizes();
        throw Failure("outputs_do_not_match", message.str());
    }
}

/// The whole comparison, row after row, so that only one row is held in double precision at a time.
class Comparer {
  public:
    void add_tensor(const at::Tensor& cell, const at::Tensor& reference, std::int64_t batch) {
        const bool is_by_row = cell.dim() > 0 && cell.size(0) == batch && cell.numel() > 0;
        const std::int64_t rows = is_by_row ? batch : 1;
        const std::int64_t width = at::isFloatingType(cell.scalar_type()) && cell.dim() > 0 ? cell.size(-1) : 1;
        const at::Tensor cell_rows = cell.reshape({rows, -1});
        const at::Tensor reference_rows = reference.reshape({rows, -1});
        for (std::int64_t row = 0; row < rows; ++row) {
            const at::Tensor x = cell_rows[row].to(at::kDouble).contiguous();
            const at::Tensor y = reference_rows[row].to(at::kDouble).contiguous();
            add_row(x.data_ptr<double>(), y.data_ptr<double>(), x.numel(), is_by_row && cell.dim() == 1 ? 1 : width);
        }
    }

    protocol::Comparison result() const {
        protocol::Comparison result;
        result.nonfinite = nonfinite_;
        result.elements = elements_;
        if (is_comparable_) {
            result.cosine_similarity = cosine_;
            result.max_abs_error = max_abs_error_;
            if (std::isfinite(relative_error_)) {
                result.relative_l2_error = relative_error_;
            }
        }
        if (agreement_.positions > 0) {
            result.top1_agreement = static_cast<double>(agreement_.equal) / static_cast<double>(agreement_.positions);
        }
        return result;
    }

  private:
    void add_row(const double* cell, const double* reference, std::int64_t count, std::int64_t width) {
        RowSums sums;
        add(sums, cell, reference, count);
        elements_ += count;
        nonfinite_ += sums.nonfinite;
        is_comparable_ = is_comparable_ && sums.is_comparable;
        cosine_ = std::min(cosine_, cosine(sums));
        max_abs_error_ = std::max(max_abs_error_, sums.max_abs_error);
        relative_error_ = std::max(relative_error_, relative_error(sums));
        if (width > 1) {
            add(agreement_, cell, reference, count, width);
        }
    }

    double cosine_ = 1;
    double max_abs_error_ = 0;
    double relative_error_ = 0;
    std::int64_t nonfinite_ = 0;
    std::int64_t elements_ = 0;
    bool is_comparable_ = true;
    Agreement agreement_;
};

}  // namespace

protocol::Comparison compare(const std::vector<NamedTensor>& outputs, const std::vector<NamedTensor>& reference,
                             std::int64_t batch) {
    if (outputs.size() != reference.size()) {
        throw Failure("outputs_do_not_match", "the model gave " + std::to_string(outputs.size()) +
                                                  " output tensors, the reference has " +
                                                  std::to_string(reference.size()));
    }
    Comparer comparer;
    for (std::size_t i = 0; i < outputs.size(); ++i) {
        check_match(outputs[i], reference[i]);
        comparer.add_tensor(outputs[i].second, reference[i].second, batch);
    }
    return comparer.result();
}

}  // namespace gravbench::engine
