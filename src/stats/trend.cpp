#include "stats/trend.h"

#include <cmath>
#include <string>

#include "base/errors.h"
#include "stats/summary.h"

namespace gravbench::stats {
namespace {

/// A least-squares line, as its height in the middle of the run and its rise from each launch to the next.
struct Line {
    double mean = 0;
    double slope = 0;

    /// How far the value of this launch lies from it.
    double residual(std::span<const double> in_order, std::size_t launch) const {
        return in_order[launch] - mean - slope * from_middle(in_order.size(), launch);
    }

    static double from_middle(std::size_t count, std::size_t launch) {
        return static_cast<double>(launch) - static_cast<double>(count - 1) / 2;
    }
};

Line line_through(std::span<const double> in_order) {
    Line line{moments(in_order).mean, 0};
    if (in_order.size() < fewest_for_a_trend) {
        return line;
    }
    double products = 0;
    double squares = 0;
    for (std::size_t i = 0; i < in_order.size(); ++i) {
        const double place = Line::from_middle(in_order.size(), i);
        products += place * (in_order[i] - line.mean);
        squares += place * place;
    }
    line.slope = products / squares;
    return line;
}

}  // namespace

RunMean mean_of_run(std::span<const double> in_order) {
    if (in_order.size() < 2) {
        throw DataError("a mean with an error needs at least 2 launches; there are " + std::to_string(in_order.size()));
    }
    const Line line = line_through(in_order);
    double squares = 0;
    for (std::size_t i = 0; i < in_order.size(); ++i) {
        const double residual = line.residual(in_order, i);
        squares += residual * residual;
    }
    const auto count = static_cast<double>(in_order.size());
    const double degrees = count - (in_order.size() < fewest_for_a_trend ? 1 : 2);
    return {line.mean, std::sqrt(squares / degrees / count), degrees};
}

std::vector<double> residuals_of_run(std::span<const double> in_order) {
    const Line line = line_through(in_order);
    std::vector<double> residuals;
    for (std::size_t i = 0; i < in_order.size(); ++i) {
        residuals.push_back(line.residual(in_order, i));
    }
    return residuals;
}

}  // namespace gravbench::stats
