"""Breaks the statistics in many small ways, and checks that each makes a test fail.

    python3 tests/stats/mutations.py BUILD_FOLDER [NAME...]

BUILD_FOLDER is where stats_tests was built with Ninja. For each mutation the one source file is changed in a copy, compiled as the
build does it, put into a copy of the library, and the tests are linked with that. Exit code 1 where a mutation survives.
"""

from __future__ import annotations

import shlex
import shutil
import subprocess
import sys
import tempfile
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

WORKERS = 2  # As tests/CMakeLists.txt says to ctest.
SOURCE = Path(__file__).resolve().parents[2] / "src" / "stats"


@dataclass
class Mutation:
    name: str
    file: str
    text: str
    replacement: str


MUTATIONS = [
    Mutation(
        "quantile: one rank too high",
        "quantile.cpp",
        "probability * static_cast<double>(sorted.size() - 1)",
        "probability * static_cast<double>(sorted.size())",
    ),
    Mutation(
        "quantile: no interpolation",
        "quantile.cpp",
        "(rank - static_cast<double>(below)) * (sorted[above] - sorted[below])",
        "0 * (sorted[above] - sorted[below])",
    ),
    Mutation("samples needed: 90% instead of 95%", "quantile.cpp", "std::log(0.05)", "std::log(0.10)"),
    Mutation(
        "launch quantile: numpy's default", "quantile.cpp", "probability * (samples + 1.0 / 3) + 1.0 / 3", "probability * (samples - 1) + 1"
    ),
    Mutation("launch quantile: not clamped below", "quantile.cpp", "1.0 / 3, 1.0, samples)", "1.0 / 3, 2.0, samples)"),
    Mutation("launch samples needed: too few", "quantile.cpp", "(outer + 1) / 3 / (1 - outer)", "(outer + 1) / 4 / (1 - outer)"),
    Mutation(
        "order statistics: one tail only",
        "quantile.cpp",
        "const double tail = (1 - confidence) / 2;",
        "const double tail = 1 - confidence;",
    ),
    Mutation("order statistics: upper rank too low", "quantile.cpp", "sorted[high - 1]}", "sorted[high - 2]}"),
    Mutation("moments: n instead of n - 1", "summary.cpp", "std::sqrt(squares / (count - 1))", "std::sqrt(squares / count)"),
    Mutation(
        "moments: the textbook's one pass",
        "summary.cpp",
        "squares += (sample - mean) * (sample - mean);",
        "squares += sample * sample - mean * mean;",
    ),
    Mutation("widened: low end forgotten", "summary.cpp", "std::min(interval.low, point)", "interval.low"),
    Mutation("widened: high end forgotten", "summary.cpp", "std::max(interval.high, point)", "interval.high"),
    Mutation("Student: one-sided", "student.cpp", "(1 - confidence) / 2", "(1 - confidence)"),
    Mutation(
        "p-value: the lower tail",
        "student.cpp",
        "cdf(complement(StudentsT(degrees_of_freedom), statistic))",
        "cdf(StudentsT(degrees_of_freedom), statistic)",
    ),
    Mutation("p-value: one-sided", "comparison.cpp", "beyond(effect - limit) + beyond(effect + limit)", "beyond(effect - limit)"),
    Mutation("p-value: against 1", "comparison.cpp", "beyond(effect - limit) + beyond(effect + limit)", "2 * beyond(effect)"),
    Mutation("p-value: sign kept", "comparison.cpp", "effect = std::abs(std::log(ratio.value));", "effect = std::log(ratio.value);"),
    Mutation(
        "ratio: upside down",
        "comparison.cpp",
        "by_student(difference, std::sqrt(variance), degrees)",
        "by_student(-difference, std::sqrt(variance), degrees)",
    ),
    Mutation(
        "ratio: the new side's spread forgotten",
        "comparison.cpp",
        "const double variance = of_base.squared_error + of_other.squared_error;",
        "const double variance = of_base.squared_error;",
    ),
    Mutation(
        "ratio: degrees of freedom of equal variances",
        "comparison.cpp",
        "by_student(difference, std::sqrt(variance), degrees)",
        "by_student(difference, std::sqrt(variance), of_base.degrees_of_freedom + of_other.degrees_of_freedom)",
    ),
    Mutation("ratio: a launch's spread taken for the mean's", "comparison.cpp", "/ (kept * (kept - 1))", "/ (kept - 1)"),
    Mutation("ratio: one degree of freedom too many", "comparison.cpp", "(kept * (kept - 1)), kept - 1}", "(kept * (kept - 1)), kept}"),
    Mutation("trimming: never", "comparison.cpp", "fewest_to_trim = 20", "fewest_to_trim = 2000"),
    Mutation("trimming: from five on", "comparison.cpp", "fewest_to_trim = 20", "fewest_to_trim = 5"),
    Mutation("trimming: a third", "comparison.cpp", "trimmed_share = 0.15", "trimmed_share = 0.33"),
    Mutation("trimming: lower values not winsorized", "comparison.cpp", "std::fill(values.begin(), first, *first);", ""),
    Mutation("trimming: upper values not winsorized", "comparison.cpp", "std::fill(last, values.end(), *(last - 1));", ""),
    Mutation("no logarithms", "summary.cpp", "result.push_back(std::log(figure));", "result.push_back(figure - 1);"),
    Mutation(
        "figures of zero let through",
        "summary.cpp",
        "figure > 0 && std::isfinite(figure)",
        "figure >= 0 && std::isfinite(figure)",
    ),
    Mutation("without spread: always the same", "comparison.cpp", "effect > limit ? 0 : 1", "1"),
    Mutation("without spread: any difference counts", "comparison.cpp", "effect > limit ? 0 : 1", "effect > 0 ? 0 : 1"),
    Mutation(
        "Benjamini-Hochberg: no running minimum",
        "comparison.cpp",
        "smallest = std::min(smallest, p_values[largest_first[i]] * count / rank);",
        "smallest = p_values[largest_first[i]] * count / rank;",
    ),
    Mutation("Benjamini-Hochberg: Bonferroni", "comparison.cpp", "* count / rank)", "* count)"),
    Mutation("Benjamini-Hochberg: no correction", "comparison.cpp", "* count / rank)", "* 1)"),
    Mutation(
        "settling: effect as it looks",
        "comparison.cpp",
        "std::abs(std::log(ratio.value)) - ratio.standard_error)",
        "std::abs(std::log(ratio.value)))",
    ),
    Mutation("settling: no room for the next estimate", "comparison.cpp", "(limit - effect) / room_on_both", "(limit - effect)"),
    Mutation("settling: no room beyond the tolerance", "comparison.cpp", "(effect - limit) / room_on_one_side", "(effect - limit)"),
    Mutation(
        "settling: beyond 1 instead of the tolerance", "comparison.cpp", "(effect - limit) / room_on_one_side", "effect / room_on_one_side"
    ),
    Mutation("settling: the cost of trimming forgotten", "comparison.cpp", "trimmed_variance = 1.1", "trimmed_variance = 1.0"),
    Mutation("settling: the cost of trimming paid twice", "comparison.cpp", "launches < fewest_to_trim && needed", "needed"),
    Mutation("settling: deviation as it looks", "comparison.cpp", "* degrees / low_chi_squared", ""),
    Mutation("detectable: power forgotten", "comparison.cpp", "student_t_quantile(degrees_of_freedom, power)", "0"),
    Mutation(
        "bootstrap: launches not resampled",
        "bootstrap.cpp",
        "value = resampled_value(launches[draw(random, launches.size())], random);",
        "value = resampled_value(launches[static_cast<std::size_t>(&value - values.data())], random);",
    ),
    Mutation("bootstrap: blocks not resampled", "bootstrap.cpp", "launch.residual + sum / static_cast<double>(blocks)", "launch.residual"),
    Mutation("bootstrap: percentile instead of studentised", "bootstrap.cpp", "? mean.value / mean.standard_error", "? mean.value"),
    Mutation(
        "bootstrap: tails swapped",
        "bootstrap.cpp",
        "{std::exp(mean.value - limits.high * mean.standard_error),\n            std::exp(mean.value - limits.low * mean.standard_error)}",
        "{std::exp(mean.value + limits.low * mean.standard_error),\n            std::exp(mean.value + limits.high * mean.standard_error)}",
    ),
    Mutation(
        "bootstrap: the trend resampled too", "bootstrap.cpp", "push_back({residuals[i],", "push_back({values[i] - moments(values).mean,"
    ),
    Mutation("bootstrap: of few launches too", "bootstrap.cpp", "fewest_to_resample = 10", "fewest_to_resample = 9"),
    Mutation("bootstrap: never", "bootstrap.cpp", "fewest_to_resample = 10", "fewest_to_resample = 1000"),
    Mutation("bootstrap: 90% of both tails", "bootstrap.cpp", "by_both = at(confidence)", "by_both = at(0.9)"),
    Mutation("bootstrap: symmetric", "bootstrap.cpp", "(by_each_tail.high + by_both) / 2", "by_both"),
    Mutation(
        "bootstrap: each tail by itself",
        "bootstrap.cpp",
        "{(by_each_tail.low - by_both) / 2, (by_each_tail.high + by_both) / 2}",
        "by_each_tail",
    ),
    Mutation(
        "bootstrap: 90% instead of 95%", "bootstrap.cpp", "const double tail = (1 - confidence) / 2;", "const double tail = 1 - confidence;"
    ),
    Mutation("bootstrap: infinite ends kept", "bootstrap.cpp", "std::isfinite(resampled.low) && std::isfinite(resampled.high)", "true"),
    Mutation(
        "bootstrap: Student of another confidence", "bootstrap.cpp", "mean.degrees_of_freedom, confidence)", "mean.degrees_of_freedom, 0.9)"
    ),
    Mutation(
        "trend: of four launches too", "trend.cpp", "in_order.size() < fewest_for_a_trend) {", "in_order.size() + 1 < fewest_for_a_trend) {"
    ),
    Mutation(
        "trend: not of five launches", "trend.cpp", "in_order.size() < fewest_for_a_trend) {", "in_order.size() <= fewest_for_a_trend) {"
    ),
    Mutation("trend: not about the middle", "trend.cpp", "static_cast<double>(count - 1) / 2", "static_cast<double>(count) / 2"),
    Mutation("trend: the other way", "trend.cpp", "products / squares", "-products / squares"),
    Mutation("trend: costs nothing", "trend.cpp", "fewest_for_a_trend ? 1 : 2", "fewest_for_a_trend ? 1 : 1"),
    Mutation("trend: a launch's spread taken for the mean's", "trend.cpp", "squares / degrees / count", "squares / degrees"),
    Mutation(
        "typical quantile: each launch's own tail",
        "typical_quantile.cpp",
        "Position result{launch_quantile(all_, probability)",
        "Position result{launch_quantile(shapes_.front().sorted, probability)",
    ),
    Mutation("typical quantile: about the mean", "typical_quantile.cpp", "quantile.value - median.value;", "quantile.value;"),
    Mutation("typical quantile: blocks not enlarged", "typical_quantile.cpp", "std::sqrt(count / (count - 1)) : 0", "1.0 : 0"),
    Mutation("typical quantile: launches' own speeds kept", "typical_quantile.cpp", "(block_means[i] - launch_mean)", "block_means[i]"),
    Mutation(
        "typical quantile: blocks all alike", "typical_quantile.cpp", "block + logarithm - block_means[i]", "logarithm - block_means[i]"
    ),
    Mutation("typical quantile: medians do not spread", "typical_quantile.cpp", "by_launch = medians_;", "by_launch(medians_.size());"),
    Mutation(
        "typical quantile: the median's pull forgotten", "typical_quantile.cpp", "quantile.pulls[i] - median.pulls[i]", "quantile.pulls[i]"
    ),
    Mutation("typical quantile: pulls the wrong way", "typical_quantile.cpp", "pull *= -steepness", "pull *= steepness"),
    Mutation("typical quantile: small launches count as large ones", "typical_quantile.cpp", "/ samples_of_mean_launch", "/ own"),
    Mutation(
        "typical quantile: steepness too near", "typical_quantile.cpp", "std::max(2 * standard_error,", "std::max(0 * standard_error,"
    ),
    Mutation("typical quantile: no steepness without spread", "typical_quantile.cpp", "1 / static_cast<double>(all_.size()))", "0.0)"),
    Mutation("typical quantile: steepness below only", "typical_quantile.cpp", "std::min(1.0, probability + reach)", "probability"),
    Mutation("typical quantile: steepness above only", "typical_quantile.cpp", "std::max(0.0, probability - reach)", "probability"),
    Mutation(
        "typical quantile: one degree of freedom too many",
        "typical_quantile.cpp",
        "student_t_limit(mean.degrees_of_freedom,",
        "student_t_limit(mean.degrees_of_freedom + 1,",
    ),
    Mutation(
        "variance: between launches not freed of the rest",
        "variance.cpp",
        "(of_launches - within - block_in_launch * components.between_blocks)",
        "(of_launches)",
    ),
    Mutation(
        "variance: blocks counted as launches",
        "variance.cpp",
        "mean_square(sums.launches_in_all, sums.launches - 1)",
        "mean_square(sums.launches_in_all, sums.blocks - 1)",
    ),
    Mutation(
        "variance: negative components kept",
        "variance.cpp",
        "components.between_launches =\n        std::max(0.0, ",
        "components.between_launches =\n        std::max(-1.0, ",
    ),
    Mutation(
        "variance: within by the wrong degrees",
        "variance.cpp",
        "mean_square(sums.within, sums.samples - sums.blocks)",
        "mean_square(sums.within, sums.blocks)",
    ),
    Mutation("variance: not on logarithms", "variance.cpp", "moments(logarithms(samples)).mean}", "moments(samples).mean / 50}"),
    Mutation(
        "design: cost of a launch ignored",
        "variance.cpp",
        "repetitions(costs.launch_s, costs.inference_s, components.within_blocks,",
        "repetitions(costs.block_s, costs.inference_s, components.within_blocks,",
    ),
    Mutation(
        "design: variances the wrong way round",
        "variance.cpp",
        "* variance / std::max(variance_above, 1e-12)",
        "* variance_above / std::max(variance, 1e-12)",
    ),
    Mutation("launches needed: normal instead of Student", "variance.cpp", "while (!is_enough()) {", "while (false) {"),
    Mutation(
        "launches needed: no square root",
        "variance.cpp",
        "launch_deviation / std::sqrt(count) <= precision",
        "launch_deviation / count <= precision",
    ),
    Mutation("outliers: threshold 2", "outlier.cpp", "constexpr double threshold = 3.5;", "constexpr double threshold = 2.0;"),
    Mutation("outliers: MAD without its constant", "outlier.cpp", "median_distance / 0.6745", "median_distance"),
    Mutation("outliers: only high ones", "outlier.cpp", "std::abs(values[i] - median) > threshold", "values[i] - median > threshold"),
    Mutation("drift: no correction for continuity", "outlier.cpp", "std::abs(sum) - 1;", "std::abs(sum);"),
    Mutation(
        "drift: mean of the slopes' ends",
        "outlier.cpp",
        "(in_order[j] - in_order[i]) / static_cast<double>(j - i)",
        "in_order[j] - in_order[i]",
    ),
    Mutation("drift: ties ignored", "outlier.cpp", "in_order[j] < in_order[i] ? -1 : 0", "-1"),
    Mutation("drift: normal of few too", "outlier.cpp", "fewest_for_normal = 8", "fewest_for_normal = 7"),
    Mutation("drift: exact for one side", "outlier.cpp", "std::abs(kendall_sum(values)) >=", "kendall_sum(values) >="),
    Mutation("drift: only clearer ones", "outlier.cpp", ">= std::abs(sum)", "> std::abs(sum)"),
    Mutation(
        "drift: not all orders", "outlier.cpp", "    std::sort(values.begin(), values.end());\n    double orders", "    double orders"
    ),
    Mutation("steady: standard error of the wrong power", "steady.cpp", "/ (count * count)", "/ count"),
    Mutation("steady: accepted in the second half", "steady.cpp", "2 * truncation <= means.size()", "truncation <= means.size()"),
    Mutation("steady: spikes not clipped", "steady.cpp", "clipped[half + spike] = std::min(clipped[half + spike], largest);", ""),
    Mutation("steady: batches forgotten in the result", "steady.cpp", "return {truncation * size,", "return {truncation,"),
]


