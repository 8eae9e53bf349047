"""Two runs differ although nothing did: how far is measured in earlier runs, and else assumed."""

from __future__ import annotations

import json
import signal
import time
from pathlib import Path
from typing import Any

import pytest
from front import PATIENCE_S, Front, Outcome

LAUNCHES = ("--launches", "5", "--iterations", "20", "--warmup-time", "1us")


def script(slowdown: float, seed: int) -> dict[str, Any]:
    return {"noise": {"seed": seed, "between_launches": 0.002, "within": 0.002, "slowdown": slowdown}}


def measured(front: Front, name: str, slowdown: float, seed: int) -> Path:
    outcome = front.run(script(slowdown, seed), *LAUNCHES)
    assert outcome.document is not None, outcome.stderr
    return front.output.rename(front.folder / name)


def noise(front: Front, every: str = "1ms") -> list[str]:
    command = front.run_command(script(1, 3), *LAUNCHES, "--runs", "3", "--every", every)
    at = command.index("-o")
    del command[at : at + 2]
    command[command.index("run")] = "noise"
    return command


def kept(front: Front) -> list[Path]:
    return sorted((front.folder / "data" / "gravbench" / "noise").glob("*/*.json"))


def compared(front: Front, *arguments: str) -> tuple[Outcome, dict[str, Any]]:
    outcome = front.call("compare", *arguments, "--format", "json")
    (cell,) = json.loads(outcome.stdout)["cells"]
    return outcome, cell


def test_a_verdict_on_two_runs_needs_more_than_their_launches_unless_earlier_runs_agree(front: Front) -> None:
    base, new = (measured(front, f"{name}.json", slowdown, seed) for name, slowdown, seed in (("base", 1, 1), ("new", 1.06, 2)))
    outcome, cell = compared(front, str(base), str(new))
    assert (outcome.code, cell["verdict"]) == (4, "inconclusive")
    assert cell["run_spread"]["base"]["from"] == "assumed"
    assert cell["settling"]["in_one_run"]
    text = front.call("compare", str(base), str(new)).stdout
    assert "in one run (--versus, --versus-engine)" in text
    assert "gravbench noise MODEL --runs" in text

    history = front.folder / "history"
    history.mkdir()
    for number in range(5):
        measured(front, f"history/{number}.json", 1, 10 + number)
    outcome, cell = compared(front, str(base), str(new), "--history", str(history))
    assert (outcome.code, cell["verdict"]) == (1, "slower")
    assert (cell["run_spread"]["new"]["from"], cell["run_spread"]["new"]["runs"]) == ("history", 5)
    assert "by 5 runs" in front.call("compare", str(base), str(new), "--history", str(history), "--columns", "cell,run_spread").stdout


def test_a_machine_with_one_document_is_lined_up_by_what_earlier_runs_differed_by(front: Front) -> None:
    (front.folder / "history").mkdir()
    for number in range(4):
        measured(front, f"history/{number}.json", 1, 10 + number)
    base, new = (measured(front, f"{name}.json", slowdown, seed) for name, slowdown, seed in (("base", 1, 1), ("new", 1.06, 2)))
    document = json.loads(new.read_text(encoding="utf-8"))
    document["machines"][0]["instance_type"] = "c7i.xlarge"
    new.write_text(json.dumps(document), encoding="utf-8")
    spreads = []
    for flags in ((), ("--history", str(front.folder / "history"))):
        told = json.loads(front.call("compare", "--across", str(base), str(new), "--format", "json", *flags).stdout)
        spreads.append([told["rows"][0]["entries"][1]["run_spread"][side]["from"] for side in ("first", "own")])
    assert spreads == [["assumed", "assumed"], ["history", "assumed"]]


