#!/usr/bin/env python3
"""How often two runs of one program, one right after the other, are called different, and whether the yardstick tells why.

    two_runs.py -o FILE [--pairs 25] [--max-time 20s] [--visitor] [--pause SECONDS] MODEL...

Each MODEL is one word of the shell with the model and the flags that only it needs:

    build/venv/bin/python tests/benchmarks/make_layers.py build/layers.pt
    two_runs.py -o results/two-runs.json "build/layers.pt --input f32[batch,512] --batch 32 --threads 1"

Each pair is two `gravbench run`, judged by `gravbench compare` without and with the model's other runs as --history and, on the
same samples, by the peers' rules. FILE holds of each run its launches' medians and the yardstick's readings, a geometric mean for
each launch; the documents stand in the folder FILE.documents, which is not for committing. A finished pair is in FILE at once; the
same command goes on, also with more --pairs.

The second table says how far runs differ. The third asks whether the yardstick explains it: the deviation of log(new/base) of the
pairs as they are, and of what is left of each after a regression of the other pairs on the same ratios of the yardstick (leave one
out). An adjustment is worth something only where that is smaller.
"""

from __future__ import annotations

import argparse
import json
import math
import os
import shlex
import subprocess
import tempfile
from pathlib import Path
from statistics import geometric_mean, mean, median, stdev, variance
from typing import Any

import numpy as np
from peers import RULES, by_fence, by_launches, by_z_score, verdicts
from scipy.stats import beta
from verdict_run import ALARMS, JUDGED_CODES, RunFailed, begun, measure_missing, program, samples_of, visitor, write_whole

Pair = dict[str, Any]
KEPT = ("models", "max_time", "tolerance", "visitor")
RATES = ("f32_gflops", "clock_ghz", "l2_gb_per_s", "llc_gb_per_s", "memory_gb_per_s", "load_ns")
# Each of these is asked whether it explains what differs.
COVARIATES = (("memory_gb_per_s",), ("llc_gb_per_s",), ("l2_gb_per_s",), ("load_ns",), ("memory_gb_per_s", "llc_gb_per_s", "f32_gflops"))


def parse() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("models", nargs="+", metavar="MODEL", help="a model with its own flags, quoted as one word")
    parser.add_argument("-o", "--output", type=Path, required=True, metavar="FILE")
    parser.add_argument("--pairs", type=int, default=25, help="of each model [25]")
    parser.add_argument("--max-time", default="20s", help="for each run [20s]")
    parser.add_argument("--tolerance", default="3%", help="of compare's verdicts [3%%]")
    parser.add_argument("--visitor", action="store_true", help="beside another process that comes and goes")
    parser.add_argument("--pause", type=float, default=0, metavar="SECONDS", help="between pairs, to see more of the machine's moods [0]")
    return parser.parse_args()


def run(model: str, output: Path, max_time: str) -> dict[str, Any]:
    command = [program("gravbench"), "run", *shlex.split(model), "--max-time", max_time, "--audit", "off", "--accuracy", "off"]
    command += ["--yardstick", "on", "-q", "-o", str(output)]
    done = subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, text=True, errors="replace", check=False)
    if done.returncode not in JUDGED_CODES or not output.exists():
        raise RunFailed(f"exit code {done.returncode} of {shlex.join(command)}\n{done.stderr[-2000:]}")
    return json.loads(output.read_text(encoding="utf-8"))


def of_launch(launch: dict[str, Any]) -> dict[str, Any]:
    readings = [block["yardstick"] for block in launch["blocks"] if "yardstick" in block]
    return {
        "p50_ms": median([sample for block in launch["blocks"] for sample in block["samples_ns"]]) / 1e6,
        "yardstick": {rate: geometric_mean(reading[rate] for reading in readings) for rate in RATES} if readings else None,
    }


def of_run(document: dict[str, Any]) -> dict[str, Any]:
    cell = document["cells"][0]
    return {
        "started": document["run"]["started"],
        "p50": cell["latency_ms"]["p50"],
        "problems": [problem["code"] for problem in cell["problems"]],
        "launches": [of_launch(launch) for launch in cell["launches"]],
    }


