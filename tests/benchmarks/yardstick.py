#!/usr/bin/env python3
"""Whether the yardstick measures what it says, what it costs, and whether it disturbs what it stands beside.

    tests/benchmarks/yardstick.py machine [--threads N] [--flop-per-cycle N] [--count N]
    tests/benchmarks/yardstick.py disturbance RESULTS
    tests/benchmarks/yardstick.py slow RESULTS...

machine      Readings, with f32's rate over threads x clock x flop a cycle (32: two 256-bit units that multiply and add, as on Zen 2
             to 4 and Haswell; 64: two 512-bit units; on Arm four times the lanes of NEON's units), and with one thread memory's rate
             beside `mbw` (Debian's package of that name), where it is installed.
disturbance  Of a document of `gravbench run MODEL --launches 300 --blocks 16 --duration 100ms`: --yardstick auto reads only after some of
             these blocks. Compares blocks that follow a reading with those that do not, each launch's speed and that of each
             place in a launch taken off, and says what readings cost. The first block of a launch is in neither.
slow         Of documents of `gravbench run MODEL --yardstick on`, the first cell of each: whether a block is slow where the reading
             after it is. Both are held against their middle in the run.
"""

from __future__ import annotations

import argparse
import json
import math
import os
import re
import shutil
import statistics
import subprocess
import sys
from pathlib import Path

import numpy as np

ROOT = Path(__file__).resolve().parents[2]
BINARIES = Path(os.environ.get("GRAVBENCH_BINARIES", ROOT / "build" / "release" / "bin"))
# Student's for 300 launches and the normal distribution's agree to a hundredth.
LIMIT_95 = 1.97
RATES = ("f32_gflops", "bf16_gflops", "clock_ghz", "l2_gb_per_s", "llc_gb_per_s", "memory_gb_per_s", "load_ns")
LEAST_BLOCKS = 4  # of a run, or it has no middle
LATE = 0.05


def readings_of(threads: int, count: int) -> list[dict[str, float]]:
    command = [str(BINARIES / "gravbench-yardstick"), "--threads", str(threads), "--count", str(count)]
    lines = subprocess.run(command, check=True, capture_output=True, text=True).stdout.splitlines()
    print("loops:", lines[0])
    return [json.loads(line) for line in lines[1:]]


def mbw_gb_per_s() -> float | None:
    """Bytes that mbw's memcpy reads and writes, 10^9 a second; it counts each array once, in MiB."""
    if shutil.which("mbw") is None:
        return None
    text = subprocess.run(["mbw", "-n", "10", "-t0", "256"], check=True, capture_output=True, text=True).stdout
    found = re.search(r"^AVG.*Copy: ([0-9.]+) MiB/s", text, re.MULTILINE)
    return 2 * float(found[1]) * 2**20 / 1e9 if found else None


def machine(threads: int, flop_per_cycle: float, count: int) -> None:
    readings = readings_of(threads, count)
    for rate in (*RATES, "took_ns"):
        values = sorted(reading[rate] for reading in readings)
        print(f"{rate:16} {statistics.median(values):14.5g}  {values[0]:.5g} to {values[-1]:.5g}")
    shares = [reading["f32_gflops"] / (threads * reading["clock_ghz"] * flop_per_cycle) for reading in readings]
    print(f"f32 over {threads} x clock x {flop_per_cycle:g}: {statistics.median(shares):.4f}, {min(shares):.4f} to {max(shares):.4f}")
    if threads == 1 and (mbw := mbw_gb_per_s()) is not None:
        memory = statistics.median(reading["memory_gb_per_s"] for reading in readings)
        print(f"memory: triad {memory:.4g} GB/s, mbw's memcpy {mbw:.4g} GB/s (read and written)")


def without_means(values: np.ndarray, *groups: np.ndarray) -> np.ndarray:
    """What is left of the values once each group's mean is taken off, of all groupings at once."""
    rest = values.astype(float)
    for _ in range(50):
        for group in groups:
            rest = rest - (np.bincount(group, rest) / np.maximum(np.bincount(group), 1))[group]
    return rest