def test_runs_of_noise_are_kept_shown_and_used(front: Front) -> None:
    outcome = front.finish(front.start(noise(front)))
    assert outcome.code == 0, outcome.stderr
    said = {line.partition(": ")[2] for line in outcome.stdout.splitlines() if line.startswith("run ")}
    assert said == {str(file) for file in kept(front)}
    assert len(said) == 3
    assert "deviation of p50" in outcome.stdout
    base, new = (measured(front, f"{name}.json", 1, 3) for name in ("base", "new"))
    _, cell = compared(front, str(base), str(new))
    assert (cell["run_spread"]["base"]["from"], cell["run_spread"]["base"]["runs"]) == ("history", 3)


def test_a_damaged_document_is_named_and_does_not_count(front: Front) -> None:
    history = front.folder / "history"
    history.mkdir()
    for number in range(4):
        measured(front, f"history/{number}.json", 1, 10 + number)
    (history / "3.json").write_text("{", encoding="utf-8")
    (history / "notes.txt").write_text("not a document", encoding="utf-8")
    base, new = (measured(front, f"{name}.json", 1, seed) for name, seed in (("base", 1), ("new", 2)))
    outcome, cell = compared(front, str(base), str(new), "--history", str(history))
    assert cell["run_spread"]["base"]["runs"] == 3
    assert "3.json" in outcome.stderr
    assert "does not count as an earlier run" in outcome.stderr


def test_an_interruption_between_runs_keeps_those_before(front: Front) -> None:
    process = front.start(noise(front, "1h"))
    end = time.monotonic() + PATIENCE_S
    while not kept(front):
        assert process.poll() is None, "the first run must end well"
        assert time.monotonic() < end, "no run was kept"
        time.sleep(0.05)
    process.send_signal(signal.SIGINT)
    outcome = front.finish(process)
    assert outcome.code == 130, outcome.stderr
    assert len(kept(front)) == 1
    assert "too few runs" in outcome.stdout


@pytest.mark.parametrize(
    ("flags", "message"),
    [
        (("--versus", "same"), "--runs contradicts --versus"),
        (("-o", "one.json"), "--runs contradicts -o"),
        (("--resume",), "--runs contradicts --resume"),
        (("--runs", "2"), "--runs: Value 2 not in range 3 to 1000"),
        (("--every", "soon"), '--every: "soon" is not a duration'),
    ],
)
def test_flags_that_contradict_runs_are_refused(front: Front, flags: tuple[str, ...], message: str) -> None:
    outcome = front.finish(front.start([*noise(front), *flags]))
    assert outcome.code == 2, outcome.stderr
    assert message in outcome.stderr


def test_a_history_that_is_not_there_is_found_before_a_baseline_is_measured_again(front: Front) -> None:
    base = measured(front, "base.json", 1, 1)
    before = len(front.loads())
    outcome = front.call("run", "--baseline", str(base), "-o", str(front.output), "--history", "nowhere")
    assert outcome.code == 2
    assert "--history nowhere: is no folder" in outcome.stderr
    assert len(front.loads()) == before


def test_a_folder_for_runs_that_cannot_be_made_is_found_before_anything_is_measured(front: Front) -> None:
    (front.folder / "data").write_text("a file", encoding="utf-8")
    outcome = front.finish(front.start(noise(front)))
    assert outcome.code == 2
    assert "cannot be created" in outcome.stderr
    assert front.loads() == []


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("compare", "base.json", "base.json", "--history", "nowhere"), "--history nowhere: is no folder"),
        (("compare", "base.json", "--where", "fpmath=strict", "--against", "fpmath=strict", "--history", "."), "for two runs"),
        (("compare", "--across", "base.json", "--history", "nowhere"), "--history nowhere: is no folder"),
        (("noise", "base.json", "--every", "1m"), "--every needs --runs"),
    ],
)
def test_a_history_is_a_folder_and_not_for_one_run(front: Front, arguments: tuple[str, ...], message: str) -> None:
    measured(front, "base.json", 1, 1)
    outcome = front.call(*arguments)
    assert outcome.code == 2
    assert message in outcome.stderr
