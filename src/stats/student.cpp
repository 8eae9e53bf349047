#include "stats/student.h"

#include <boost/math/distributions/students_t.hpp>
#include <string>

#include "base/errors.h"

namespace gravbench::stats {
namespace {

using boost::math::complement;

// Without a detour over long double, which is many times slower and adds digits that nobody reads.
using Policy = boost::math::policies::policy<boost::math::policies::promote_double<false>>;
using StudentsT = boost::math::students_t_distribution<double, Policy>;

}  // namespace

double student_t_limit(double degrees_of_freedom, double confidence) {
    if (!(confidence > 0 && confidence < 1)) {
        throw DataError("an interval's confidence is " + std::to_string(confidence) + "; it must lie in (0, 1)");
    }
    return boost::math::quantile(complement(StudentsT(degrees_of_freedom), (1 - confidence) / 2));
}

double student_t_upper_tail(double statistic, double degrees_of_freedom) {
    return boost::math::cdf(complement(StudentsT(degrees_of_freedom), statistic));
}

double student_t_quantile(double degrees_of_freedom, double probability) {
    return boost::math::quantile(StudentsT(degrees_of_freedom), probability);
}

}  // namespace gravbench::stats
