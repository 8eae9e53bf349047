"""engines/python: what its module makes and measures is what the protocol says, and its examples agree with gravbench-torch."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from conftest import Engine, EngineFailure, fnv1a, generated, tensor
from front import GRAVBENCH, PATIENCE_S, ROOT
from generator import raw, real
from safetensors.torch import save_file

ECHO = (sys.executable, str(Path(__file__).parent / "echo_engine.py"))


@pytest.fixture
def echo(protocol_schema: dict[str, Any], tmp_path: Path) -> Iterator[Engine]:
    one = Engine(protocol_schema, tmp_path / "log", program=ECHO)
    one.load(echo_model(tmp_path))
    yield one
    one.close()


def echo_model(folder: Path) -> Path:
    model = folder / "echo.model"
    model.write_text("echo", encoding="utf-8")
    return model


def definition(folder: Path, *arguments: str) -> Path:
    path = folder / "engine.json"
    path.write_text(json.dumps({"name": "python", "command": [*ECHO, *arguments]}), encoding="utf-8")
    return path


def test_an_engine_in_python_keeps_every_rule_of_the_protocol(tmp_path: Path) -> None:
    command = [GRAVBENCH, "check-engine", definition(tmp_path, "--sum"), echo_model(tmp_path), "--input", "f32[batch,20000]"]
    outcome = subprocess.run(command, capture_output=True, text=True, timeout=PATIENCE_S)
    assert outcome.returncode == 0, outcome.stdout
    # Comparing is left to the front, and no setting is obeyed through the environment.
    skipped = {line.split()[2] for line in outcome.stdout.splitlines() if line.startswith("not checked")}
    assert skipped - {"run.clock"} == {"hello.threads", "compare.figures", "compare.reference"}


@pytest.mark.parametrize("dtype", ["f16", "bf16", "f32", "f64", "i8", "u8", "i16", "i32", "i64", "bool"])
def test_generated_values_are_those_that_the_protocol_says(echo: Engine, tmp_path: Path, dtype: str) -> None:
    is_real = dtype in ("f16", "bf16", "f32", "f64")
    low, high = (-2.1, 2.6) if is_real else (0, 1) if dtype == "bool" else (3, 100)
    digest = echo.inputs(tensor(dtype, 3, 5, values={"uniform": [low, high]}), seed=7, position=3)
    made = echo.outputs(tmp_path / "made")["output"]
    expected = generated(dtype, 3, 5, values=(low, high), seed=7, position=3)
    assert torch.equal(made, expected.to(made.dtype))
    assert digest == fnv1a(made)


@pytest.mark.parametrize(("dtype", "low", "high"), [("i8", -128, 127), ("u8", 0, 255), ("i64", -(2**63), 2**63 - 1), ("i64", -5, -5)])
def test_a_range_may_be_all_that_the_type_holds(echo: Engine, tmp_path: Path, dtype: str, low: int, high: int) -> None:
    echo.inputs(tensor(dtype, 64, values={"uniform": [low, high]}), seed=2**64 - 1, position=2**40)
    expected = [low + number % (high - low + 1) for number in raw(2**64 - 1, 2**40, 0, 64)]
    assert echo.outputs(tmp_path / "made")["output"].tolist() == expected


def test_numbers_of_16_bits_are_rounded_to_the_nearest(echo: Engine, tmp_path: Path) -> None:
    for dtype, kind in (("bf16", torch.bfloat16), ("f16", torch.float16)):
        echo.inputs(tensor(dtype, 20000, values={"uniform": [-1e-3, 3e2]}))
        exact = torch.tensor([real(number, -1e-3, 3e2) for number in raw(42, 0, 0, 20000)], dtype=torch.float64)
        assert torch.equal(echo.outputs(tmp_path / "made")["output"], exact.to(torch.float32).to(kind))


def test_arguments_are_nested_and_outputs_are_named_by_their_place(echo: Engine, tmp_path: Path) -> None:
    number = {"kind": "scalar", "value": 2.5}
    items = {"a": tensor("i64", values={"constant": 7}), "b": {"kind": "tuple", "items": [number, tensor("f32", 0)]}}
    echo.inputs({"kind": "dict", "items": items}, {"kind": "list", "items": [{"kind": "scalar", "value": True}]})
    made = echo.outputs(tmp_path / "made")
    assert sorted(made) == ["output.0.a", "output.0.b.0", "output.0.b.1", "output.1.0"]
    assert (made["output.0.a"].item(), made["output.0.b.0"].item(), made["output.1.0"].item()) == (7, 2.5, True)


def test_a_tensor_comes_from_a_file(echo: Engine, tmp_path: Path) -> None:
    kept = {"real": torch.tensor([0.1, -2.7], dtype=torch.float64), "brain": torch.tensor([0.1, 3e38]).bfloat16()}
    save_file(kept, tmp_path / "kept")
    for dtype, name in [("f64", "real"), ("f32", "real"), ("f16", "real"), ("bf16", "real"), ("f32", "brain"), ("bf16", "brain")]:
        digest = echo.inputs(tensor(dtype, 2, values={"file": str(tmp_path / "kept"), "tensor": name}))
        made = echo.outputs(tmp_path / "made")["output"]
        assert torch.equal(made, kept[name].to(made.dtype)) and digest == fnv1a(made)
    for values in ({"file": str(tmp_path / "absent"), "tensor": "x"}, {"file": str(tmp_path / "kept"), "tensor": "x"}):
        with pytest.raises(EngineFailure) as failure:
            echo.inputs(tensor("f64", 2, values=values))
        assert failure.value.code == "inputs_do_not_fit"


@pytest.mark.parametrize(
    ("dtype", "values"),
    [
        ("u8", {"uniform": [0, 256]}),
        ("bool", {"uniform": [0, 2]}),
        ("i64", {"uniform": [5, 2]}),
        ("i64", {"uniform": [0.5, 3]}),
        ("u8", {"constant": -1}),
        ("i64", {"constant": 2**63}),
        ("f16", {"constant": 1e6}),
        ("f32", {"uniform": [1]}),
        ("f32", {"constant": "a"}),
        ("f32", {"gaussian": [0, 1]}),
        ("c64", {"constant": 0}),
    ],
)
def test_values_that_cannot_be_made_are_refused(echo: Engine, dtype: str, values: dict[str, Any]) -> None:
    argument = {"kind": "tensor", "dtype": dtype, "shape": [3], "values": values}
    request = {"id": 1, "request": "inputs", "seed": 1, "position": 0, "arguments": [argument]}
    assert echo.send(json.dumps(request))["code"] == "inputs_do_not_fit"


def test_what_the_framework_raises_is_named_and_ends_nothing(echo: Engine, tmp_path: Path) -> None:
    echo.inputs()
    with pytest.raises(EngineFailure, match="echo.model: RuntimeError: nothing to echo\nand no more") as failure:
        echo.ask("run", count=1)
    assert failure.value.code == "inference_failed"
    wrong = tmp_path / "wrong.model"
    wrong.write_text("not that", encoding="utf-8")
    with pytest.raises(EngineFailure, match="wrong.model: ValueError: the file does not say echo"):
        echo.load(wrong)
    echo.load(echo_model(tmp_path))
    with pytest.raises(EngineFailure) as failure:
        echo.ask("outputs", save=str(tmp_path / "x"))
    assert failure.value.code == "bad_request", "inputs are those of one model"


def test_an_engine_that_nobody_started_says_how_it_is_used() -> None:
    process = subprocess.run(ECHO, capture_output=True, text=True, env={}, stdin=subprocess.DEVNULL)
    assert process.returncode == 1 and "gravbench run MODEL --engine" in process.stderr


@pytest.mark.parametrize("dtype", ["f32", "bf16"])
def test_torchscript_in_python_and_in_cpp_give_the_same(protocol_schema: dict[str, Any], models: Path, tmp_path: Path, dtype: str) -> None:
    """The same digest, the same outputs, bit by bit, of a model with a list, a tuple and a dict among its arguments."""
    script = str(ROOT / "engines" / "python" / "torchscript_engine.py")
    arguments = [
        {"kind": "list", "items": [tensor(dtype, 2), tensor(dtype, 3)]},
        {"kind": "tuple", "items": [tensor("i64", 2, values={"uniform": [0, 9]}), {"kind": "scalar", "value": 3.5}]},
        {"kind": "dict", "items": {"a": tensor(dtype, 1, values={"constant": 5}), "b": tensor(dtype, 2, 2)}},
    ]
    made, digests = [], []
    for name, program in (("cpp", None), ("python", (sys.executable, script))):
        engine = Engine(protocol_schema, tmp_path / f"{name}.log", OMP_NUM_THREADS="1", **({"program": program} if program else {}))
        engine.load(models / "Nested.pt", jit="freeze")
        digests.append(engine.inputs(*arguments))
        made.append(engine.outputs(tmp_path / name))
        assert len(engine.ask("run", count=3)["streams"][0]["samples_ns"]) == 3
        engine.close()
    assert digests[0] == digests[1] and sorted(made[0]) == sorted(made[1])
    assert all(np.array_equal(made[0][name].float().numpy(), made[1][name].float().numpy()) for name in made[0])
