#!/usr/bin/env python3
"""What it brings that the engines of one round run on the same CPUs: how far launches of one engine, in pairs, lie apart.

    placement.py -o FILE [--runs 5] [--launches 8] [--busy] MODEL...

Each MODEL is one word of the shell with the model and the flags that only it needs, as for real.py. Each run is of an engine
against itself, with --placement same or free, in random order; its figure is the deviation of log(new/base) of its pairs of
launches. A finished run is in FILE at once; the same command goes on, also with more --runs.
"""

from __future__ import annotations

import argparse
import json
import math
import shlex
import tempfile
from pathlib import Path
from statistics import mean, median, stdev, variance
from typing import Any

from scipy.stats import f
from verdict_run import begun, busy_core, judge, measure_missing, program, write_engine

KEPT = ("models", "launches", "busy")
PLACEMENTS = ("same", "free")


def parse() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("models", nargs="+", metavar="MODEL", help="a model with its own flags, quoted as one word")
    parser.add_argument("-o", "--output", type=Path, required=True, metavar="FILE")
    parser.add_argument("--runs", type=int, default=5, help="of each model and placement [5]")
    parser.add_argument("--launches", type=int, default=8, help="of each run and side [8]")
    parser.add_argument("--busy", action="store_true", help="with another process that keeps one core busy")
    return parser.parse_args()


def measure(arguments: argparse.Namespace, model: str, placement: str) -> tuple[dict[str, Any], dict[str, Any]]:
    with tempfile.TemporaryDirectory() as name, busy_core(arguments.busy):
        command = [program("gravbench-torch")]
        base, new = (write_engine(Path(name) / f"{side}.json", command) for side in ("base", "new"))
        flags = ("--launches", str(arguments.launches), "--placement", placement)
        judged = judge(shlex.split(model), base, new, Path(name), *flags)
    p50s = [[median([sample for block in launch for sample in block]) / 1e6 for launch in side] for side in judged.samples()]
    run = {
        "model": model,
        "placement": placement,
        "ratio": judged.cell["ratio"],
        "verdicts": {"gravbench": judged.cell["verdict"]},
        "p50_ms": p50s,
    }
    return run, judged.document["machines"][0]


def logs(run: dict[str, Any]) -> list[float]:
    return [math.log(new / base) for base, new in zip(*run["p50_ms"], strict=True)]


def table(runs: list[dict[str, Any]], models: list[str]) -> str:
    lines = [f"{'deviation of log(new/base), pairs of launches':62} {'same':>16} {'free':>16} {'of the variance':>24}"]
    for model in models:
        of = {place: [logs(run) for run in runs if (run["model"], run["placement"]) == (model, place)] for place in PLACEMENTS}
        pooled = {place: mean(variance(pairs) for pairs in of[place]) for place in PLACEMENTS}
        freedom = [sum(len(pairs) - 1 for pairs in of[place]) for place in PLACEMENTS]
        ratio = pooled["same"] / pooled["free"]
        low, high = (ratio / f.ppf(share, *freedom) for share in (0.975, 0.025))
        cells = [
            f"{100 * math.sqrt(pooled[place]):.2f}% (median {100 * median(stdev(pairs) for pairs in of[place]):.2f})"
            for place in PLACEMENTS
        ]
        lines.append(f"{model[:62]:62} {cells[0]:>16} {cells[1]:>16} {f'{ratio:.2f} [{low:.2f}, {high:.2f}]':>24}")
    return "\n".join(lines)


def main() -> None:
    arguments = parse()
    document = begun(arguments.output, {name: getattr(arguments, name) for name in KEPT}, "pairs")
    measure_missing(
        document,
        arguments.output,
        [(model, place) for model in arguments.models for place in PLACEMENTS],
        arguments.runs,
        lambda run: (run["model"], run["placement"]),
        lambda kind, _: measure(arguments, *kind),
    )
    print(table(json.loads(arguments.output.read_text(encoding="utf-8"))["pairs"], arguments.models))


if __name__ == "__main__":
    main()
