"""`gravbench check-engine`: a good engine keeps all rules, and for each rule there is a broken one that is found."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from broken_engine import FAULTS, OF_THE_PROXY
from front import BINARIES, GRAVBENCH, PATIENCE_S

NULL_ENGINE = BINARIES / "null_engine"
# Large enough that an inference takes the null engine a millisecond.
INPUT = "f32[batch,1000000]"
BROKEN_ENGINE = Path(__file__).parent / "broken_engine.py"


def check(*arguments: str | Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run([GRAVBENCH, "check-engine", *arguments], capture_output=True, text=True, timeout=PATIENCE_S)


def null_model(folder: Path) -> Path:
    model = folder / "null.model"
    model.write_text("null\n", encoding="utf-8")
    return model


def engine_breaking(rule: str, folder: Path) -> Path:
    definition = folder / "broken.json"
    command = [sys.executable, str(BROKEN_ENGINE), rule, str(NULL_ENGINE)]
    definition.write_text(json.dumps({"name": "broken", "command": command}), encoding="utf-8")
    return definition


def rules_listed() -> list[str]:
    return [line.split()[0] for line in check("--list").stdout.splitlines()]


def test_an_engine_on_the_common_library_keeps_every_rule(tmp_path: Path) -> None:
    outcome = check(NULL_ENGINE, null_model(tmp_path), "--input", INPUT)
    assert outcome.returncode == 0, outcome.stdout
    assert "BROKEN" not in outcome.stdout
    # It obeys no setting through its environment.
    assert [line for line in outcome.stdout.splitlines() if line.startswith("not checked")][0].split()[2] == "hello.threads"
    assert outcome.stdout.splitlines()[-1].startswith(f"The engine keeps {len(rules_listed()) - 1} rules")


def test_for_each_rule_there_is_a_broken_engine() -> None:
    assert set(rules_listed()) == set(FAULTS) | OF_THE_PROXY


@pytest.mark.parametrize("rule", sorted(set(FAULTS) | OF_THE_PROXY))
def test_an_engine_that_breaks_a_rule_is_found(tmp_path: Path, rule: str) -> None:
    if rule == "hello.threads" and len(os.sched_getaffinity(0)) < 2:
        pytest.skip("one CPU: an engine may say that it has one thread")
    # The engine that goes on running is waited for as long as that.
    timeout = "3s" if rule == "channel.closed" else "60s"
    model = [null_model(tmp_path), "--input", INPUT]
    engine = engine_breaking(rule, tmp_path)
    outcome = check(engine, *model, "--rule", rule, "--timeout", timeout, "--format", "json")
    assert outcome.returncode == 4, outcome.stdout + outcome.stderr
    (ruling,) = json.loads(outcome.stdout)["rules"]
    assert ruling["rule"] == rule and ruling["verdict"] == "broken" and ruling["detail"]
    # It is found by what it says, and not because the proxy has died.
    assert ("did not answer" in ruling["detail"]) == (rule in ("message.not_json", "message.long", "load.lives_on"))


def test_what_stands_between_changes_nothing_where_it_breaks_nothing(tmp_path: Path) -> None:
    outcome = check(engine_breaking("none", tmp_path), null_model(tmp_path), "--input", INPUT)
    assert outcome.returncode == 0, outcome.stdout


def test_without_a_model_the_rules_that_need_one_are_not_checked() -> None:
    outcome = check(NULL_ENGINE)
    assert outcome.returncode == 0
    lines = outcome.stdout.splitlines()
    assert "not checked  run.count                no model was given" in lines
    assert any(line.startswith("kept         hello.reply") for line in lines)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ([], "ENGINE is missing"),
        (["no-such-engine"], "no-such-engine"),
        ([NULL_ENGINE, "--rule", "run.cuont"], 'did you mean "run.count"'),
        ([NULL_ENGINE, "--format", "xml"], "table, json"),
        ([NULL_ENGINE, "--input", "f32[1]"], "--input and --shape are for a MODEL"),
        ([NULL_ENGINE, "/no/such/model.pt", "--input", "f32[1]"], "/no/such/model.pt"),
        ([NULL_ENGINE, "--timeout", "soon"], "--timeout"),
    ],
)
def test_a_wrong_command_line_is_refused_and_named(arguments: list[str | Path], message: str) -> None:
    outcome = check(*arguments)
    assert outcome.returncode == 2
    assert message in outcome.stderr and outcome.stdout == ""


def test_a_program_that_cannot_be_started_is_named(tmp_path: Path) -> None:
    program = tmp_path / "engine"
    program.write_text("#!/no/such/interpreter", encoding="utf-8")
    program.chmod(0o755)
    outcome = check(program)
    assert outcome.returncode == 5
    assert str(program) in outcome.stderr and "No such file" in outcome.stderr


def test_a_model_that_the_engine_does_not_take_is_no_fault_of_the_engine(tmp_path: Path) -> None:
    model = tmp_path / "other.model"
    model.write_text("something else", encoding="utf-8")
    outcome = check(NULL_ENGINE, model, "--input", "f32[1]")
    assert outcome.returncode == 5
    assert f'the engine refuses the model: {model}: does not say "null"' in outcome.stderr
    outcome = check(NULL_ENGINE, null_model(tmp_path), "--input", "f32[1]", "--input", "f32[1]")
    assert "the engine refuses the model: the null model takes one tensor, not 2" in outcome.stderr


def test_a_program_that_is_no_engine_breaks_the_first_rule_and_is_asked_no_more(tmp_path: Path) -> None:
    outcome = check("/bin/true", null_model(tmp_path), "--input", "f32[1]")
    assert outcome.returncode == 4
    lines = outcome.stdout.splitlines()
    assert lines[0] == "BROKEN       hello.reply              it did not answer: it ended with exit status 0"
    assert "not checked  run.count                the engine does not answer hello" in lines


def test_an_engine_that_prints_without_end_is_stopped(tmp_path: Path) -> None:
    program = tmp_path / "engine"
    program.write_text("#!/bin/sh\nexec yes 'a line of a log without end, over and over again'\n", encoding="utf-8")
    program.chmod(0o755)
    outcome = check(program, "--rule", "hello.reply")
    assert outcome.returncode == 4 and "it printed more than 256 MiB" in outcome.stdout
