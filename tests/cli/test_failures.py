"""Every way in which an engine or a model may fail: the cell says so, the others go on, and nothing measured is lost."""

from __future__ import annotations

import os
import time
from typing import Any

import pytest
from front import PATIENCE_S, Front, Outcome


def fails_everywhere(front: Front, rule: dict[str, Any], *arguments: str) -> Outcome:
    outcome = front.run({"rules": [{"request": "run", **rule}]}, "--launches", "3", "--timeout", "3s", *arguments)
    assert outcome.code == 5, outcome.stderr
    assert outcome.cells[0]["valid"] is False and outcome.cells[0]["latency_ms"] is None
    assert len(front.loads()) == 1, "what has only failed is not tried again"
    assert outcome.document is not None and outcome.document["run"]["status"] == "complete"
    assert front.processes() == []
    return outcome


@pytest.mark.parametrize(
    ("rule", "problem", "message"),
    [
        ({"do": "abort"}, "engine_crashed", "signal 6"),
        ({"do": "exit", "status": 7}, "engine_exited", "exit status 7"),
        ({"do": "exit", "status": 0}, "engine_exited", "exit status 0"),
        ({"do": "kill"}, "engine_killed", "signal 9"),
        ({"do": "hang"}, "engine_timeout", "run"),
        ({"do": "close"}, "engine_garbled", "closed the channel"),
        ({"do": "send", "line": "latency: 3 ms"}, "engine_garbled", "latency: 3 ms"),
        ({"do": "send", "line": ""}, "engine_garbled", "not a message"),
        ({"do": "send", "line": "[1,2"}, "engine_garbled", "[1,2"),
        ({"do": "send half"}, "engine_exited", "in the middle of"),
        ({"do": "change", "members": {"id": 99}}, "engine_garbled", "an answer to something else"),
        ({"do": "change", "members": {"reply": "memory"}}, "engine_garbled", "an answer to something else"),
        ({"do": "change", "members": {"streams": []}}, "engine_garbled", "no sample"),
        ({"do": "change", "members": {"streams": [{"samples_ns": ["soon"]}]}}, "engine_garbled", "samples_ns"),
        ({"do": "change", "members": {"streams": [{"samples_ns": [-5]}]}}, "engine_garbled", "-5"),
        ({"do": "change", "members": {"wall_ns": None}}, "engine_garbled", "wall_ns"),
        ({"do": "error", "code": "inference_failed", "message": "the model threw: no luck"}, "inference_failed", "no luck"),
        ({"do": "error", "code": "out_of_memory", "message": "asked for 1 TB"}, "out_of_memory", "1 TB"),
        ({"do": "error", "code": "a code of the future", "message": "hm"}, "engine_garbled", "hm"),
    ],
)
def test_an_engine_that_fails_costs_its_cell_with_the_reason(front: Front, rule: dict[str, Any], problem: str, message: str) -> None:
    outcome = fails_everywhere(front, rule)
    assert outcome.problems() == [problem]
    assert message in outcome.message()
    assert problem in outcome.stdout and problem in outcome.stderr


@pytest.mark.parametrize("request_name", ["hello", "load", "inputs", "run", "memory", "quit"])
def test_an_engine_may_die_at_any_request(front: Front, request_name: str) -> None:
    rule = {"request": request_name, "do": "abort", "launch": 0}
    if request_name == "hello":  # Before a load there is no launch; the first hello is the probe's.
        del rule["launch"]
    outcome = front.run({"rules": [rule]}, "--launches", "2")
    assert outcome.code == 5
    assert "signal 6" in outcome.stderr


def test_the_last_lines_that_an_engine_printed_are_in_document_and_table(front: Front) -> None:
    outcome = fails_everywhere(front, {"do": "abort", "text": "terminate called: the model's last words"})
    assert outcome.cells[0]["log_tail"] == "terminate called: the model's last words"
    assert "the model's last words" in outcome.stdout


def test_an_engine_that_prints_without_end_is_ended(front: Front) -> None:
    outcome = front.run({"rules": [{"request": "run", "do": "print for ever"}]}, "--launches", "2")
    assert outcome.code == 5 and outcome.problems() == ["log_too_large"]
    assert len(outcome.cells[0]["log_tail"]) <= 2000
    assert front.processes() == []