def commands_of(build: Path) -> list[str]:
    """The build's own commands for stats_tests, in order."""
    listed = subprocess.run(["ninja", "-C", str(build), "-t", "commands", "stats_tests"], check=True, capture_output=True, text=True)
    return listed.stdout.splitlines()


def only(lines: list[str], *parts: str) -> str:
    found = [line for line in lines if all(part in line for part in parts)]
    if len(found) != 1:
        raise SystemExit(f"{len(found)} of the build's commands have {' and '.join(parts)}; expected one")
    return found[0]


def mutated(mutation: Mutation) -> str:
    source = (SOURCE / mutation.file).read_text(encoding="utf-8")
    if source.count(mutation.text) != 1:
        raise SystemExit(f"{mutation.name}: {mutation.file} has {source.count(mutation.text)} times: {mutation.text}")
    return source.replace(mutation.text, mutation.replacement)


def compile_and_link(build: Path, lines: list[str], file: str, source: str, folder: Path) -> Path:
    """The tests with this source instead of the file's; a folder for what comes between."""
    copy = folder / file
    copy.write_text(source, encoding="utf-8")
    built = build / "src" / "stats" / "CMakeFiles" / "gravbench_stats.dir" / f"{file}.o"
    compiling = shlex.split(only(lines, "gravbench_stats.dir", f"/src/stats/{file}"))
    compiling = [str(copy) if word.endswith(f"/src/stats/{file}") else word for word in compiling]
    compiling[compiling.index("-o") + 1] = str(folder / built.name)
    subprocess.run([*without_dependencies(compiling), "-w"], cwd=build, check=True)
    archive = folder / "libgravbench_stats.a"
    shutil.copy(build / "src" / "stats" / "libgravbench_stats.a", archive)
    subprocess.run(["ar", "r", str(archive), str(folder / built.name)], check=True, capture_output=True)
    # ": && g++ ... && :"
    linking = shlex.split(only(lines, "-o bin/stats_tests").removeprefix(": && ").removesuffix(" && :"))
    linking = [str(archive) if word.endswith("libgravbench_stats.a") else word for word in linking]
    linking[linking.index("-o") + 1] = str(folder / "stats_tests")
    subprocess.run(linking, cwd=build, check=True)
    return folder / "stats_tests"


