"""The schema that gravbench prints: it takes the messages of docs/protocol.md and refuses what they may not be."""

from __future__ import annotations

from typing import Any

import jsonschema
import pytest

ARGUMENT = {"kind": "tensor", "dtype": "f32", "shape": [1, 2], "values": {"uniform": [0, 1.5]}}
COMPARISON = {"cosine_similarity": 1, "max_abs_error": 0, "relative_l2_error": None, "top1_agreement": None, "nonfinite": 0, "elements": 1}


def block(wall_ns: Any, *samples: Any) -> dict[str, Any]:
    return {"id": 1, "reply": "run", "wall_ns": wall_ns, "streams": [{"samples_ns": list(samples)}]}


def inputs(argument: dict[str, Any]) -> dict[str, Any]:
    return {"id": 1, "request": "inputs", "seed": 2**64 - 1, "position": 0, "arguments": [argument]}


@pytest.fixture(scope="module")
def validator(protocol_schema: dict[str, Any]) -> jsonschema.Draft202012Validator:
    jsonschema.Draft202012Validator.check_schema(protocol_schema)
    return jsonschema.Draft202012Validator(protocol_schema)


@pytest.mark.parametrize(
    "message",
    [
        {"id": 1, "request": "memory", "unknown": "ignored"},
        {"id": 1, "reply": "memory", "rss_bytes": 1, "peak_rss_bytes": 1},
        {"id": 1, "request": "quit"},
        {"id": 1, "request": "run", "count": 1},
        {"id": 1, "request": "run", "duration_ns": 10, "minimum_count": 5, "maximum_count": 7},
        block(2, 1, 1),
        inputs(ARGUMENT),
        inputs({"kind": "dict", "items": {"a": {"kind": "list", "items": [{"kind": "tuple", "items": [ARGUMENT]}]}}}),
        inputs({"kind": "scalar", "value": True}),
        inputs({**ARGUMENT, "values": {"file": "x", "tensor": "y"}}),
        {"id": 1, "reply": "compare", **COMPARISON},
        {"id": None, "reply": "error", "code": "bad_request", "message": "not JSON"},
    ],
)
def test_a_message_of_the_protocol_is_valid(validator: jsonschema.Draft202012Validator, message: dict[str, Any]) -> None:
    validator.validate(message)


@pytest.mark.parametrize(
    "message",
    [
        {},
        [],
        {"id": 1, "request": "dance"},
        {"id": 1, "request": "run"},
        {"id": 1, "request": "run", "count": 0},
        {"request": "memory"},
        block(0, 1),
        block(2, 1, 0),
        block(2, 1.5),
        block(2),
        inputs({**ARGUMENT, "dtype": "f8"}),
        inputs({**ARGUMENT, "shape": [-1]}),
        inputs({**ARGUMENT, "values": {}}),
        inputs({**ARGUMENT, "values": {"uniform": [0]}}),
        inputs({"kind": "list", "items": [{"kind": "tuple", "items": [{"kind": "scalar", "value": "text"}]}]}),
        inputs({"kind": "dict", "items": [ARGUMENT]}),
        {"id": 1, "reply": "inputs", "digest": "8F3A1C20B7D4E956"},
        {"id": 1, "reply": "compare", **COMPARISON, "cosine_similarity": 1.1},
        {"id": 1, "reply": "compare", **COMPARISON, "nonfinite": None},
        {"id": 1, "reply": "error", "code": "no_idea", "message": "text"},
        {"id": 1, "reply": "error", "code": "bad_request"},
    ],
)
def test_what_is_no_message_of_the_protocol_is_refused(validator: jsonschema.Draft202012Validator, message: Any) -> None:
    assert not validator.is_valid(message)
