#!/usr/bin/env python3
"""What two runs find of a real slowdown, and whether the command that a verdict names settles what they leave open.

    power.py -o FILE [--pairs 8] [--slowed 0.05,0.1,0.2] [--max-time 20s] [--tolerance 3%] MODEL...

Each MODEL is one word of the shell with the model and the flags that only it needs, as for two_runs.py. Each pair is two
`gravbench run`, of an engine and of the same one that is slower by that share, judged by `gravbench compare`: without
earlier runs, and with the other runs of the folder FILE.documents as --history. Where the first is inconclusive, the command
that it names is run, and its verdict kept. A finished pair is in FILE at once; the same command goes on, also with more --pairs.
"""

from __future__ import annotations

import argparse
import json
import shlex
import subprocess
import time
from pathlib import Path
from statistics import median
from typing import Any

from two_runs import compared, files_of, run
from verdict_run import JUDGED_CODES, RunFailed, begun, measure_missing, program, write_engine, write_whole

Pair = dict[str, Any]
KEPT = ("models", "slowed", "max_time", "tolerance")
VERDICTS = ("slower", "same", "faster", "inconclusive")


def parse() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("models", nargs="+", metavar="MODEL", help="a model with its own flags, quoted as one word")
    parser.add_argument("-o", "--output", type=Path, required=True, metavar="FILE")
    parser.add_argument("--pairs", type=int, default=8, help="of each model and slowdown [8]")
    parser.add_argument("--slowed", default="0.05,0.1,0.2", metavar="SHARE,...", help="how much slower [0.05,0.1,0.2]")
    parser.add_argument("--max-time", default="20s", help="for each run [20s]")
    parser.add_argument("--tolerance", default="3%", help="of compare's verdicts [3%%]")
    return parser.parse_args()


def engine(folder: Path, share: float) -> Path:
    """All of one name, as two versions of one engine have."""
    place = folder / f"slowed-{share:g}"
    place.mkdir(exist_ok=True)
    return write_engine(place / "engine.json", [program("gravbench-torch-slowed"), "--slow-down", f"{share:g}"])


def settle(command: list[str], folder: Path) -> dict[str, Any]:
    """Runs what the verdict names, and nothing else, but for where its results go."""
    output, comparison = folder / "settled.json", folder / "settled-comparison.json"
    for left_over in (output, comparison, folder / "settled.json.journal"):
        left_over.unlink(missing_ok=True)
    words = [program("gravbench"), *command[1:], "-q", "-o", str(output), "--comparison", str(comparison)]
    start = time.monotonic()
    done = subprocess.run(words, stdin=subprocess.DEVNULL, capture_output=True, text=True, errors="replace", check=False)
    if done.returncode not in JUDGED_CODES or not comparison.exists():
        raise RunFailed(f"exit code {done.returncode} of {shlex.join(words)}\n{done.stderr[-2000:]}")
    cell = json.loads(comparison.read_text(encoding="utf-8"))["cells"][0]
    return {
        "verdict": cell["verdict"],
        "ratio": cell["ratio"],
        "ratio_ci95": cell["ratio_ci95"],
        "seconds": round(time.monotonic() - start, 1),
    }


def measure(arguments: argparse.Namespace, model: str, share: float, files: list[Path]) -> tuple[Pair, dict[str, Any]]:
    folder = files[0].parent
    engines = [engine(folder.parent, 0), engine(folder.parent, share)]
    documents = [
        run(f"{model} --engine {shlex.quote(str(path))}", file, arguments.max_time) for path, file in zip(engines, files, strict=True)
    ]
    judged = compared(files, arguments.tolerance)
    cell = judged["cells"][0]
    pair = {
        "model": model,
        "slowed": share,
        "ratio": cell["ratio"],
        "ratio_ci95": cell["ratio_ci95"],
        "verdicts": {"assumed": cell["verdict"]},
        "p50": [document["cells"][0]["latency_ms"]["p50"] for document in documents],
        "named_seconds": judged["settling_seconds"],
        "settled": settle(judged["settling_command"], folder.parent) if judged["settling_command"] else None,
    }
    return pair, documents[0]["machines"][0]


def judge_by_history(pairs: list[Pair], folder: Path, tolerance: str) -> None:
    for number, pair in enumerate(pairs):
        files = files_of(folder, number)
        if all(file.exists() for file in files):
            pair["verdicts"]["history"] = compared(files, tolerance, "--history", str(folder))["cells"][0]["verdict"]


def line(title: str, verdicts: list[str]) -> str:
    return f"  {title:50}" + "".join(f"{verdicts.count(verdict):>13}" for verdict in VERDICTS)


def table(pairs: list[Pair], shares: list[float]) -> str:
    lines = [f"{'slower by':52}" + "".join(f"{verdict:>13}" for verdict in VERDICTS)]
    for share in shares:
        chosen = [pair for pair in pairs if pair["slowed"] == share]
        open_ones = [pair for pair in chosen if pair["verdicts"]["assumed"] == "inconclusive"]
        settled = [pair["settled"] for pair in open_ones if pair["settled"]]
        lines.append(f"{100 * share:g}%, {len(chosen)} pairs")
        lines.append(line("two runs, spread between runs assumed", [pair["verdicts"]["assumed"] for pair in chosen]))
        lines.append(line("with the other runs as history", [pair["verdicts"].get("history", "") for pair in chosen]))
        lines.append(line("inconclusive ones, by the command that is named", [one["verdict"] for one in settled]))
        if settled:
            took = median(one["seconds"] for one in settled)
            lines.append(f"  {len(open_ones) - len(settled)} without a command; {took:.0f} s in the middle")
    return "\n".join(lines)


def main() -> None:
    arguments = parse()
    document = begun(arguments.output, {name: getattr(arguments, name) for name in KEPT}, "pairs")
    folder = arguments.output.with_name(arguments.output.name + ".documents") / "runs"
    folder.mkdir(parents=True, exist_ok=True)
    shares = [float(share) for share in arguments.slowed.split(",")]
    kinds = [(model, share) for model in arguments.models for share in shares]
    measure_missing(
        document,
        arguments.output,
        kinds,
        arguments.pairs,
        lambda pair: (pair["model"], pair["slowed"]),
        lambda kind, number: measure(arguments, *kind, files_of(folder, number)),
    )
    pairs = document["pairs"]
    judge_by_history(pairs, folder, arguments.tolerance)
    write_whole(arguments.output, document)
    print(table(pairs, shares))


if __name__ == "__main__":
    main()
