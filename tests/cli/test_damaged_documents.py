"""Damaged results documents: `compare` and `show` refuse each with the file and the place, whatever the damage."""

from __future__ import annotations

import copy
import json
from pathlib import Path
from typing import Any

import pytest
from front import ROOT, Front, Outcome

Place = tuple[str | int, ...]
REMOVED = object()
WHOLE = json.loads((ROOT / "results" / "main-x86-zen5.json").read_text(encoding="utf-8"))
COMMANDS = (["show", "damaged.json"], ["compare", "damaged.json", "whole.json"], ["compare", "--across", "whole.json", "damaged.json"])
# What a library says of a type, and what a program says that a signal ended.
FOREIGN = ("json.exception", "nlohmann", "simdjson", "INCORRECT_TYPE", "type must be", "terminate called", "std::")

DAMAGES: list[tuple[Place, Any]] = [
    (("schema",), None),
    (("schema",), "gravbench.results/9"),
    (("run",), []),
    (("run",), REMOVED),
    (("run", "id"), 7),
    (("run", "seed"), "one"),
    (("run", "tool"), "gravbench"),
    (("machine",), []),
    (("machine",), REMOVED),
    (("machine", "vcpus"), "two"),
    (("machine", "cpu_quota"), {}),
    (("versus",), {}),
    (("versus",), [{"base": "resnet50:batch=1", "new": "nothing"}]),
    (("cells",), {}),
    (("cells",), REMOVED),
    (("cells", 1), 7),
    (("cells", 1, "key"), None),
    (("cells", 1, "model"), "resnet50"),
    (("cells", 1, "model", "name"), 3),
    (("cells", 1, "engine", "libraries"), ["onednn"]),
    (("cells", 1, "settings", "requested"), []),
    (("cells", 1, "settings", "requested", "batch"), "one"),
    (("cells", 1, "latency_ms", "p50"), "fast"),
    (("cells", 1, "latency_ms", "p50_ci95"), [1]),
    (("cells", 1, "throughput_per_s"), 3),
    (("cells", 1, "accuracy", "cosine_similarity"), "near"),
    (("cells", 1, "launches"), {}),
    (("cells", 1, "launches", 0, "number"), 0.5),
    (("cells", 1, "samples", "launches"), {}),
    (("cells", 1, "samples", "launches", 0, 0), {"a": 5}),
    (("cells", 1, "samples", "launches", 0, 0, 0), "1"),
    (("cells", 1, "samples", "wall_ns"), [{"a": 5}]),
    (("cells", 1, "problems"), [{"code": 1, "message": "one"}]),
    (("cells", 1, "valid"), "yes"),
]  # fmt: skip


def damaged(path: Place, value: Any) -> str:
    document = copy.deepcopy(WHOLE)
    place = document
    for member in path[:-1]:
        place = place[member]  # type: ignore[index]
    if value is REMOVED:
        del place[path[-1]]  # type: ignore[arg-type]
    else:
        place[path[-1]] = value  # type: ignore[index]
    return json.dumps(document)


def refusal(front: Front, command: list[str], content: bytes) -> Outcome:
    (front.folder / "damaged.json").write_bytes(content)
    (front.folder / "whole.json").write_text(json.dumps(WHOLE), encoding="utf-8")
    outcome = front.call(*command)
    assert outcome.code == 2, (outcome.code, outcome.stdout[-500:], outcome.stderr)
    assert "damaged.json" in outcome.stderr and outcome.stdout == ""
    assert len(outcome.stderr.strip().splitlines()) == 1, outcome.stderr
    assert not any(word in outcome.stderr for word in FOREIGN), outcome.stderr
    return outcome


def name_of(damage: tuple[Place, Any]) -> str:
    path, value = damage
    return ".".join(map(str, path)) + " " + ("removed" if value is REMOVED else json.dumps(value))


@pytest.mark.parametrize("damage", DAMAGES, ids=name_of)
def test_a_member_that_is_not_what_it_should_be_is_refused_with_its_place(front: Front, damage: tuple[Place, Any]) -> None:
    path, value = damage
    for command in COMMANDS:
        told = refusal(front, command, damaged(path, value).encode()).stderr
        if len(path) > 1 and path[0] == "cells":
            assert "cells[1]" in told, told
        # The member itself, or where it lies in a list, the list.
        assert next(str(member) for member in reversed(path) if isinstance(member, str)) in told, told


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"\n",
        b"not JSON",
        b"{}",
        b"[1, 2]",
        b"[" * 200_000,
        b'{"a":' * 200_000,
        b'{"schema": "gravbench.results/1", "cells": [' + b"[" * 200_000,
        b'{"schema": "gravbench.results/1", "run": "\xff\xfe"}',
        json.dumps(WHOLE).encode()[:-100],
        json.dumps(WHOLE).encode() + b"}",
        b"\0" * 4096,
    ],
    ids=lambda content: repr(content[:24]),
)
def test_what_is_no_results_document_at_all_is_refused(front: Front, content: bytes) -> None:
    for command in COMMANDS:
        refusal(front, command, content)


def test_the_whole_document_is_read_by_the_same_commands(front: Front) -> None:
    for name in ("damaged.json", "whole.json"):
        Path(front.folder / name).write_text(json.dumps(WHOLE), encoding="utf-8")
    for command in COMMANDS:
        outcome = front.call(*command)
        assert outcome.code in (0, 4) and "resnet50" in outcome.stdout and outcome.stderr == "", outcome