def test_the_children_of_an_engine_end_with_it(front: Front) -> None:
    fails_everywhere(front, {"do": "hang with child"})
    child = int((front.folder / "script.json.child").read_text(encoding="utf-8"))
    deadline = time.monotonic() + PATIENCE_S
    while is_running(child) and time.monotonic() < deadline:  # A kill is carried out when the kernel next runs the process.
        time.sleep(0.001)
    assert not is_running(child)


def is_running(process: int) -> bool:
    """A zombie that nobody has waited for yet does not run."""
    try:
        with open(f"/proc/{process}/stat", encoding="utf-8") as stat:
            return stat.read().rsplit(")", 1)[1].split()[0] != "Z"
    except OSError:
        return False


def test_a_long_message_of_an_engine_stands_once(front: Front) -> None:
    lines = ["sizes 3 and 4 differ", *(f"at frame {number}" for number in range(30))]
    rule = {"request": "run", "do": "error", "code": "inference_failed", "message": "\n".join(lines)}
    outcome = front.run({"rules": [rule]}, "--launches", "2")
    assert outcome.code == 5 and "sizes 3 and 4 differ ..." in outcome.stderr
    assert (outcome.stderr + outcome.stdout).count("at frame 29") == 1


@pytest.mark.parametrize("rule", [{"do": "drip"}, {"do": "wait", "milliseconds": 300}])
def test_a_slow_reply_is_waited_for(front: Front, rule: dict[str, Any]) -> None:
    outcome = front.run({"rules": [{"request": "run", "nth": 3, **rule}]}, "--launches", "2", "--timeout", "30s")
    assert outcome.code == 0, outcome.stderr
    assert outcome.cells[0]["latency_ms"]["launches"] == 2


def test_a_cell_that_fails_leaves_the_others_alone(front: Front) -> None:
    rule = {"request": "run", "do": "abort", "settings": {"jit": "ofi"}}
    outcome = front.run({"rules": [rule]}, "--launches", "3", "--jit", "none,ofi,freeze")
    assert outcome.code == 5
    by_jit = {cell["settings"]["requested"]["jit"]: cell for cell in outcome.cells}
    assert [by_jit[jit]["valid"] for jit in ("none", "ofi", "freeze")] == [True, False, True]
    assert by_jit["freeze"]["latency_ms"]["launches"] == 3


def test_a_launch_that_fails_among_others_is_reported_and_the_others_count(front: Front) -> None:
    outcome = front.run({"rules": [{"request": "run", "do": "abort", "launch": 1}]}, "--launches", "4")
    assert outcome.code == 5
    assert outcome.problems() == ["launch_failed", "too_few_launches"]
    assert outcome.message().startswith("launch 2: engine_crashed: ")
    cell = outcome.cells[0]
    assert cell["valid"] is True and cell["latency_ms"]["launches"] == 3


def test_another_protocol_version_is_found_before_measuring_and_names_both(front: Front) -> None:
    outcome = front.run({"hello": {"protocol": 2}}, "--launches", "2")
    assert outcome.code == 5 and outcome.document is None
    assert "the engine speaks protocol version 2, this gravbench version 1" in outcome.stderr


@pytest.mark.parametrize("line", ["no JSON", "{}", '{"id":1,"reply":"hello"}'])
def test_a_program_that_is_no_engine_is_found_before_measuring(front: Front, line: str) -> None:
    outcome = front.run({"rules": [{"request": "hello", "do": "send", "line": line}]}, "--launches", "2")
    assert outcome.code == 5 and outcome.document is None
    assert "engine" in outcome.stderr


def test_a_combination_that_the_engine_does_not_know_is_left_out_with_a_note(front: Front) -> None:
    script = {"hello": {"settings": {"jit": ["none"]}}}
    outcome = front.run(script, "--launches", "2", "--jit", "none,llga")
    assert outcome.code == 0 and [cell["valid"] for cell in outcome.cells] == [True]
    assert "is left out: the engine engine does not know jit llga, only none" in outcome.stderr
    none_left = front.run(script, "--launches", "2", "--jit", "llga")
    assert none_left.code == 2 and "does not know jit llga" in none_left.stderr