def without_dependencies(command: list[str]) -> list[str]:
    """Ninja's list of headers is not wanted."""
    kept = []
    words = iter(command)
    for word in words:
        if word in ("-MT", "-MF"):
            next(words)
        elif word != "-MD":
            kept.append(word)
    return kept


def first_failure(program: Path) -> str | None:
    """The name of the first failing test; nothing where all pass."""
    try:
        run = subprocess.run([str(program), "--abort"], capture_output=True, text=True, timeout=60, check=False)
    except subprocess.TimeoutExpired:
        return "(without end)"
    if run.returncode == 0:
        return None
    lines = run.stdout.splitlines()
    rules = [i for i, line in enumerate(lines) if line.startswith("-----")]
    return lines[rules[0] + 1] if rules else f"(exit status {run.returncode})"


def main() -> int:
    if len(sys.argv) < 2:
        print(__doc__)
        return 2
    build = Path(sys.argv[1]).resolve()
    lines = commands_of(build)
    if (failure := first_failure(build / "bin" / "stats_tests")) is not None:
        print(f"the statistics fail as they are: {failure}")
        return 1
    survivors = 0
    chosen = [mutation for mutation in MUTATIONS if not sys.argv[2:] or mutation.name in sys.argv[2:]]

    def failure_of(mutation: Mutation) -> str | None:
        with tempfile.TemporaryDirectory() as folder:
            return first_failure(compile_and_link(build, lines, mutation.file, mutated(mutation), Path(folder)))

    with ThreadPoolExecutor(WORKERS) as pool:
        for mutation, failure in zip(chosen, pool.map(failure_of, chosen), strict=True):
            survivors += failure is None
            print(f"{'SURVIVED' if failure is None else 'killed  '}  {mutation.name:50}  {failure or ''}", flush=True)
    print(f"{len(chosen) - survivors} of {len(chosen)} mutations make a test fail")
    return 1 if survivors else 0


if __name__ == "__main__":
    sys.exit(main())
