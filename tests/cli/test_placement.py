"""On which CPUs the engines of a run are."""

from __future__ import annotations

import json
import os
import shlex
from itertools import pairwise
from pathlib import Path

import pytest
from front import Front, Outcome

CPUS = sorted(os.sched_getaffinity(0))
several_cpus = pytest.mark.skipif(len(CPUS) < 2, reason="there is one CPU")


def run_recorded(front: Front, *arguments: str) -> tuple[Outcome, list[str]]:
    """A run with two variants, and the CPUs that each engine was kept to when it was started, as the kernel lists them."""
    log = front.folder / "cpus.log"
    command = front.run_command({}, "--versus", "same", "--launches", "4", "--iterations", "5", *arguments)
    recording = front.folder / "recording"
    engine = command[command.index("--engine") + 1]
    recording.write_text(
        f"#!/bin/sh\ngrep Cpus_allowed_list /proc/self/status >> {shlex.quote(str(log))}\nexec {shlex.quote(engine)}\n", encoding="utf-8"
    )
    recording.chmod(0o755)
    command[command.index("--engine") + 1] = str(recording)
    outcome = front.finish(front.start(command))
    return outcome, [line.split()[1] for line in log.read_text(encoding="utf-8").splitlines()]


@several_cpus
def test_the_engines_of_one_round_share_a_cpu_and_those_of_the_next_have_another(front: Front) -> None:
    outcome, started_on = run_recorded(front, "--threads", "1", "--yardstick", "on")
    base, new = ([launch["cpus"] for launch in cell["launches"]] for cell in outcome.cells)
    assert base == new and all(len(cpus) == 1 for cpus in base)
    assert {str(cpus[0]) for cpus in base} <= set(started_on)
    assert all("yardstick" in block for cell in outcome.cells for launch in cell["launches"] for block in launch["blocks"])
    if outcome.document is not None and outcome.document["machines"][0]["physical_cores"] > 1:
        assert all(one != other for one, other in pairwise(base))


@several_cpus
@pytest.mark.parametrize("arguments", [("--threads", "1", "--placement", "free"), ("--threads", str(len(CPUS)))])
def test_else_the_kernel_chooses(front: Front, arguments: tuple[str, ...]) -> None:
    outcome, started_on = run_recorded(front, *arguments)
    assert all("cpus" not in launch for cell in outcome.cells for launch in cell["launches"])
    assert len(set(started_on)) == 1 and started_on[0] != str(CPUS[0])


def test_a_word_that_it_is_not_is_refused(front: Front) -> None:
    outcome = front.run({}, "--placement", "pinned")
    assert outcome.code == 2 and "same, free" in outcome.stderr


def of_launches(front: Front, name: str, *arguments: str) -> Path:
    outcome = front.run({}, "--launches", "5", "--iterations", "20", "--threads", "1", *arguments)
    assert outcome.document is not None, outcome.stderr
    return front.output.rename(front.folder / name)


@several_cpus
def test_compare_says_that_two_runs_were_placed_otherwise(front: Front) -> None:
    files = [of_launches(front, "same.json"), of_launches(front, "free.json", "--placement", "free")]
    told = json.loads(front.call("compare", *map(str, files), "--format", "json").stdout)
    assert ("placement", "CPUs of a launch: the same as the others' and the kernel's choice") in [
        (warning["code"], warning["message"]) for warning in told["warnings"]
    ]
    again = json.loads(front.call("compare", str(files[0]), str(files[0]), "--format", "json").stdout)
    assert "placement" not in [warning["code"] for warning in again["warnings"]]


@pytest.mark.parametrize("cpus", [[-1], ["0"], 0, [65536]])
def test_a_damaged_list_of_cpus_is_named(front: Front, cpus: object) -> None:
    file = of_launches(front, "run.json")
    document = json.loads(file.read_text(encoding="utf-8"))
    document["cells"][0]["launches"][1]["cpus"] = cpus
    file.write_text(json.dumps(document), encoding="utf-8")
    outcome = front.call("show", str(file))
    assert outcome.code == 2
    assert "cells[0].launches[1].cpus" in outcome.stderr
