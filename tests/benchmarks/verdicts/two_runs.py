#!/usr/bin/env python3
"""How often two runs of one program, one right after the other, are called different, and whether the yardstick tells why.

    two_runs.py -o FILE [--pairs 25] [--max-time 20s] [--busy] MODEL...

Each MODEL is one word of the shell with the model and the flags that only it needs:

    build/venv/bin/python tests/benchmarks/make_layers.py build/layers.pt
    two_runs.py -o results/two-runs.json "build/layers.pt --input f32[batch,512] --batch 32 --threads 1"

Each pair is two `gravbench run`, judged by `gravbench compare` and, on the same samples, by the peers' rules. FILE holds of each
run its launches' medians and the yardstick's readings, a geometric mean for each launch. A finished pair is in FILE at once; the
same command goes on, also with more --pairs.

The second table asks whether the yardstick explains what differs: the deviation of log(new/base) of the pairs as they are, and
of what is left of each after a regression of the other pairs on the same ratios of the yardstick (leave one out). An adjustment is
worth something only where that is smaller.
"""

from __future__ import annotations

import argparse
import json
import math
import platform
import random
import shlex
import subprocess
import sys
import tempfile
from pathlib import Path
from statistics import geometric_mean, median
from typing import Any

import numpy as np
from peers import RULES, verdicts
from verdict_run import ALARMS, JUDGED_CODES, RunFailed, busy_core, program, samples_of, write_whole

Pair = dict[str, Any]
KEPT = ("models", "max_time", "tolerance", "busy")
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
    parser.add_argument("--busy", action="store_true", help="with another process that keeps one core busy")
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


def measure(arguments: argparse.Namespace, model: str) -> tuple[Pair, dict[str, Any]]:
    with tempfile.TemporaryDirectory() as name, busy_core(arguments.busy):
        files = [Path(name) / "base.json", Path(name) / "new.json"]
        documents = [run(model, file, arguments.max_time) for file in files]
        command = [program("gravbench"), "compare", *map(str, files), "--tolerance", arguments.tolerance, "--format", "json"]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        if done.returncode not in JUDGED_CODES:
            raise RunFailed(f"exit code {done.returncode} of {shlex.join(command)}\n{done.stderr[-2000:]}")
    (judged,) = json.loads(done.stdout)["cells"]
    pair = {
        "model": model,
        "ratio": judged["ratio"],
        "ratio_ci95": judged["ratio_ci95"],
        "verdicts": {"gravbench": judged["verdict"], **verdicts(*(samples_of(document["cells"][0]) for document in documents))},
        "runs": [of_run(document) for document in documents],
    }
    return pair, documents[0]["machines"][0]


def alarms(pairs: list[Pair]) -> str:
    lines = [f"{'rule':72} {'alarms':>12} {'inconclusive':>13}"]
    titles = {"gravbench": "gravbench compare", **{name: title for name, (title, _) in RULES.items()}}
    for rule, title in titles.items():
        said = [pair["verdicts"][rule] for pair in pairs]
        count = sum(said.count(verdict) for verdict in ALARMS)
        lines.append(f"  {title:70} {count:>5} of {len(said):3} {said.count('inconclusive'):>13}")
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
    settings = {name: getattr(arguments, name) for name in KEPT}
    document: dict[str, Any] = {"settings": settings, "machine": None, "host": platform.machine(), "pairs": []}
    if arguments.output.exists():
        document = json.loads(arguments.output.read_text(encoding="utf-8"))
        if document["settings"] != settings:
            sys.exit(f"{arguments.output} is of other settings: {json.dumps(document['settings'])}")
    have = [pair["model"] for pair in document["pairs"]]
    wanted = [model for model in arguments.models for _ in range(arguments.pairs - have.count(model))]
    random.Random(len(have)).shuffle(wanted)
    for model in wanted:
        try:
            pair, document["machine"] = measure(arguments, model)
        except (RunFailed, KeyboardInterrupt) as failure:
            sys.exit(f"{failure}\nWhat was measured is in {arguments.output}; the same command goes on.".lstrip())
        document["pairs"].append(pair)
        write_whole(arguments.output, document)
        said = ", ".join(f"{rule} {verdict}" for rule, verdict in pair["verdicts"].items())
        ratio = "no ratio" if pair["ratio"] is None else f"{pair['ratio']:.3f}"
        print(f"{len(document['pairs'])} of {len(have) + len(wanted)}: {ratio}, {said}", file=sys.stderr, flush=True)
    print(alarms(document["pairs"]))
    print(explained(document["pairs"]))


if __name__ == "__main__":
    main()
