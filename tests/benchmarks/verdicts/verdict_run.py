"""One comparison of two engines by `gravbench run`, for real.py and whole_runs.py: the only place that knows its flags."""

from __future__ import annotations

import json
import os
import platform
import random
import shlex
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[3]
BINARIES = Path(os.environ.get("GRAVBENCH_BINARIES", ROOT / "build" / "release" / "bin"))
ALARMS = ("slower", "faster")
# 1: slower; 4: inconclusive, or the document has problems. Others mean that nothing was judged.
JUDGED_CODES = (0, 1, 4)


class RunFailed(Exception):
    """gravbench gave no verdict."""


@dataclass
class Judged:
    """What gravbench said, and the samples from which it said so."""

    exit_code: int
    seconds: float
    comparison: dict[str, Any]
    document: dict[str, Any]

    @property
    def cell(self) -> dict[str, Any]:
        return self.comparison["cells"][0]

    def cells(self) -> tuple[dict[str, Any], dict[str, Any]]:
        """The base and the new side of the document."""
        pair = self.document["versus"][0]
        return self.document["cells"][pair["base"]], self.document["cells"][pair["new"]]

    def samples(self) -> tuple[list[list[list[int]]], list[list[list[int]]]]:
        """Nanoseconds, by side, launch and block."""
        base, new = self.cells()
        return samples_of(base), samples_of(new)


def samples_of(cell: dict[str, Any]) -> list[list[list[int]]]:
    return [[block["samples_ns"] for block in launch["blocks"]] for launch in cell["launches"]]


def write_engine(path: Path, command: list[str]) -> Path:
    """An engine definition (docs/engines.md)."""
    path.write_text(json.dumps({"name": path.stem, "command": command}), encoding="utf-8")
    return path


def program(name: str) -> str:
    found = BINARIES / name
    if not found.exists():
        sys.exit(f"{found} is not there: build it, or say where it is with GRAVBENCH_BINARIES")
    return str(found)


def judge(model: list[str], base: Path, new: Path, folder: Path, *flags: str, seed: int = 1) -> Judged:
    """Measures the model, with its own flags, on two engines in one run. Throws RunFailed."""
    output = folder / "results.json"
    comparison = folder / "comparison.json"
    for left_over in (output, comparison, folder / "results.json.journal"):
        left_over.unlink(missing_ok=True)
    command = [program("gravbench"), "run", *model, "--engine", str(base), "--versus-engine", str(new)]
    command += ["--accuracy", "off", "--audit", "off", "--seed", str(seed), "-q"]
    command += ["-o", str(output), "--comparison", str(comparison), *flags]
    start = time.monotonic()
    done = subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, text=True, errors="replace", check=False)
    seconds = time.monotonic() - start
    if done.returncode not in JUDGED_CODES or not output.exists() or not comparison.exists():
        raise RunFailed(f"exit code {done.returncode} of {shlex.join(command)}\n{done.stderr[-2000:]}")
    return Judged(
        done.returncode, seconds, json.loads(comparison.read_text(encoding="utf-8")), json.loads(output.read_text(encoding="utf-8"))
    )


def write_whole(path: Path, value: Any) -> None:
    """Replaces the file, so that an interruption leaves the old one or the new one."""
    path.parent.mkdir(parents=True, exist_ok=True)
    new = path.with_name(path.name + ".new")
    new.write_text(json.dumps(value, indent=1) + "\n", encoding="utf-8")
    new.replace(path)


def begun(output: Path, settings: dict[str, Any], items: str) -> dict[str, Any]:
    """What an earlier call has measured, with a list of those items; else an empty one."""
    if not output.exists():
        return {"settings": settings, "machine": None, "host": platform.machine(), items: []}
    document = json.loads(output.read_text(encoding="utf-8"))
    if document["settings"] != settings:
        sys.exit(f"{output} is of other settings: {json.dumps(document['settings'])}")
    return document


def measure_missing(
    document: dict[str, Any],
    output: Path,
    kinds: list[Any],
    each: int,
    kind_of: Callable[..., Any],
    measure: Callable[..., Any],
    pause: float = 0,
) -> None:
    """Of each kind as many pairs as are missing, in random order, with so many seconds after each. `measure(kind, number)` gives a
    pair and the machine. A finished pair is in the file at once; an interruption ends the program."""
    pairs = document["pairs"]
    have = [kind_of(pair) for pair in pairs]
    wanted = [kind for kind in kinds for _ in range(each - have.count(kind))]
    random.Random(len(have)).shuffle(wanted)
    for kind in wanted:
        try:
            pair, document["machine"] = measure(kind, len(pairs))
            pairs.append(pair)
            write_whole(output, document)
            said = f"{pair['ratio']:.3f}, {json.dumps(pair['verdicts'])}"
            print(f"{len(pairs)} of {len(have) + len(wanted)}: {said}", file=sys.stderr, flush=True)
            time.sleep(pause)
        except (RunFailed, KeyboardInterrupt) as failure:
            sys.exit(f"{failure}\nWhat was measured is in {output}; the same command goes on.".lstrip())


@contextmanager
def beside(is_wanted: bool, script: str) -> Iterator[None]:
    """A Python program that runs for as long, with `parent` its parent. Should this process be killed, it does not stay behind."""
    if not is_wanted:
        yield
        return
    process = subprocess.Popen([sys.executable, "-c", "import os, random, time\nparent = os.getppid()\n" + script])
    try:
        yield
    finally:
        process.kill()
        process.wait()


def busy_core(is_wanted: bool) -> AbstractContextManager[None]:
    """Another process that takes a core for as long."""
    return beside(is_wanted, "while os.getppid() == parent: sum(range(1 << 20))")


def visitor(is_wanted: bool) -> AbstractContextManager[None]:
    """Another process that takes a core for 2 to 15 seconds, sleeps as long, and so on."""
    return beside(
        is_wanted,
        "while os.getppid() == parent:\n"
        "    end = time.monotonic() + random.uniform(2, 15)\n"
        "    while os.getppid() == parent and time.monotonic() < end: sum(range(1 << 20))\n"
        "    time.sleep(random.uniform(2, 15))",
    )
