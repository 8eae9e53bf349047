#include "findings/numbers.h"

#include <fmt/format.h>

namespace gravbench::findings {
namespace {

using Verdict = Effect::Verdict;

/// What the order of additions does to f32, and less than BF16 does: a product in BF16 is off by up to 2^-8 of itself,
/// and sums of thousands still by about 1e-4.
constexpr double most_by_rounding = 1e-5;

bool is_same(const protocol::Comparison& comparison) {
    return comparison.max_abs_error && *comparison.max_abs_error == 0;
}

/// Beyond what another order of the same additions does. There is no share of what was 0 without the setting.
bool is_beyond_rounding(const protocol::Comparison& comparison) {
    return !comparison.relative_l2_error || *comparison.relative_l2_error > most_by_rounding;
}

std::string difference_text(const protocol::Comparison& comparison, const Value& other) {
    const std::string from = text_of(other);
    if (is_same(comparison)) {
        return fmt::format("no bit of the outputs differs from those with {}", from);
    }
    const std::string share =
        comparison.relative_l2_error ? fmt::format(", {:.1e} of their size", *comparison.relative_l2_error) : "";
    const std::string most =
        comparison.max_abs_error ? fmt::format(" by up to {:.1e}{}", *comparison.max_abs_error, share) : "";
    return fmt::format("the outputs differ from those with {}{}", from, most);
}

Judgement joined(Verdict verdict, const std::string& evidence, const std::string& link, const std::string& more) {
    return {verdict, evidence.empty() ? more : evidence + link + more};
}

/// Only what changes the numbers computes in another precision, whatever the log says.
Judgement by_proof(const Judgement& judgement, const protocol::Comparison& comparison, const std::string& difference) {
    const bool has_engaged = judgement.verdict == Verdict::engaged || judgement.verdict == Verdict::partly;
    if (is_same(comparison)) {
        return joined(Verdict::no_effect, judgement.evidence, has_engaged ? "; and yet " : "; ", difference);
    }
    if (!is_beyond_rounding(comparison)) {
        return joined(judgement.verdict, judgement.evidence, "; ", difference + ", which is no more than rounding");
    }
    const bool is_contradicted = judgement.verdict == Verdict::no_effect;
    return joined(has_engaged ? judgement.verdict : Verdict::engaged, judgement.evidence,
                  is_contradicted ? "; and yet " : "; ", difference);
}

}  // namespace

Judgement weighed(Judgement judgement, Numbers numbers, const protocol::Comparison& comparison, const Value& other) {
    const bool is_comparable = comparison.max_abs_error && comparison.nonfinite == 0;
    if (numbers == Numbers::nothing || !is_comparable) {
        return judgement;
    }
    const std::string difference = difference_text(comparison, other);
    if (numbers == Numbers::proof) {
        return by_proof(judgement, comparison, difference);
    }
    const bool is_first_sign = judgement.verdict == Verdict::unknown && !is_same(comparison);
    const bool is_contradicted = judgement.verdict == Verdict::no_effect && !is_same(comparison);
    return joined(is_first_sign ? Verdict::engaged : judgement.verdict, judgement.evidence,
                  is_contradicted ? "; and yet " : "; ", difference);
}

}  // namespace gravbench::findings
