"""Standard streams that are closed, full or no longer read: they cost what is printed, and nothing that is measured."""

from __future__ import annotations

import json
import shlex
import signal
import subprocess
import time
from pathlib import Path

import pytest
from front import PATIENCE_S, Front


def shell(front: Front, command: list[str], redirection: str) -> int:
    """The exit code of the command as a shell runs it with its streams elsewhere."""
    text = f"{shlex.join(command)} {redirection}"
    return subprocess.run(["bash", "-c", text], cwd=front.folder, env=front.variables(), timeout=PATIENCE_S, check=False).returncode


@pytest.mark.parametrize("stderr", ["2>/dev/full", "2>&-"])
def test_a_run_goes_on_where_its_progress_cannot_be_printed(front: Front, stderr: str) -> None:
    assert shell(front, front.run_command({}, "--launches", "2"), f">/dev/null {stderr}") == 0
    assert len(json.loads(front.output.read_text(encoding="utf-8"))["cells"][0]["launches"]) == 2
    assert shell(front, front.command("show", "nothing"), stderr) == 2


def test_a_reader_of_progress_that_goes_away_ends_no_run(front: Front) -> None:
    shell(front, front.run_command({}, "--launches", "3"), "2>&1 >/dev/null | true")
    assert len(json.loads(front.output.read_text(encoding="utf-8"))["cells"][0]["launches"]) == 3
    assert not front.journal.exists()


def test_nothing_that_is_printed_gets_into_files_where_streams_are_closed(front: Front) -> None:
    hangs = {"rules": [{"request": "run", "do": "hang", "launch": 2}]}
    command = shlex.join(front.run_command(hangs, "--launches", "3"))
    process = subprocess.Popen(["bash", "-c", f"exec {command} <&- >&- 2>&-"], cwd=front.folder, env=front.variables())
    deadline = time.monotonic() + PATIENCE_S
    while not front.journal.exists() or len(front.journal.read_text(encoding="utf-8").splitlines()) < 3:
        assert process.poll() is None and time.monotonic() < deadline
        time.sleep(0.01)
    process.send_signal(signal.SIGKILL)
    process.wait()
    lines = front.journal.read_text(encoding="utf-8").splitlines()
    assert all(line.startswith("{") for line in lines)
    assert front.run({}, "--launches", "3", "--resume").code == 0


@pytest.mark.parametrize("stdout", [">/dev/full", ">&-"])
@pytest.mark.parametrize(
    "arguments", [["show", "results.json"], ["compare", "results.json", "results.json"], ["schema", "results"], ["--help"]]
)
def test_what_cannot_be_printed_is_no_success(front: Front, arguments: list[str], stdout: str) -> None:
    front.run({}, "--launches", "5")
    assert shell(front, front.command(*arguments), stdout) == 2


def test_a_terminal_that_is_closed_ends_a_run_as_an_interruption_does(front: Front) -> None:
    hangs = {"rules": [{"request": "run", "do": "hang", "launch": 2}]}
    temporary = front.folder / "temporary"
    temporary.mkdir()
    front.environment["TMPDIR"] = str(temporary)

    def is_in_third_launch() -> bool:
        return front.journal.exists() and len(front.journal.read_text(encoding="utf-8").splitlines()) == 3

    outcome = front.stop_when(front.run_command(hangs, "--launches", "5"), is_in_third_launch, signal.SIGHUP)
    assert outcome.code == 130 and len(outcome.cells[0]["launches"]) == 2
    assert list(temporary.iterdir()) == [] and front.processes() == []


def test_a_folder_for_temporary_files_that_is_none_is_named(front: Front) -> None:
    front.environment["TMPDIR"] = "/nowhere"
    outcome = front.run({}, "--launches", "2")
    assert outcome.code == 2 and "TMPDIR: /nowhere is no folder for temporary files" in outcome.stderr


def test_an_output_behind_a_link_is_written_and_the_link_stays(front: Front) -> None:
    target = front.folder / "elsewhere.json"
    front.output.symlink_to(target.name)
    assert front.run({}, "--launches", "2").code == 0
    assert front.output.is_symlink() and "gravbench.results" in target.read_text(encoding="utf-8")
    front.output.unlink()
    front.output.symlink_to(front.output.name)
    process = front.start(front.run_command({}, "--launches", "2"))
    assert "Too many levels of symbolic links" in process.communicate(timeout=PATIENCE_S)[1] and process.returncode == 2


def test_an_output_does_not_take_the_place_of_what_it_is_about(front: Front) -> None:
    model = front.model()
    before = Path(model).read_bytes()
    for arguments in (
        ["--versus", "same", "--comparison", "results.json"],
        ["--versus", "same", "--comparison", "./../" + front.folder.name + "/results.json"],
        ["--keep-logs", "results.json", "--audit", "on"],
    ):
        outcome = front.run({}, "--launches", "2", *arguments)
        assert outcome.code == 2 and "results.json: is" in outcome.stderr and outcome.document is None
    command = [model if part == str(front.output) else part for part in front.run_command({}, "--launches", "2")]
    assert front.finish(front.start(command)).code == 2 and Path(model).read_bytes() == before
    front.run({}, "--launches", "2")
    text = front.output.read_text(encoding="utf-8")
    refused = front.call("compare", "results.json", "results.json", "-o", "results.json")
    assert refused.code == 2 and "give another name" in refused.stderr and front.output.read_text(encoding="utf-8") == text
