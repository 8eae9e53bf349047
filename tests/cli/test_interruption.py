"""Signals, kills and going on: what was measured is kept, and no process is left behind."""

from __future__ import annotations

import json
import resource
import signal
import subprocess
import time
from collections.abc import Callable
from typing import Any

import jsonschema
import pytest
from front import PATIENCE_S, Front

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
    assert outcome.problems() == ["interrupted"]
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


@pytest.mark.parametrize("text", ["my own notes", "my own notes\nof two lines", '{"schema": "gravbench.journal/9"}\n{"a'])
def test_resume_leaves_a_file_alone_that_is_no_journal_of_its_own(front: Front, text: str) -> None:
    front.journal.write_text(text, encoding="utf-8")
    assert front.run({}, "--launches", "2", "--resume").code == 2
    assert front.journal.read_text(encoding="utf-8") == text


def test_a_refusal_to_resume_names_the_option_that_differs(front: Front) -> None:
    command = front.run_command(HANGS_IN_THE_THIRD, "--launches", "5", "--seed", "3")
    front.stop_when(command, lambda: is_in_third_launch(front), signal.SIGKILL)
    other = front.run({}, "--launches", "5", "--seed", "4", "--resume")
    assert other.code == 2 and "--seed was 3 and is 4" in other.stderr
    other = front.run({}, "--launches", "5", "--seed", "3", "--fpmath", "bf16", "--resume")
    assert other.code == 2 and "cell model:batch=1,engine=engine is missing now" in other.stderr
    assert "cell model:batch=1,fpmath=bf16,engine=engine is new" in other.stderr


def test_resume_without_an_output_is_refused(front: Front) -> None:
    command = front.run_command({}, "--launches", "1", "--resume")
    place = command.index("-o")
    outcome = front.finish(front.start(command[:place] + command[place + 2 :]))
    assert outcome.code == 2 and "--resume needs -o" in outcome.stderr
    assert front.loads() == []


def test_a_resumed_run_says_what_it_kept(front: Front) -> None:
    command = front.run_command(HANGS_IN_THE_THIRD, "--launches", "5")
    front.stop_when(command, lambda: is_in_third_launch(front), signal.SIGINT)
    resumed = front.run({}, "--launches", "5", "--resume")
    assert "kept 2 launches of 1 cells and 0 audits" in resumed.stderr
    fresh = front.run({}, "--launches", "1", "--resume")
    assert fresh.code == 0 and "nothing to go on with" in fresh.stderr


def test_a_journal_is_shown_as_a_document_of_its_own(front: Front, results_schema: dict[str, Any]) -> None:
    front.stop_when(front.run_command(HANGS_IN_THE_THIRD, "--launches", "5"), lambda: is_in_third_launch(front), signal.SIGKILL)
    document = json.loads(front.call("show", str(front.journal), "--format", "json").stdout)
    jsonschema.Draft202012Validator(results_schema).validate(document)
    assert document["run"]["status"] == "partial" and document["run"]["finished"] is None
    assert len(document["cells"][0]["launches"]) == 2


def test_a_journal_says_why_its_launches_failed(front: Front) -> None:
    script = {"rules": [{"request": "run", "do": "abort", "model": "model.pt", "text": "last words"}, *HANGS_IN_THE_THIRD["rules"]]}
    models = [front.model(), front.model("other.pt")]
    command = front.run_command(script, "--launches", "5", models=models)
    front.stop_when(command, lambda: front.journal.exists() and len(front.journal.read_text().splitlines()) >= 3, signal.SIGKILL)
    shown = json.loads(front.call("show", str(front.journal), "--format", "json").stdout)
    broken = next(cell for cell in shown["cells"] if cell["key"].startswith("model:"))
    assert [problem["code"] for problem in broken["problems"]] == ["engine_crashed", "interrupted"]
    assert "last words" in broken["log_tail"] and broken["valid"] is False


@pytest.mark.parametrize("request_name", ["compare", "quit"])
def test_a_signal_after_the_last_block_loses_no_launch(front: Front, request_name: str) -> None:
    """The launch is measured; what is cut short is the comparison of its outputs, or its engine's end."""
    accuracy = "on" if request_name == "compare" else "off"
    script = {"rules": [{"request": request_name, "do": "hang", "launch": 1 if accuracy == "on" else 0}]}
    command = front.run_command(script, "--launches", "3", "--accuracy", accuracy)

    def is_block_kept() -> bool:
        return front.journal.exists() and len(front.journal.read_text(encoding="utf-8").splitlines()) == 2

    outcome = front.stop_when(command, is_block_kept, signal.SIGINT)
    assert outcome.code == 130
    assert outcome.cells[0]["latency_ms"]["launches"] == 1
    assert front.processes() == []


def test_a_second_run_into_the_same_output_is_refused_and_names_the_first(front: Front) -> None:
    first = front.start(front.run_command(HANGS_IN_THE_THIRD, "--launches", "5"))
    deadline = time.monotonic() + PATIENCE_S
    while not is_in_third_launch(front):
        assert first.poll() is None and time.monotonic() < deadline
        time.sleep(0.01)
    loads = len(front.loads())
    second = front.finish(front.start(front.run_command(HANGS_IN_THE_THIRD, "--launches", "5")))
    resumed = front.finish(front.start(front.run_command(HANGS_IN_THE_THIRD, "--launches", "5", "--resume")))
    for refused in (second, resumed):
        assert refused.code == 2 and str(first.pid) in refused.stderr
    assert len(front.loads()) == loads
    first.send_signal(signal.SIGINT)
    assert front.finish(first).cells[0]["latency_ms"]["launches"] == 2, "the first is left alone"


def limit_files_to(size: int) -> Callable[[], None]:
    """As if the disk were full: a write beyond `size` fails, as under `ulimit -f`."""

    def limit() -> None:
        signal.signal(signal.SIGXFSZ, signal.SIG_DFL)  # Python ignores it
        resource.setrlimit(resource.RLIMIT_FSIZE, (size, size))

    return limit


def test_on_a_full_disk_measuring_goes_on_and_the_document_goes_to_stdout(front: Front) -> None:
    command = front.run_command({}, "--launches", "4", "--iterations", "50")
    process = subprocess.Popen(
        command,
        cwd=front.folder,
        env=front.variables(),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        preexec_fn=limit_files_to(1500),
    )
    outcome = front.finish(process)
    assert outcome.code == 6, outcome.stderr
    document = json.loads(outcome.stdout)
    assert document["cells"][0]["latency_ms"]["launches"] == 4
    assert outcome.stderr.count("could not be resumed") == 1, "that the journal is lost is said once"
    assert "cannot write" in outcome.stderr and not front.output.exists()


def test_a_document_that_cannot_be_written_goes_to_stdout(front: Front) -> None:
    command = front.run_command({}, "--launches", "1")
    command[command.index("-o") + 1] = "/dev/full"
    outcome = front.finish(front.start(command))
    assert outcome.code == 6 and "/dev/full: cannot write" in outcome.stderr
    assert json.loads(outcome.stdout)["cells"][0]["latency_ms"]["launches"] == 1


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
