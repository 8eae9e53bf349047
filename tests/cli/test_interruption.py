"""Signals, kills and going on: what was measured is kept, and no process is left behind."""

from __future__ import annotations

import json
import signal
import time
from typing import Any

import pytest
from front import Front

HANGS_IN_THE_THIRD = {"rules": [{"request": "run", "nth": 3, "launch": 2, "do": "hang"}]}


def is_in_third_launch(front: Front) -> bool:
    return len(front.loads()) == 3


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_ends_the_run_with_130_a_partial_document_and_no_process(front: Front, number: signal.Signals) -> None:
    command = front.run_command(HANGS_IN_THE_THIRD, "--launches", "5")
    outcome = front.stop_when(command, lambda: is_in_third_launch(front), number)
    assert outcome.code == 130
    assert outcome.document is not None and outcome.document["run"]["status"] == "partial"
    assert outcome.cells[0]["latency_ms"]["launches"] == 2
    assert "interrupted" in outcome.problems()
    assert "PARTIAL" in outcome.stdout and "--resume" in outcome.stderr
    assert front.processes() == []


def test_a_signal_ends_the_run_within_two_seconds_though_the_engine_ignores_signals(front: Front) -> None:
    command = front.run_command(HANGS_IN_THE_THIRD, "--launches", "5", "--timeout", "100s")
    sent: list[float] = []

    def note_time() -> bool:
        if is_in_third_launch(front):
            sent.append(time.monotonic())
            return True
        return False

    front.stop_when(command, note_time, signal.SIGINT)
    # What the issue promises to users, not a speed: the engine would hang for ever, the timeout is 100 s.
    assert time.monotonic() - sent[0] < 2


def test_a_signal_while_the_reference_is_made_keeps_the_run_resumable(front: Front) -> None:
    script: dict[str, Any] = {"rules": [{"request": "outputs", "do": "hang"}]}
    command = front.run_command(script, "--launches", "2", "--accuracy", "on")
    outcome = front.stop_when(command, lambda: len(front.loads()) == 1, signal.SIGTERM)
    assert outcome.code == 130
    assert outcome.problems() == ["interrupted", "not_measured"]
    assert front.run({}, "--launches", "2", "--accuracy", "on", "--resume").code == 0


def test_resume_makes_only_the_launches_that_are_missing(front: Front) -> None:
    command = front.run_command(HANGS_IN_THE_THIRD, "--launches", "5")
    interrupted = front.stop_when(command, lambda: is_in_third_launch(front), signal.SIGINT)
    resumed = front.run({}, "--launches", "5", "--resume")
    assert resumed.code == 0, resumed.stderr
    assert len(front.loads()) == 3 + 3
    assert resumed.document is not None and interrupted.document is not None
    assert resumed.document["run"]["id"] == interrupted.document["run"]["id"]
    assert resumed.document["run"]["status"] == "complete"
    assert resumed.cells[0]["latency_ms"]["launches"] == 5
    assert not front.journal.exists()


def test_a_front_that_is_killed_loses_only_the_launch_in_flight(front: Front) -> None:
    command = front.run_command(HANGS_IN_THE_THIRD, "--launches", "5")
    front.stop_when(command, lambda: is_in_third_launch(front), signal.SIGKILL)
    assert front.processes() == [], "the kernel ends the engine with the front"
    assert len(front.journal.read_text(encoding="utf-8").splitlines()) == 1 + 2
    resumed = front.run({}, "--launches", "5", "--resume")
    assert resumed.code == 0 and resumed.cells[0]["latency_ms"]["launches"] == 5
    assert len(front.loads()) == 3 + 3


def test_a_journal_whose_last_line_is_torn_is_gone_on_with(front: Front) -> None:
    command = front.run_command(HANGS_IN_THE_THIRD, "--launches", "5")
    front.stop_when(command, lambda: is_in_third_launch(front), signal.SIGKILL)
    text = front.journal.read_text(encoding="utf-8")
    front.journal.write_text(text[:-30], encoding="utf-8")
    resumed = front.run({}, "--launches", "5", "--resume")
    assert resumed.code == 0, resumed.stderr
    assert resumed.cells[0]["latency_ms"]["launches"] == 5
    assert len(front.loads()) == 3 + 4


def test_resume_refuses_another_command_and_keeps_the_journal(front: Front) -> None:
    command = front.run_command(HANGS_IN_THE_THIRD, "--launches", "5")
    front.stop_when(command, lambda: is_in_third_launch(front), signal.SIGKILL)
    other = front.run({}, "--launches", "5", "--fpmath", "bf16", "--resume")
    assert other.code == 2 and str(front.journal) in other.stderr
    assert len(front.journal.read_text(encoding="utf-8").splitlines()) == 3


def test_resume_refuses_another_engine(front: Front) -> None:
    command = front.run_command(HANGS_IN_THE_THIRD, "--launches", "5")
    front.stop_when(command, lambda: is_in_third_launch(front), signal.SIGKILL)
    other = front.run({"hello": {"engine": {"name": "fake", "version": "2.0"}}}, "--launches", "5", "--resume")
    assert other.code == 2 and "engine" in other.stderr


def test_a_signal_before_the_engine_has_said_who_it_is_ends_at_once(front: Front) -> None:
    command = front.run_command({"rules": [{"request": "hello", "do": "hang with child"}]}, "--launches", "2")
    outcome = front.stop_when(command, (front.folder / "script.json.child").exists, signal.SIGINT)
    assert outcome.code == 130 and outcome.stderr == "gravbench: interrupted\n"
    assert not front.journal.exists() and front.processes() == []


def test_a_journal_that_is_not_gone_on_with_is_set_aside(front: Front) -> None:
    command = front.run_command(HANGS_IN_THE_THIRD, "--launches", "5")
    front.stop_when(command, lambda: is_in_third_launch(front), signal.SIGKILL)
    outcome = front.run({}, "--launches", "2")
    assert outcome.code == 0
    previous = front.folder / "results.json.journal.previous"
    assert len(previous.read_text(encoding="utf-8").splitlines()) == 3
    assert str(previous) in outcome.stderr


def test_resume_tries_failed_launches_again(front: Front) -> None:
    script = {"rules": [{"request": "run", "do": "abort", "launch": 1}, {"request": "run", "nth": 3, "launch": 2, "do": "hang"}]}
    command = front.run_command(script, "--launches", "4")
    front.stop_when(command, lambda: is_in_third_launch(front), signal.SIGINT)
    resumed = front.run({}, "--launches", "4", "--resume")
    assert resumed.code == 0
    assert resumed.cells[0]["latency_ms"]["launches"] == 4


def test_a_plain_run_writes_progress_to_stderr_and_only_the_result_to_stdout(front: Front) -> None:
    outcome = front.run({}, "--launches", "3", "--format", "json")
    assert json.loads(outcome.stdout) == outcome.document
    lines = [line for line in outcome.stderr.splitlines() if line.startswith("[")]
    assert [line.split("]")[0] for line in lines] == ["[1/3", "[2/3", "[3/3"]
    assert "about" in lines[0] and "left" in lines[0]
    assert front.run({}, "--launches", "2", "--quiet").stderr == ""
