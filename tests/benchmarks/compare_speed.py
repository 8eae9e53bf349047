"""How long `gravbench compare` takes, and how much memory, for documents of many cells.

    python3 tests/benchmarks/compare_speed.py GRAVBENCH [--cells 2500,5000,10000] [--most-seconds 1.5]

Measures one cell of the fake engine with 5 launches of 2 blocks (the default) of 50 samples, so that documents have the form and
everything beside the samples that a run writes. Makes two documents of as many cells as asked for, each with samples of its own,
and compares them in rounds. Exit code 1 where time does not grow linearly, or memory passes 350 MiB for 10,000 cells. A time is
only held to if asked for, since a busy machine takes longer.
"""

from __future__ import annotations

import argparse
import json
import multiprocessing
import os
import random
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

ROUNDS = 3
# 350 MiB for 10,000 cells, of which the program takes some beside its cells.
FIXED_BYTES = 32 << 20
MOST_BYTES_A_CELL = ((350 << 20) - FIXED_BYTES) / 10_000
# Twice the cells take twice the time: caches and the allocator may cost something more, a quadratic part would cost four times.
MOST_GROWTH = 2.6
MODEL = "speedmodel"


def measured_document(program: Path, folder: Path) -> dict[str, Any]:
    """The document of one cell, as a run writes it."""
    os.environ["GRAVBENCH_BINARIES"] = str(program.parent)
    sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
    from front import Front  # It reads the variable.

    front = Front(folder)
    noise = {"noise": {"seed": 1, "median_ns": 10_000_000, "between_launches": 0.03, "within": 0.02}}
    size = ("--launches", "5", "--blocks", "2", "--iterations", "50")
    outcome = front.run(noise, *size, "--fpmath", "bf16", models=[front.model(f"{MODEL}.pt")])
    if outcome.document is None or outcome.code not in (0, 4):
        raise SystemExit(f"gravbench run ended with {outcome.code}: {outcome.stderr}")
    (cell,) = outcome.document["cells"]
    blocks = [block for launch in cell["launches"] for block in launch["blocks"]]
    if len(blocks) != 10 or any(len(block["samples_ns"]) != 50 for block in blocks):
        raise SystemExit("the fake engine's document has not 5 launches of 2 blocks (the default) of 50 samples")
    return outcome.document


def cell_text(template: str, number: int, generator: random.Random, speed: float) -> str:
    """The cell as that of another model, with samples of its own."""
    cell = json.loads(template.replace(MODEL, f"net{number}"))
    for launch in cell["launches"]:
        own = speed * generator.lognormvariate(0, 0.03)
        for block in launch["blocks"]:
            block["samples_ns"] = [int(10_000_000 * own * generator.lognormvariate(0, 0.02)) for _ in range(50)]
            block["wall_ns"] = sum(block["samples_ns"])
    return json.dumps(cell)


def write_document(path: Path, document: dict[str, Any], cells: int, seed: int, speed: float) -> None:
    generator = random.Random(seed)
    template = json.dumps(document["cells"][0])
    run = {**document["run"], "id": f"run-{seed}"}
    around = json.dumps({**document, "run": run, "cells": ["HERE"]})
    before, after = around.split('"HERE"')
    with path.open("w", encoding="utf-8") as file:
        file.write(before)
        for number in range(cells):
            file.write(("," if number else "") + cell_text(template, number, generator, speed))
        file.write(after)


def measure(program: str, base: Path, new: Path) -> tuple[float, int]:
    """Seconds, and the peak of the process's memory in bytes."""
    start = time.monotonic()
    process = subprocess.Popen([program, "compare", str(base), str(new)], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    _, status, usage = os.wait4(process.pid, 0)
    if os.waitstatus_to_exitcode(status) not in (0, 1, 4):
        raise SystemExit(f"compare ended with {os.waitstatus_to_exitcode(status)}")
    return time.monotonic() - start, usage.ru_maxrss * 1024


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("program", help="the gravbench to measure")
    parser.add_argument("--cells", default="2500,5000,10000", help="numbers of cells, each twice the one before")
    parser.add_argument("--most-seconds", type=float, default=float("inf"), help="that the largest may take, at its best")
    arguments = parser.parse_args()
    sizes = [int(text) for text in arguments.cells.split(",")]
    times: dict[int, list[float]] = {size: [] for size in sizes}
    peaks: dict[int, int] = dict.fromkeys(sizes, 0)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        document = measured_document(Path(arguments.program).resolve(), folder)
        for size in sizes:
            for side, seed, speed in (("base", 1, 1.0), ("new", 2, 1.02)):
                # In a process of its own: a child's peak of memory begins at what its parent had.
                writer = multiprocessing.Process(target=write_document, args=(folder / f"{side}-{size}.json", document, size, seed, speed))
                writer.start()
                writer.join()
        for _ in range(ROUNDS):
            for size in sizes:
                seconds, peak = measure(arguments.program, folder / f"base-{size}.json", folder / f"new-{size}.json")
                times[size].append(seconds)
                peaks[size] = max(peaks[size], peak)
        print("cells  samples  file MB  seconds (best, worst)  peak MiB")
        for size in sizes:
            megabytes = (folder / f"base-{size}.json").stat().st_size / 1e6
            seconds = f"{min(times[size]):.2f} .. {max(times[size]):.2f}"
            print(f"{size:5}  {size * 500:7}  {megabytes:7.1f}  {seconds:21}  {peaks[size] >> 20:8}")
    growth = [min(times[b]) / min(times[a]) for a, b in zip(sizes, sizes[1:], strict=False)]
    print("growth for twice the cells: " + ", ".join(f"{one:.2f}" for one in growth))
    is_linear = max(growth, default=0) <= MOST_GROWTH
    is_small = all(peak <= size * MOST_BYTES_A_CELL + FIXED_BYTES for size, peak in peaks.items())
    is_fast = min(times[sizes[-1]]) <= arguments.most_seconds
    return 0 if is_linear and is_small and is_fast else 1


if __name__ == "__main__":
    sys.exit(main())
