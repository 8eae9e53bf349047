"""Runs gravbench as a user would, with the scripted engine of tests/fake_engine or with gravbench-torch."""

from __future__ import annotations

import json
import os
import shlex
import signal
import subprocess
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
BINARIES = Path(os.environ.get("GRAVBENCH_BINARIES", ROOT / "build" / "release" / "bin"))
GRAVBENCH = BINARIES / "gravbench"
TORCH_ENGINE = BINARIES / "gravbench-torch"
FAKE_ENGINE = BINARIES / "fake_engine"
SLOWED_ENGINE = BINARIES / "gravbench-torch-slowed"
# More than any answer takes, however busy the machine: only a front that hangs reaches it.
PATIENCE_S = 120
OF_THE_MACHINE = ("disturbed", "drifting", "unusual_launch", "not_steady")


def by_block(cell: dict[str, Any], member: str = "samples_ns") -> list[list[Any]]:
    """What each block of each launch says: its samples, its "wall_ns", its "round"."""
    return [[block[member] for block in launch["blocks"]] for launch in cell["launches"]]


@dataclass
class Outcome:
    code: int
    stdout: str
    stderr: str
    document: dict[str, Any] | None

    @property
    def cells(self) -> list[dict[str, Any]]:
        assert self.document is not None, self.stderr
        return self.document["cells"]

    def engine(self, cell: int = 0) -> dict[str, Any]:
        """As the engine of the cell described itself."""
        assert self.document is not None, self.stderr
        return self.document["engines"][self.cells[cell]["engine"]]

    def problems(self, cell: int = 0) -> list[str]:
        """The codes, without those that another load on the machine under the tests brings about."""
        return [problem["code"] for problem in self.cells[cell]["problems"] if problem["code"] not in OF_THE_MACHINE]

    def message(self, cell: int = 0) -> str:
        return "; ".join(problem["message"] for problem in self.cells[cell]["problems"] if problem["code"] not in OF_THE_MACHINE)


@dataclass
class Front:
    """A folder with a fake engine's script, files that pass for models, and a results document."""

    folder: Path
    environment: dict[str, str] = field(default_factory=dict)

    @property
    def output(self) -> Path:
        return self.folder / "results.json"

    @property
    def journal(self) -> Path:
        return self.folder / "results.json.journal"

    @property
    def script(self) -> Path:
        return self.folder / "script.json"

    def model(self, name: str = "model.pt") -> str:
        path = self.folder / name
        if not path.exists():
            path.write_bytes(b"the fake engine reads no model: " + name.encode())
        return str(path)

    def engine(self, script: dict[str, Any]) -> str:
        self.script.write_text(json.dumps(script), encoding="utf-8")
        program = self.folder / "engine"
        program.write_text(f"#!/bin/sh\nexec {shlex.quote(str(FAKE_ENGINE))} --script {shlex.quote(str(self.script))}\n", encoding="utf-8")
        program.chmod(0o755)
        return str(program)

    def loads(self) -> list[dict[str, Any]]:
        """What the fake engine was told to load, launch by launch; the reference's launch among them."""
        path = Path(str(self.script) + ".loads")
        if not path.exists():
            return []
        # What follows the last line's end is still being written.
        whole = path.read_text(encoding="utf-8").rpartition("\n")[0]
        return [json.loads(line) for line in whole.splitlines()]

    def command(self, *arguments: str) -> list[str]:
        return [str(GRAVBENCH), *arguments]

    def run_command(self, script: dict[str, Any], *arguments: str, models: list[str] | None = None) -> list[str]:
        """`gravbench run` of a cell as the script says; one block a launch, no reference launch and no audit unless asked for."""
        command = ["run", *(models or [self.model()]), "--input", "f32[batch,4]", "--engine", self.engine(script), "-o", str(self.output)]
        if "--accuracy" not in arguments:
            command += ["--accuracy", "off"]
        if "--audit" not in arguments:
            command += ["--audit", "off"]
        if "--blocks" not in arguments:
            command += ["--blocks", "1"]
        return self.command(*command, *arguments)

    def variables(self) -> dict[str, str]:
        own = {"XDG_CACHE_HOME": str(self.folder / "cache"), "XDG_DATA_HOME": str(self.folder / "data")}
        return {**os.environ, **own, **self.environment}

    def call(self, *arguments: str) -> Outcome:
        return self.finish(self.start(self.command(*arguments)))

    def run(self, script: dict[str, Any], *arguments: str, models: list[str] | None = None) -> Outcome:
        return self.finish(self.start(self.run_command(script, *arguments, models=models)))

    def start(self, command: list[str]) -> subprocess.Popen[str]:
        return subprocess.Popen(
            command,
            cwd=self.folder,
            env=self.variables(),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            errors="replace",
        )

    def finish(self, process: subprocess.Popen[str], patience_s: float = PATIENCE_S) -> Outcome:
        try:
            stdout, stderr = process.communicate(timeout=patience_s)
        except subprocess.TimeoutExpired:
            process.kill()
            raise
        document = json.loads(self.output.read_text(encoding="utf-8")) if self.output.exists() else None
        return Outcome(process.returncode, stdout, stderr, document)

    def stop_when(self, command: list[str], is_time: Callable[[], bool], number: signal.Signals) -> Outcome:
        """Sends the signal as soon as `is_time` says so."""
        process = self.start(command)
        deadline = time.monotonic() + PATIENCE_S
        while not is_time():
            assert process.poll() is None, process.communicate()
            assert time.monotonic() < deadline, "the moment never came"
            time.sleep(0.01)
        process.send_signal(number)
        return self.finish(process)

    def processes(self) -> list[int]:
        """Processes whose command line names this folder: engines, their children, and gravbench itself.

        One that was killed ends when the kernel next runs it, so they get a moment for that.
        """
        deadline = time.monotonic() + 5
        while (found := list(processes_naming(str(self.folder)))) and time.monotonic() < deadline:
            time.sleep(0.01)
        return found


def processes_naming(text: str) -> Iterator[int]:
    for path in Path("/proc").glob("[0-9]*/cmdline"):
        try:
            if text in path.read_bytes().decode(errors="replace"):
                yield int(path.parent.name)
        except OSError:
            continue  # It has just ended.
