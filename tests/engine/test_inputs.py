"""The edges of `inputs` and `outputs`: what cannot be made is refused, what is made is what was asked for."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from conftest import Engine, EngineFailure, fnv1a, tensor
from generator import raw
from safetensors.torch import save_file


def scalar(value: bool | int | float) -> dict[str, Any]:
    return {"kind": "scalar", "value": value}


def items(kind: str, *arguments: dict[str, Any]) -> dict[str, Any]:
    return {"kind": kind, "items": list(arguments)}


@pytest.mark.parametrize(
    ("dtype", "low", "high"),
    [
        ("i8", -128, 127),
        ("u8", 0, 255),
        ("i16", -(2**15), 2**15 - 1),
        ("i32", -(2**31), 2**31 - 1),
        ("i64", -(2**63), 2**63 - 1),
        ("i64", -5, -5),
    ],
)
def test_a_range_may_be_all_that_the_type_holds(engine: Engine, models: Path, tmp_path: Path, dtype: str, low: int, high: int) -> None:
    engine.load(models / "Echo.pt")
    engine.inputs(tensor(dtype, 64, values={"uniform": [low, high]}), seed=2**64 - 1, position=2**40)
    expected = [low + number % (high - low + 1) for number in raw(2**64 - 1, 2**40, 0, 64)]
    assert engine.outputs(tmp_path / "made")["output"].tolist() == expected


def test_constants_are_those_asked_for_in_every_dtype(engine: Engine, models: Path, tmp_path: Path) -> None:
    engine.load(models / "Echo.pt")
    for dtype in ("f16", "bf16", "f32", "f64"):
        engine.inputs(tensor(dtype, 2, values={"constant": -0.5}))
        assert engine.outputs(tmp_path / "made")["output"].tolist() == [-0.5, -0.5]
    for dtype in ("i8", "i16", "i32", "i64", "f32"):
        engine.inputs(tensor(dtype, 2, values={"constant": -7}))
        assert engine.outputs(tmp_path / "made")["output"].tolist() == [-7, -7]
    engine.inputs(tensor("bool", 2, values={"constant": True}))
    assert engine.outputs(tmp_path / "made")["output"].tolist() == [True, True]


@pytest.mark.parametrize(
    ("dtype", "values"),
    [
        ("u8", {"uniform": [0, 256]}),
        ("u8", {"uniform": [-1, 1]}),
        ("i8", {"uniform": [-129, 0]}),
        ("bool", {"uniform": [0, 2]}),
        ("i64", {"uniform": [5, 2]}),
        ("i64", {"uniform": [0.5, 3]}),
        ("i64", {"uniform": [0, 2**63]}),
        ("u8", {"constant": -1}),
        ("u8", {"constant": 256}),
        ("i64", {"constant": 2.5}),
        ("i64", {"constant": 2**63}),
        ("f16", {"constant": 1e6}),
    ],
)
def test_values_that_the_type_cannot_hold_are_refused(engine: Engine, models: Path, dtype: str, values: dict[str, Any]) -> None:
    engine.load(models / "Echo.pt")
    with pytest.raises(EngineFailure) as failure:
        engine.inputs(tensor(dtype, 3, values=values))
    assert failure.value.code == "inputs_do_not_fit"


def test_arguments_that_cannot_be_made_are_refused_and_the_engine_lives_on(engine: Engine, models: Path) -> None:
    engine.load(models / "Echo.pt")
    for argument in [
        tensor("f32", -1),
        tensor("c64", 1),
        tensor("f32", 1, values={"uniform": [1]}),
        tensor("f32", 1, values={"uniform": ["a", "b"]}),
        tensor("f32", 1, values={"constant": "a"}),
        tensor("f32", 1, values={"gaussian": [0, 1]}),
        tensor("f32", 1 << 62, 1 << 62),
        tensor("f32", 1, values={"file": "no such file", "tensor": "x"}),
        {"kind": "tensor", "dtype": "f32", "shape": [1]},
        {"kind": "sparse"},
        {"kind": "scalar", "value": None},
        {"name": "without a kind"},
        7,
    ]:
        # Past the client's own check: these are no requests by the schema.
        reply = engine.send(json.dumps({"id": 1, "request": "inputs", "seed": 1, "position": 0, "arguments": [argument]}))
        engine.validators["error_reply"].validate(reply)
        assert reply["code"] == "inputs_do_not_fit", argument
    with pytest.raises(EngineFailure) as failure:
        engine.inputs(tensor("f32", 1 << 46, values={"constant": 0}))
    assert failure.value.code == "out_of_memory" and "281474976710656 bytes" in str(failure.value)
    engine.inputs(tensor("f32", 1))


def test_the_digest_is_of_all_tensors_in_order_however_they_lie_in_memory(engine: Engine, models: Path, tmp_path: Path) -> None:
    arguments = [tensor("f32", 2, 3, 4, 5), tensor("i16", 7, values={"uniform": [-9, 9]})]
    engine.load(models / "Pair.pt")
    digest = engine.inputs(*arguments)
    made = engine.outputs(tmp_path / "made")
    assert digest == fnv1a(made["output.0"], made["output.1"])
    engine.load(models / "Pair.pt", layout="channels_last")
    assert engine.inputs(*arguments) == digest
    assert torch.equal(engine.outputs(tmp_path / "again")["output.0"], made["output.0"])


def test_the_layout_reaches_forward_with_the_same_values(engine: Engine, models: Path, tmp_path: Path) -> None:
    seen = {}
    for layout in ("contiguous", "channels_last"):
        engine.load(models / "Layout.pt", layout=layout)
        engine.inputs(tensor("f32", 2, 3, 4, 5))
        seen[layout] = engine.outputs(tmp_path / layout)
        assert seen[layout]["output.0"].item() == (layout == "channels_last")
    assert torch.equal(seen["contiguous"]["output.1"], seen["channels_last"]["output.1"])


def test_collections_of_every_kind_reach_forward_in_the_order_sent(engine: Engine, models: Path, tmp_path: Path) -> None:
    engine.load(models / "Collections.pt")
    named = {key: tensor("i64", values={"constant": value}) for key, value in (("z", 1), ("a", 2), ("m", 3))}
    digest = engine.inputs(
        items("list", items("list", tensor("f32", 2), tensor("f32", 3)), items("list")),
        items("list", scalar(1), scalar(2.5)),
        items("list", scalar(4), scalar(-5)),
        {"kind": "dict", "items": named, "name": "named"},
        scalar(8),
    )
    made = engine.outputs(tmp_path / "made")
    assert [made[f"output.3.{i}"].item() for i in range(3)] == [1, 2, 3]
    assert [made["output.1.0"].item(), made["output.1.1"].item(), made["output.4"].item()] == [1.0, 2.5, 8.0]
    assert [made["output.2.0"].item(), made["output.2.1"].item()] == [4, -5]
    assert made["output.1.0"].dtype == made["output.4"].dtype == torch.float64
    tensors = [made[name] for name in ("output.0.0.0", "output.0.0.1", "output.3.0", "output.3.1", "output.3.2")]
    assert digest == fnv1a(*tensors), "numbers are no tensors"
    engine.inputs(items("list"), items("list"), items("list"), {"kind": "dict", "items": {}}, scalar(1.0))
    assert list(engine.outputs(tmp_path / "empty")) == ["output.4"]


def test_a_collection_of_the_wrong_items_is_refused(engine: Engine, models: Path) -> None:
    engine.load(models / "Collections.pt")
    fine = [items("list"), items("list"), items("list"), {"kind": "dict", "items": {}}, scalar(1.0)]
    for index, wrong in [
        (0, items("list", tensor("f32", 1))),
        (1, items("list", tensor("f32", 1))),
        (2, items("list", scalar(2.5))),
        (2, items("tuple", scalar(2))),
        (3, {"kind": "dict", "items": {"a": scalar(1)}}),
        (4, scalar(True)),
    ]:
        with pytest.raises(EngineFailure) as failure:
            engine.inputs(*fine[:index], wrong, *fine[index + 1 :])
        assert failure.value.code == "inputs_do_not_fit", wrong


def test_a_tensor_of_a_file_is_converted_between_floating_point_types_only(engine: Engine, models: Path, tmp_path: Path) -> None:
    kept = {"real": torch.tensor([0.1, -2.7], dtype=torch.float64), "whole": torch.tensor([1, 2], dtype=torch.int32)}
    save_file(kept, tmp_path / "kept")
    engine.load(models / "Echo.pt")
    for dtype, name in [("f64", "real"), ("f32", "real"), ("f16", "real"), ("i32", "whole")]:
        digest = engine.inputs(tensor(dtype, 2, values={"file": str(tmp_path / "kept"), "tensor": name}))
        made = engine.outputs(tmp_path / "made")["output"]
        assert torch.equal(made, kept[name].to(made.dtype)) and digest == fnv1a(made)
    for dtype, name in [("i64", "whole"), ("f32", "whole"), ("i64", "real")]:
        with pytest.raises(EngineFailure, match=name) as failure:
            engine.inputs(tensor(dtype, 2, values={"file": str(tmp_path / "kept"), "tensor": name}))
        assert failure.value.code == "inputs_do_not_fit"


def test_outputs_are_named_by_their_place_and_what_is_no_number_is_left_out(engine: Engine, models: Path, tmp_path: Path) -> None:
    engine.load(models / "Medley.pt")
    engine.inputs(tensor("f32", 2, 3))
    made = engine.outputs(tmp_path / "made")
    assert sorted(made) == ["output.0", "output.3.2.0", "output.3.2.1", "output.3.7.0", "output.3.7.1", "output.4", "output.5"]
    assert np.array_equal(made["output.0"].numpy(), made["output.3.7.0"].numpy().T), "in row-major order, though transposed"
    assert [made[name].item() for name in ("output.3.7.1", "output.3.2.1", "output.4", "output.5")] == [3, 4, True, 0.5]
    assert made["output.4"].dtype == torch.bool and list(made["output.5"].shape) == []
    assert engine.ask("compare", reference=str(tmp_path / "made"), batch=2)["cosine_similarity"] == 1


def test_outputs_that_cannot_be_written_leave_nothing_behind(engine: Engine, models: Path, tmp_path: Path) -> None:
    engine.load(models / "Echo.pt")
    engine.inputs(tensor("f32", 1))
    target = tmp_path / "folder"
    target.mkdir()
    for path in (target, target / "absent" / "file"):
        with pytest.raises(EngineFailure, match="cannot be written"):
            engine.ask("outputs", save=str(path))
    assert [path.name for path in tmp_path.iterdir() if path.name != "log"] == ["folder"] and not list(target.iterdir())
