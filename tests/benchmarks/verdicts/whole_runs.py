#!/usr/bin/env python3
"""Whole runs of the front against a machine whose truth is known: how often its intervals hold it, and its verdicts are wrong.

    whole_runs.py [--runs 60] [--noise KIND] [--between 0.05] [--slowdown 1] [-o FILE] [-- FLAGS of gravbench run]

Each run measures the fake engine (tests/fake_engine) against itself with another seed, until the ratio is as precise as
gravbench wants it; `-- --launches 10` for a fixed number. So the stopping rule and all that lies between samples and
document are judged with the statistics. Exits with 1 where a rate is worse than chance explains.
"""

from __future__ import annotations

import argparse
import json
import math
import sys
import tempfile
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from statistics import NormalDist, median
from typing import Any

from verdict_run import ALARMS, RunFailed, judge, program, write_engine, write_whole

MEDIAN_MS = 1.0
BETWEEN_BLOCKS = 0.005
WITHIN = 0.03

# As in the simulation (scenario.cpp). The machine drifts by 0.2% from launch to launch: how many there will be is not known.
KINDS: dict[str, dict[str, float]] = {
    "plain": {},
    "autocorrelated": {"autocorrelation": 0.8},
    "drifting": {"drift": 0.002},
    "heavy-tailed": {"tail": 3},
}


def parse() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--runs", type=int, default=60)
    parser.add_argument("--between", type=float, default=0.05, help="deviation between launches [0.05]")
    parser.add_argument("--slowdown", type=float, default=1, help="of the new side; 1 is none [1]")
    parser.add_argument("--noise", choices=KINDS, default="plain", help="its kind [plain]")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("-o", "--output", type=Path, metavar="FILE")
    parser.add_argument("flags", nargs="*", help="after --: more flags of gravbench run")
    return parser.parse_args()


def fake_engine(folder: Path, name: str, arguments: argparse.Namespace, seed: int, slowdown: float) -> Path:
    noise = {
        "seed": seed,
        "median_ns": MEDIAN_MS * 1e6,
        "slowdown": slowdown,
        "between_launches": arguments.between,
        "between_blocks": BETWEEN_BLOCKS,
        "within": WITHIN,
        **KINDS[arguments.noise],
    }
    script = folder / f"{name}.script"
    script.write_text(json.dumps({"noise": noise}), encoding="utf-8")
    return write_engine(folder / f"{name}.json", [program("fake_engine"), "--script", str(script)])


def truths(noise: str, slowdown: float, launches: int) -> dict[str, float]:
    """Of a typical launch, in the mean over the run. Of heavy tails only the median is known without more."""
    drift = KINDS[noise].get("drift", 0)
    drifted = math.exp(sum(math.log1p(drift * launch) for launch in range(launches)) / launches)
    median_ms = MEDIAN_MS * slowdown * drifted
    spread = math.hypot(WITHIN, BETWEEN_BLOCKS)
    tails = {} if "tail" in KINDS[noise] else {"p99": median_ms * math.exp(spread * NormalDist().inv_cdf(0.99))}
    return {"p50": median_ms, **tails}


def run_once(arguments: argparse.Namespace, number: int) -> dict[str, Any]:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        model = folder / "model.pt"
        model.write_bytes(b"the fake engine reads no model")
        seed = arguments.seed * 1_000_000 + 2 * number
        base = fake_engine(folder, "base", arguments, seed, 1)
        new = fake_engine(folder, "new", arguments, seed + 1, arguments.slowdown)
        judged = judge([str(model), "--input", "f32[1,4]"], base, new, folder, *arguments.flags, seed=number + 1)
    intervals = []
    for cell, slowdown in zip(judged.cells(), (1, arguments.slowdown), strict=True):
        for percentile, truth in truths(arguments.noise, slowdown, cell["latency_ms"]["launches"]).items():
            interval = cell["latency_ms"].get(f"{percentile}_ci95")
            if interval is not None:
                low, high = interval
                intervals.append({"figure": percentile, "truth": truth, "ci95": interval, "holds": low <= truth <= high})
    said = judged.cell
    return {
        "exit_code": judged.exit_code,
        "seconds": round(judged.seconds, 2),
        "launches": said["base_launches"],
        "verdict": said["verdict"],
        "ratio": said["ratio"],
        "ratio_ci95": said["ratio_ci95"],
        "intervals": intervals,
    }


def summary(runs: list[dict[str, Any]], slowdown: float) -> dict[str, Any]:
    result: dict[str, Any] = {"runs": len(runs), "verdicts": {}, "coverage": {}}
    for run in runs:
        result["verdicts"][run["verdict"]] = result["verdicts"].get(run["verdict"], 0) + 1
    for figure in ("p50", "p99"):
        held = [one["holds"] for run in runs for one in run["intervals"] if one["figure"] == figure]
        if held:
            result["coverage"][figure] = {"held": sum(held), "of": len(held)}
    ratios = [run["ratio_ci95"] for run in runs if run["ratio_ci95"]]
    result["coverage"]["ratio"] = {"held": sum(low <= slowdown <= high for low, high in ratios), "of": len(ratios)}
    result["median_launches"] = median(run["launches"] for run in runs)
    result["median_seconds"] = median(run["seconds"] for run in runs)
    return result


def faults(rates: dict[str, Any], slowdown: float) -> list[str]:
    """What chance does not explain, at 3 standard errors."""
    found = []
    # Of p99 only where the samples are enough for it.
    for figure, expected in (("p50", 2 * rates["runs"]), ("ratio", rates["runs"])):
        given = rates["coverage"].get(figure, {"of": 0})["of"]
        if given < expected:
            found.append(f"only {given} of {expected} intervals of {figure} are there")
    for figure, rate in rates["coverage"].items():
        least = 0.93 - 3 * math.sqrt(0.93 * 0.07 / max(rate["of"], 1))
        if rate["held"] < least * rate["of"]:
            found.append(f"the intervals of {figure} hold the truth in only {rate['held']} of {rate['of']}")
    alarms = sum(rates["verdicts"].get(verdict, 0) for verdict in ALARMS)
    most = 0.05 + 3 * math.sqrt(0.05 * 0.95 / rates["runs"])
    if slowdown == 1 and alarms > most * rates["runs"]:
        found.append(f"{alarms} false alarms of {rates['runs']} runs")
    return found


def main() -> int:
    arguments = parse()
    try:
        with ThreadPoolExecutor(2) as pool:
            runs = list(pool.map(lambda number: run_once(arguments, number), range(arguments.runs)))
    except RunFailed as failure:
        sys.exit(str(failure))
    rates = summary(runs, arguments.slowdown)
    print(json.dumps(rates, indent=1))
    if arguments.output:
        settings = {name: getattr(arguments, name) for name in ("runs", "noise", "between", "slowdown", "seed", "flags")}
        write_whole(arguments.output, {"settings": settings, "summary": rates, "runs": runs})
    wrong = faults(rates, arguments.slowdown)
    print("\n".join(wrong), file=sys.stderr)
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