@pytest.mark.parametrize(
    ("compare", "limit", "code", "problem"),
    [
        ({"cosine_similarity": 0.98}, "0.99", 3, "accuracy_below_limit"),
        ({"cosine_similarity": 0.98}, "0.9", 0, None),
        ({"cosine_similarity": -1}, "-1", 0, None),
        ({"cosine_similarity": None, "max_abs_error": None, "relative_l2_error": None, "nonfinite": 3}, "-1", 3, "nonfinite_output"),
    ],
)
def test_accuracy_below_its_limit_gives_exit_code_3(
    front: Front, compare: dict[str, Any], limit: str, code: int, problem: str | None
) -> None:
    outcome = front.run({"compare": compare}, "--launches", "2", "--accuracy", "on", "--min-cosine", limit)
    assert outcome.code == code
    assert outcome.problems() == ([problem] if problem else [])
    assert outcome.cells[0]["valid"] is (problem is None)
    assert outcome.cells[0]["latency_ms"] is not None, "inexact or not, what was measured is shown"


def test_a_reference_that_fails_fails_the_cells_that_need_it(front: Front) -> None:
    outcome = front.run(
        {"rules": [{"request": "outputs", "do": "abort"}]}, "--launches", "2", "--accuracy", "on", "--fpmath", "strict,bf16"
    )
    assert outcome.code == 5
    assert [outcome.problems(i) for i in (0, 1)] == [["reference_failed"], ["reference_failed"]]
    assert len(front.loads()) == 1, "the same reference is not tried twice"


def test_other_inputs_than_the_reference_saw_are_found(front: Front) -> None:
    rule = {"request": "inputs", "do": "change", "members": {"digest": "feedfeedfeedfeed"}, "launch": [1, 2]}
    outcome = front.run({"rules": [rule]}, "--launches", "2", "--accuracy", "on")
    assert outcome.code == 5
    assert "digest" in outcome.message()


def test_an_inexact_cell_does_not_hide_a_failed_one(front: Front) -> None:
    script = {"compare": {"cosine_similarity": 0.5}, "rules": [{"request": "run", "do": "abort", "settings": {"jit": "ofi"}}]}
    outcome = front.run(script, "--launches", "2", "--accuracy", "on", "--jit", "none,ofi")
    assert outcome.code == 5
    assert outcome.problems(0) == ["accuracy_below_limit"]


def test_max_time_ends_the_run_and_says_what_was_left_out(front: Front) -> None:
    script = {"rules": [{"request": "run", "nth": 3, "do": "wait", "milliseconds": 400}]}
    outcome = front.run(script, "--launches", "50", "--max-time", "2s")
    assert outcome.problems() == ["too_few_launches"]
    assert 1 <= outcome.cells[0]["latency_ms"]["launches"] < 50
    nothing = front.run(script, "--launches", "2", "--max-time", "1ns")
    assert nothing.code == 4 and nothing.problems() == ["not_measured"]


def test_max_time_counts_the_blocks_of_all_engines_that_wait_for_theirs(front: Front) -> None:
    """Six engines are warm in no time; their blocks would take six seconds."""
    outcome = front.run({}, "--batch", "1,2,3,4,5,6", "--launches", "1", "--blocks", "2", "--duration", "500ms", "--max-time", "2s")
    measured = [cell for cell in outcome.cells if cell["latency_ms"] is not None]
    assert len(measured) <= 2
    assert outcome.code == 4
    assert all(outcome.problems(i) == ["not_measured"] for i, cell in enumerate(outcome.cells) if cell not in measured)


def test_audits_for_which_no_time_is_left_are_dropped_and_said_to_be(front: Front) -> None:
    script = {"rules": [{"request": "hello", "do": "wait", "milliseconds": 400}]}
    outcome = front.run(script, "--launches", "1", "--iterations", "1", "--audit", "on", "--max-time", "1s", "--warmup-time", "1ms")
    # The probe and the launch begin with 400 ms each: an audit's 400 ms more would not end within the second.
    assert set(outcome.problems()) & {"not_audited", "not_measured"}


def test_nothing_is_left_in_the_folder_for_temporary_files(front: Front) -> None:
    temporary = front.folder / "tmp"
    temporary.mkdir()
    front.environment = {"TMPDIR": str(temporary)}
    front.run({"rules": [{"request": "run", "do": "abort"}]}, "--launches", "2")
    assert os.listdir(temporary) == []