def compared(files: list[Path], tolerance: str, *flags: str) -> dict[str, Any]:
    """The comparison of two documents. What this user has of earlier runs does not count."""
    command = [program("gravbench"), "compare", *map(str, files), "--tolerance", tolerance, "--format", "json", *flags]
    with tempfile.TemporaryDirectory() as nothing:
        variables = {**os.environ, "XDG_DATA_HOME": nothing}
        done = subprocess.run(command, capture_output=True, text=True, check=False, env=variables)
    if done.returncode not in JUDGED_CODES:
        raise RunFailed(f"exit code {done.returncode} of {shlex.join(command)}\n{done.stderr[-2000:]}")
    return json.loads(done.stdout)


def files_of(folder: Path, number: int) -> list[Path]:
    return [folder / f"{number}-base.json", folder / f"{number}-new.json"]


def measure(arguments: argparse.Namespace, model: str, files: list[Path]) -> tuple[Pair, dict[str, Any]]:
    with visitor(arguments.visitor):
        documents = [run(model, file, arguments.max_time) for file in files]
    judged = compared(files, arguments.tolerance)["cells"][0]
    pair = {
        "model": model,
        "ratio": judged["ratio"],
        "verdicts": {"assumed": judged["verdict"], **verdicts(*(samples_of(document["cells"][0]) for document in documents))},
        "runs": [of_run(document) for document in documents],
    }
    return pair, documents[0]["machines"][0]


def judge_all(pairs: list[Pair], folder: Path, tolerance: str) -> None:
    """Anew, by the program as it is now, and since each pair that is added is history to all others."""
    for number, pair in enumerate(pairs):
        pair["verdicts"].update(by_history(pair, pairs, float(tolerance.rstrip("%")) / 100))
        files = files_of(folder, number)
        if all(file.exists() for file in files):
            for rule, flags in (("assumed", ()), ("history", ("--history", str(folder)))):
                judged = compared(files, tolerance, *flags)["cells"][0]
                pair["verdicts"][rule] = judged["verdict"]
                pair[f"ratio_ci95_{rule}"] = judged["ratio_ci95"]
            pair["run_spread"] = judged["run_spread"]


def p50s(run: dict[str, Any]) -> list[float]:
    return [launch["p50_ms"] for launch in run["launches"]]


def centre(run: dict[str, Any]) -> float:
    """The geometric mean of the launches' medians."""
    return geometric_mean(p50s(run))


def change(pair: Pair) -> float:
    return centre(pair["runs"][1]) / centre(pair["runs"][0]) - 1


def of_same_model(pair: Pair, pairs: list[Pair]) -> list[Pair]:
    """The model's other pairs, which are history to this one."""
    return [other for other in pairs if other["model"] == pair["model"] and other is not pair]


def by_history(pair: Pair, pairs: list[Pair], tolerance: float) -> dict[str, str]:
    """What needs earlier runs, and what treats launches as if there were no runs."""
    others = of_same_model(pair, pairs)
    base, new = pair["runs"]
    verdicts_now = {"launches": by_launches(p50s(base), p50s(new), tolerance)}
    if len(others) >= 4:
        earlier = [centre(run) for other in others for run in other["runs"]]
        verdicts_now["conbench"] = by_z_score(centre(new), [*earlier, centre(base)])
        verdicts_now["rustc_perf"] = by_fence(change(pair), [change(other) for other in others])
    return verdicts_now


TITLES = {
    "assumed": "gravbench compare, spread between runs assumed",
    "history": "gravbench compare --history, of the model's other runs",
    "launches": "Welch's t on launches, beyond the tolerance",
    "conbench": "z-score above 5 against the other runs (Conbench)",
    "rustc_perf": "beyond the fence of the other changes (rustc-perf)",
    **{name: title for name, (title, _) in RULES.items()},
}


def upper_bound(count: int, of: int) -> float:
    """Of the share, with 95% confidence (Clopper and Pearson)."""
    return 1.0 if count == of else float(beta.ppf(0.95, count + 1, of - count))


