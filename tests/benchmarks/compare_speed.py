"""How long `gravbench compare` takes, and how much memory, for documents of many cells.

    python3 tests/benchmarks/compare_speed.py GRAVBENCH [--cells 2500,5000,10000]

Writes two documents for each number of cells, of 5 launches with 5 blocks of 20 samples a cell, with everything beside the samples
that a run writes, and compares them in rounds. Exit code 1 where time does not grow linearly, or 10,000 cells take more than 1 GiB.
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
MOST_BYTES = 1 << 30
# Twice the cells take twice the time: caches and the allocator may cost something more, a quadratic part would cost four times.
MOST_GROWTH = 2.6


def cell(number: int, generator: random.Random, speed: float) -> dict[str, Any]:
    launches: list[list[list[int]]] = []
    for _ in range(5):
        own = speed * generator.lognormvariate(0, 0.03)
        launches.append([[int(10_000_000 * own * generator.lognormvariate(0, 0.02)) for _ in range(20)] for _ in range(5)])
    disturbance = {"seconds": 0.5, "stolen_share": 0.0, "competing_cpus": 0.05, "waiting_share": 0.01, "involuntary_switches": 11,
                   "major_faults": 0, "swapped_pages": 0, "throttled_ns": 0, "reasons": []}  # fmt: skip
    return {
        "key": f"net{number}:batch=1,fpmath=bf16",
        "model": {"name": f"net{number}", "sha256": "a" * 64, "source": None, "weights": {"kind": "random"}},
        "engine": {"name": "torch", "version": "2.13.0", "libraries": {"onednn": "3.12.0"}, "arch": "x86_64", "cpu": "CPU", "isa": "AVX"},
        "settings": {"requested": {"batch": 1, "threads": "cores", "fpmath": "bf16", "dtype": "fp32"}, "effective": {"threads": 2}},
        "latency_ms": {"p50": 10.0, "p50_ci95": [9.8, 10.2], "p90": 11.0, "p99": None, "mean": 10.1},
        "throughput_per_s": {"value": 100.0, "ci95": [98.0, 102.0]},
        "accuracy": {"cosine_similarity": 0.99999},
        "launches": [
            {"number": i, "seconds": 3.0, "load_ms": 100.0, "first_inference_ms": 50.0, "second_inference_ms": 20.0,
             "peak_rss_bytes": 1 << 28, "warmup_inferences": 7, "is_steady": True,
             "is_unusual": False, "inputs_digest": "0123456789abcdef", "disturbed_blocks": [],
             "disturbances": [disturbance] * 5}
            for i in range(5)
        ],
        "samples": {"launches": launches, "wall_ns": [[sum(block) for block in launch] for launch in launches],
                    "rounds": [[5 * i + j for j in range(5)] for i in range(5)]},
        "problems": [],
        "valid": True,
    }  # fmt: skip


def write_document(path: Path, cells: int, seed: int, speed: float) -> None:
    generator = random.Random(seed)
    document = {
        "schema": "gravbench.results/1",
        "run": {"id": f"run-{seed}", "status": "complete", "tool": {"version": "0.1.0", "commit": "abc"}, "seed": 1},
        "machine": {"instance_type": "c7g.xlarge", "cpu": "Neoverse V1", "vcpus": 4, "usable_cpus": 4, "physical_cores": 4},
        "cells": [cell(number, generator, speed) for number in range(cells)],
    }
    path.write_text(json.dumps(document), encoding="utf-8")


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
    arguments = parser.parse_args()
    sizes = [int(text) for text in arguments.cells.split(",")]
    times: dict[int, list[float]] = {size: [] for size in sizes}
    peaks: dict[int, int] = dict.fromkeys(sizes, 0)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        for size in sizes:
            for side, seed, speed in (("base", 1, 1.0), ("new", 2, 1.02)):
                # In a process of its own: a child's peak of memory begins at what its parent had.
                writer = multiprocessing.Process(target=write_document, args=(folder / f"{side}-{size}.json", size, seed, speed))
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
    return 0 if max(growth) <= MOST_GROWTH and max(peaks.values()) <= MOST_BYTES else 1


if __name__ == "__main__":
    sys.exit(main())
