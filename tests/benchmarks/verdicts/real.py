#!/usr/bin/env python3
"""How often verdicts are wrong on this machine: comparisons of an engine with itself, and with one that is slower by 5%.

    real.py -o FILE [--same 40] [--slowed 20] [--share 0.05] [--busy] MODEL...

Each MODEL is one word of the shell with the model and the flags that only it needs:

    real.py -o results/verdicts.json "distilbert-sst2 --seq 32" "build/small.pt --input f32[1,128]"

Each model gets that many comparisons, all in random order, each one `gravbench run MODEL --versus-engine ...` of at most
--max-time. Its samples are then judged by the peers' rules too. Each finished comparison is in FILE at once, and its raw
samples in FILE's folder of samples; the same command goes on where an earlier one was interrupted, also with larger
--same and --slowed. FILE itself is small.
"""

from __future__ import annotations

import argparse
import gzip
import json
import random
import shlex
import sys
import tempfile
from pathlib import Path
from statistics import median
from typing import Any

from peers import RULES, verdicts
from verdict_run import ALARMS, Judged, RunFailed, begun, busy_core, judge, program, write_engine, write_whole

Comparison = dict[str, Any]
# The settings that must be those of the earlier run for its comparisons to count.
KEPT = ("models", "share", "max_time", "tolerance", "precision", "busy", "seed")
KINDS = ("same", "slowed")
MOST = 1000  # of one model and kind, so that each comparison has a number of its own


def parse() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("models", nargs="+", metavar="MODEL", help="a model with its own flags, quoted as one word")
    parser.add_argument("-o", "--output", type=Path, required=True, metavar="FILE")
    parser.add_argument("--same", type=int, default=40, help="comparisons without a difference, of each model [40]")
    parser.add_argument("--slowed", type=int, default=20, help="comparisons with a slowdown, of each model [20]")
    parser.add_argument("--share", type=float, default=0.05, help="how much slower [0.05]")
    parser.add_argument("--max-time", default="90s", help="for each comparison [90s]")
    parser.add_argument("--tolerance", default="2.5%", help="of gravbench's verdicts: half of the slowdown [2.5%%]")
    parser.add_argument("--precision", default="default", help="half of the ratio's interval at which gravbench stops [as it does]")
    parser.add_argument("--busy", action="store_true", help="with another process that keeps one core busy")
    parser.add_argument("--seed", type=int, default=1, help="of the order, and of each comparison [1]")
    return parser.parse_args()


def planned(arguments: argparse.Namespace) -> list[Comparison]:
    comparisons = [
        {"model": model, "kind": kind, "number": number}
        for model in arguments.models
        for kind, count in zip(KINDS, (arguments.same, arguments.slowed), strict=True)
        for number in range(count)
    ]
    random.Random(arguments.seed).shuffle(comparisons)
    return comparisons


def identity(comparison: Comparison) -> tuple[str, str, int]:
    return comparison["model"], comparison["kind"], comparison["number"]


def index_of(comparison: Comparison, models: list[str]) -> int:
    """The same however many comparisons there are, so that a proof can be made longer."""
    return (models.index(comparison["model"]) * len(KINDS) + KINDS.index(comparison["kind"])) * MOST + comparison["number"]


def measure(arguments: argparse.Namespace, comparison: Comparison, index: int) -> tuple[Comparison, Judged]:
    share = arguments.share if comparison["kind"] == "slowed" else 0
    with tempfile.TemporaryDirectory() as name, busy_core(arguments.busy):
        folder = Path(name)
        engine = program("gravbench-torch-slowed")
        base = write_engine(folder / "base.json", [engine, "--slow-down", "0"])
        new = write_engine(folder / "new.json", [engine, "--slow-down", str(share)])
        flags = ["--max-time", arguments.max_time, "--tolerance", arguments.tolerance]
        flags += [] if arguments.precision == "default" else ["--precision", arguments.precision]
        judged = judge(shlex.split(comparison["model"]), base, new, folder, *flags, seed=arguments.seed * 10 * MOST + index)
    cell = judged.cell
    result = {
        **comparison,
        "exit_code": judged.exit_code,
        "seconds": round(judged.seconds, 1),
        "launches": cell["base_launches"],
        "ratio": cell["ratio"],
        "ratio_ci95": cell["ratio_ci95"],
        "p_value": cell["p_value"],
        "is_paired": cell["is_paired"],
        "reason": cell["reason"],
        "verdicts": {"gravbench": cell["verdict"], **verdicts(*judged.samples())},
    }
    return result, judged