def alarms(pairs: list[Pair]) -> str:
    lines = [f"{'rule':60} {'alarms':>12} {'at most':>8} {'inconclusive':>13}"]
    for rule, title in TITLES.items():
        said = [pair["verdicts"][rule] for pair in pairs if rule in pair["verdicts"]]
        count = sum(said.count(verdict) for verdict in ALARMS)
        if said:
            bound = f"{100 * upper_bound(count, len(said)):.1f}%"
            lines.append(f"  {title:58} {count:>5} of {len(said):3} {bound:>8} {said.count('inconclusive'):>13}")
    return "\n".join(lines)


def spread(pairs: list[Pair]) -> str:
    """How far runs of each model lie from each other, whenever they were measured."""
    lines = [f"{'model':60} {'runs':>5} {'between runs':>13} {'by launches':>12} {'within pairs':>13}"]
    for model in sorted({pair["model"] for pair in pairs}):
        chosen = [pair for pair in pairs if pair["model"] == model]
        runs = [run for pair in chosen for run in pair["runs"]]
        if len(runs) < 4:
            continue
        total = stdev([math.log(centre(run)) for run in runs])
        launches = math.sqrt(mean(variance([math.log(p50) for p50 in p50s(run)]) / len(p50s(run)) for run in runs))
        neighbours = math.sqrt(mean(math.log1p(change(pair)) ** 2 for pair in chosen) / 2)
        lines.append(f"{model[:60]:60} {len(runs):>5} {100 * total:>12.2f}% {100 * launches:>11.2f}% {100 * neighbours:>12.2f}%")
    return "\n".join(lines)


def log_ratio(pair: Pair, rate: str | None) -> float | None:
    """Of the launches' medians, or of a rate of the yardstick; nothing where a launch has no reading."""
    means = []
    for one in pair["runs"]:
        values = [launch["p50_ms"] if rate is None else (launch["yardstick"] or {}).get(rate) for launch in one["launches"]]
        if not values or None in values:
            return None
        means.append(math.log(geometric_mean(values)))
    return means[1] - means[0]


def left_over(figures: np.ndarray, covariates: np.ndarray) -> float:
    """The deviation of what a regression of all other pairs does not explain of each. No constant: neither side is first by nature."""
    rest = []
    for i in range(len(figures)):
        others = np.arange(len(figures)) != i
        slope, *_ = np.linalg.lstsq(covariates[others], figures[others], rcond=None)
        rest.append(figures[i] - covariates[i] @ slope)
    return float(np.sqrt(np.mean(np.square(rest))))


def explained(pairs: list[Pair]) -> str:
    lines = [f"{'model, and what is taken off':72} {'deviation':>10} {'pairs':>6} {'correlation':>12}"]
    for model in sorted({pair["model"] for pair in pairs}):
        chosen = [pair for pair in pairs if pair["model"] == model]
        figures = np.array([log_ratio(pair, None) for pair in chosen], dtype=float)
        lines.append(f"{model[:72]:72} {100 * np.sqrt(np.mean(figures**2)):>9.2f}% {len(chosen):>6}")
        for rates in COVARIATES:
            rows = [[log_ratio(pair, rate) for rate in rates] for pair in chosen]
            known = [i for i, row in enumerate(rows) if None not in row]
            if len(known) < len(rates) + 3:
                continue
            covariates = np.array([rows[i] for i in known], dtype=float)
            alone = f"{np.corrcoef(figures[known], covariates[:, 0])[0, 1]:>12.2f}" if len(rates) == 1 else ""
            rest = left_over(figures[known], covariates)
            lines.append(f"  {', '.join(rates):70} {100 * rest:>9.2f}% {len(known):>6} {alone}")
    return "\n".join(lines)


def main() -> None:
    arguments = parse()
    document = begun(arguments.output, {name: getattr(arguments, name) for name in KEPT}, "pairs")
    folder = arguments.output.with_name(arguments.output.name + ".documents")
    folder.mkdir(parents=True, exist_ok=True)
    measure_missing(
        document,
        arguments.output,
        arguments.models,
        arguments.pairs,
        lambda pair: pair["model"],
        lambda model, number: measure(arguments, model, files_of(folder, number)),
        arguments.pause,
    )
    pairs = document["pairs"]
    judge_all(pairs, folder, arguments.tolerance)
    write_whole(arguments.output, document)
    print(alarms(pairs), spread(pairs), explained(pairs), sep="\n\n")


if __name__ == "__main__":
    main()
