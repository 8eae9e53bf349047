"""How others tell whether two programs differ in speed, on the very samples that gravbench judged."""

from __future__ import annotations

import sys
from collections.abc import Callable
from itertools import chain
from math import log, log1p
from statistics import mean, median, quantiles, stdev

try:
    from scipy.stats import mannwhitneyu, ttest_ind
except ImportError:
    sys.exit("this script needs scipy, as nothing else of gravbench does: pip install scipy")

Launches = list[list[list[int]]]
LEVEL = 0.05


def pooled(launches: Launches) -> list[int]:
    return list(chain.from_iterable(chain.from_iterable(launches)))


def direction(is_alarm: bool, effect: float) -> str:
    return "same" if not is_alarm or effect == 0 else "slower" if effect > 0 else "faster"


def by_mann_whitney(base: list[int], new: list[int]) -> str:
    test = mannwhitneyu(new, base, alternative="two-sided")
    return direction(test.pvalue < LEVEL, test.statistic - len(base) * len(new) / 2)


def by_welch(base: list[int], new: list[int]) -> str:
    test = ttest_ind(new, base, equal_var=False)
    return direction(test.pvalue < LEVEL, test.statistic)


def by_limit(limit: float) -> Callable[[list[int], list[int]], str]:
    def rule(base: list[int], new: list[int]) -> str:
        effect = median(new) / median(base) - 1
        return direction(abs(effect) > limit, effect)

    return rule


# Name, what it is, and the rule, which takes all iterations of each side.
RULES = {
    "mann_whitney": ("Mann-Whitney on iterations, p < 0.05 (google/benchmark's compare.py)", by_mann_whitney),
    "welch": ("Welch's t on iterations, p < 0.05", by_welch),
    "limit_5": ("medians differ by more than 5%", by_limit(0.05)),
    "limit_7": ("medians differ by more than 7%", by_limit(0.07)),
}


def verdicts(base: Launches, new: Launches) -> dict[str, str]:
    all_base, all_new = pooled(base), pooled(new)
    return {name: rule(all_base, all_new) for name, (_, rule) in RULES.items()}


def by_z_score(figure: float, earlier: list[float]) -> str:
    """Conbench's lookback z-score with its default threshold: how many deviations of earlier runs lie between."""
    deviation = stdev(earlier)
    score = (figure - mean(earlier)) / deviation if deviation > 0 else 0
    return direction(abs(score) > 5, score)


def by_fence(change: float, earlier_changes: list[float]) -> str:
    """rustc-perf's significance threshold: the third quartile of earlier changes and three times their interquartile range."""
    low, _, high = quantiles([abs(earlier) for earlier in earlier_changes], n=4, method="inclusive")
    return direction(abs(change) > high + 3 * (high - low), change)


def by_launches(base: list[float], new: list[float], tolerance: float) -> str:
    """Welch's t on the launches' medians, as if two runs differed by nothing else: gravbench before it knew of runs."""
    logs = [[log(figure) for figure in side] for side in (base, new)]
    effect = mean(logs[1]) - mean(logs[0])
    shifted = [figure - (log1p(tolerance) if effect > 0 else -log1p(tolerance)) for figure in logs[1]]
    test = ttest_ind(shifted, logs[0], equal_var=False, alternative="greater" if effect > 0 else "less")
    return direction(test.pvalue <= LEVEL / 2, effect)