def keep_samples(output: Path, comparison: Comparison, index: int, judged: Judged) -> None:
    folder = output.with_name(output.name + ".samples")
    folder.mkdir(exist_ok=True)
    base, new = judged.samples()
    kept = {"model": comparison["model"], "kind": comparison["kind"], "number": comparison["number"], "base": base, "new": new}
    with gzip.open(folder / f"{index:04d}.json.gz", "wt", encoding="utf-8") as file:
        json.dump(kept, file, separators=(",", ":"))


def summary(comparisons: list[Comparison]) -> list[dict[str, Any]]:
    rows = []
    for model in [*sorted({one["model"] for one in comparisons}), None]:
        chosen = [one for one in comparisons if model in (None, one["model"])]
        for rule in ("gravbench", *RULES):
            same = [one["verdicts"][rule] for one in chosen if one["kind"] == "same"]
            slowed = [one["verdicts"][rule] for one in chosen if one["kind"] == "slowed"]
            rows.append(
                {
                    "model": model,
                    "rule": rule,
                    "same": {verdict: same.count(verdict) for verdict in sorted(set(same))},
                    "slowed": {verdict: slowed.count(verdict) for verdict in sorted(set(slowed))},
                    "median_seconds": median(one["seconds"] for one in chosen),
                }
            )
    return rows


def table(rows: list[dict[str, Any]]) -> str:
    titles = {"gravbench": "gravbench run --versus-engine", **{name: title for name, (title, _) in RULES.items()}}
    lines = [f"{'rule':72} {'false alarms':>16} {'found':>12} {'inconclusive':>13} {'median s':>9}"]
    model = ""
    for row in rows:
        if row["model"] != model:
            model = row["model"]
            lines.append(model or "all models")
        same, slowed = row["same"], row["slowed"]
        alarms = sum(same.get(verdict, 0) for verdict in ALARMS)
        unknown = same.get("inconclusive", 0) + slowed.get("inconclusive", 0)
        lines.append(
            f"  {titles[row['rule']]:70} {alarms:>9} of {sum(same.values()):3} {slowed.get('slower', 0):>5} of {sum(slowed.values()):3}"
            f" {unknown:>13} {row['median_seconds']:>9.1f}"
        )
    return "\n".join(lines)


def main() -> None:
    arguments = parse()
    document = begun(arguments.output, {name: getattr(arguments, name) for name in KEPT}, "comparisons")
    done = {identity(one) for one in document["comparisons"]}
    comparisons = planned(arguments)
    for comparison in comparisons:
        if identity(comparison) in done:
            continue
        index = index_of(comparison, arguments.models)
        try:
            result, judged = measure(arguments, comparison, index)
        except (RunFailed, KeyboardInterrupt) as failure:
            sys.exit(f"{failure}\nWhat was measured is in {arguments.output}; the same command goes on.".lstrip())
        keep_samples(arguments.output, comparison, index, judged)
        document["machine"] = judged.document["machines"][0]
        document["comparisons"].append(result)
        document["summary"] = summary(document["comparisons"])
        write_whole(arguments.output, document)
        said = ", ".join(f"{rule} {verdict}" for rule, verdict in result["verdicts"].items())
        ratio = "no ratio" if result["ratio"] is None else f"{result['ratio']:.3f}"
        print(f"{len(document['comparisons'])}/{len(comparisons)} {comparison['kind']}: {ratio}, {said}", file=sys.stderr, flush=True)
    print(table(document["summary"]))


if __name__ == "__main__":
    main()
