"""How much of the CPU the front itself takes for each launch, and whether late launches cost it more than early ones.

    python3 tests/benchmarks/front_cpu.py GRAVBENCH [--cells 200] [--launches 30] [--most-ms 2]

Runs so many cells with so many launches each against the fake engine, and reads the front's CPU time from /proc while the journal
grows. Engines are processes of their own, whose time does not count. Exit code 1 where a launch takes longer than asked for.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

HUNDRED = 100


def cpu_ms(process: int) -> float:
    """Of all threads: the kernel's own count, in nanoseconds, and not in ticks of 10 ms."""
    return sum(int((task / "schedstat").read_text().split()[0]) for task in Path(f"/proc/{process}/task").iterdir()) / 1e6


def watch(process: subprocess.Popen[bytes], journal: Path) -> list[tuple[int, float]]:
    """Pairs of launches in the journal and CPU time in ms, until the process ends."""
    points = []
    lines = 0
    file = None
    while process.poll() is None:
        try:
            file = file or journal.open("rb")
            lines += file.read().count(b"\n")
            # The journal's first line is the run's.
            points.append((max(0, lines - 1), cpu_ms(process.pid)))
        except (FileNotFoundError, ProcessLookupError):
            pass  # Not yet, or no more.
        time.sleep(0.02)
    return points


def per_launch(points: list[tuple[int, float]], begin: int, end: int) -> float:
    def nearest(launches: int) -> tuple[int, float]:
        return min(points, key=lambda point: abs(point[0] - launches))

    first, last = nearest(begin), nearest(end)
    return (last[1] - first[1]) / max(1, last[0] - first[0])


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("program", type=Path)
    parser.add_argument("--cells", type=int, default=200)
    parser.add_argument("--launches", type=int, default=30)
    parser.add_argument("--most-ms", type=float, default=2)
    given = parser.parse_args()
    os.environ["GRAVBENCH_BINARIES"] = str(given.program.resolve().parent)
    sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
    from front import Front  # It reads the variable.

    with tempfile.TemporaryDirectory() as folder:
        front = Front(Path(folder))
        models = [front.model(f"net{number}.pt") for number in range(given.cells)]
        script = {"noise": {"seed": 1, "median_ns": 100_000, "between_launches": 0.03, "within": 0.02}}
        size = ("--launches", str(given.launches), "--iterations", "20", "--warmup", "3", "--warmup-time", "1ms")
        command = front.run_command(script, *size, models=models)
        process = subprocess.Popen(command, cwd=front.folder, env=front.variables(), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        points = watch(process, front.journal)
    total = given.cells * given.launches
    if process.returncode != 0 or points[-1][0] != total:
        raise SystemExit(f"gravbench run ended with {process.returncode} after {points[-1][0]} of {total} launches")
    parts = {
        f"first {HUNDRED}": (0, HUNDRED),
        "first third": (0, total // 3),
        "last third": (total - total // 3, total),
        f"last {HUNDRED}": (total - HUNDRED, total),
        "all": (0, total),
    }
    for name, (begin, end) in parts.items():
        print(f"{name:>12} launches: {per_launch(points, begin, end):.2f} ms of CPU time a launch")
    return 0 if per_launch(points, 0, total) <= given.most_ms else 1


if __name__ == "__main__":
    sys.exit(main())