def disturbance(path: Path) -> None:
    document = json.loads(path.read_text(encoding="utf-8"))
    launches = [launch for cell in document["cells"] for launch in cell["launches"]]
    rows = [
        (number, place, "yardstick" in before, math.log(statistics.median(block["samples_ns"])))
        for number, launch in enumerate(launches)
        for place, (before, block) in enumerate(zip(launch["blocks"], launch["blocks"][1:], strict=False))
    ]
    if len({follows for _, _, follows, _ in rows}) < 2:
        sys.exit(f"{path}: all blocks follow a reading, or none does")
    launch, place = (np.array([row[i] for row in rows]) for i in (0, 1))
    # A launch's first blocks are slower, and have more readings: the share of time that is free is then at its largest.
    follows, speed = (without_means(np.array([row[i] for row in rows]), launch, place) for i in (2, 3))
    effect = follows @ speed / (follows @ follows)
    # Blocks of one launch are not independent.
    of_launches = np.bincount(launch, follows * (speed - follows * effect))
    reach = LIMIT_95 * math.sqrt(of_launches @ of_launches) / (follows @ follows)
    low, high = 100 * (effect - reach), 100 * (effect + reach)
    print(f"blocks after a reading: {100 * effect:+.2f}% [{low:+.2f}%, {high:+.2f}%], {len(launches)} launches")
    took = [block["yardstick"]["took_ns"] for launch in launches for block in launch["blocks"] if "yardstick" in block]
    busy = sum(launch["busy_ns"] for launch in launches)
    middle_ms = statistics.median(took) / 1e6
    print(f"{len(took)} readings, {middle_ms:.1f} ms in the middle, {100 * sum(took) / busy:.2f}% of the launches' time")


def rows_of(path: Path) -> list[tuple[float, dict[str, float]]]:
    """Of each block with a reading: the logarithm of its p50 over the middle one, and of each rate, such that below 0 is slow."""
    cell = json.loads(path.read_text(encoding="utf-8"))["cells"][0]
    blocks = [block for launch in cell["launches"] for block in launch["blocks"] if "yardstick" in block]
    if len(blocks) < LEAST_BLOCKS:
        return []
    latencies = np.log([statistics.median(block["samples_ns"]) for block in blocks])
    latencies -= np.median(latencies)
    rates = {}
    for rate in RATES:
        readings = np.array([block["yardstick"][rate] for block in blocks], dtype=float)
        if readings.all():
            logarithms = np.log(readings) - np.median(np.log(readings))
            rates[rate] = -logarithms if rate == "load_ns" else logarithms
    return [(latencies[i], {rate: values[i] for rate, values in rates.items()}) for i in range(len(blocks))]


def slow(paths: list[Path]) -> None:
    rows = [row for path in paths for row in rows_of(path)]
    if not rows:
        sys.exit(f"no document has a cell with {LEAST_BLOCKS} readings of the yardstick")
    late = np.mean([latency > LATE for latency, _ in rows])
    print(f"{len(rows)} blocks, {100 * late:.0f}% of them slower than the run's middle one by more than {100 * LATE:.0f}%")
    for rate in RATES:
        known = [(latency, rates[rate]) for latency, rates in rows if rate in rates]
        if len(known) < LEAST_BLOCKS:
            continue
        latencies, values = (np.array(column) for column in zip(*known, strict=True))
        print(f"{rate:16} correlation of latency and slowness {np.corrcoef(latencies, -values)[0, 1]:+.2f}", end="")
        for share in (0.1, 0.3):
            chosen = latencies[values < math.log(1 - share)]
            if len(chosen):
                print(f"; {100 * share:.0f}% slower in {len(chosen)}, of which {100 * np.mean(chosen > LATE):.0f}% are slow", end="")
        print()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    commands = parser.add_subparsers(dest="command", required=True)
    of_machine = commands.add_parser("machine")
    of_machine.add_argument("--threads", type=int, default=1)
    of_machine.add_argument("--flop-per-cycle", type=float, default=32)
    of_machine.add_argument("--count", type=int, default=50)
    commands.add_parser("disturbance").add_argument("results", type=Path)
    commands.add_parser("slow").add_argument("results", type=Path, nargs="+")
    flags = parser.parse_args()
    if flags.command == "machine":
        machine(flags.threads, flags.flop_per_cycle, flags.count)
    elif flags.command == "disturbance":
        disturbance(flags.results)
    else:
        slow(flags.results)


if __name__ == "__main__":
    main()
