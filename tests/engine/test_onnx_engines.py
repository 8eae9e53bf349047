"""gravbench-onnxruntime and gravbench-openvino, driven over their channel: what they compute, refuse and say."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import warnings
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import onnx as onnx_format
import pytest
import torch
from conftest import Engine, EngineFailure, fnv1a, generated, tensor
from front import BINARIES, GRAVBENCH, PATIENCE_S, ROOT
from network import Network

ENGINES = ("onnxruntime", "openvino")


class Difference(torch.nn.Module):
    """Tells its inputs apart, and has two outputs."""

    def forward(self, x: torch.Tensor, y: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
        return x - y, x * 2


class Index(torch.nn.Module):
    """Takes and gives whole numbers."""

    def forward(self, ids: torch.Tensor) -> torch.Tensor:
        return ids * 3


def export(module: torch.nn.Module, inputs: dict[str, torch.Tensor], outputs: list[str], file: Path) -> Path:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        traced = torch.jit.trace(module.eval(), tuple(inputs.values()))
        axes = {name: {0: "batch"} for name in [*inputs, *outputs]}
        names = {"input_names": list(inputs), "output_names": outputs, "dynamic_axes": axes}
        torch.onnx.export(traced, tuple(inputs.values()), str(file), dynamo=False, opset_version=17, **names)
    return file


@pytest.fixture(scope="session")
def onnx(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("onnx")
    two = {"x": torch.zeros(2, 3), "y": torch.zeros(2, 3)}
    export(Network(), {"x": torch.zeros(2, 64)}, ["output"], folder / "network.onnx")
    export(Difference(), two, ["output.0", "output.1"], folder / "difference.onnx")
    export(Difference(), two, ["left", "right"], folder / "named.onnx")
    export(Index(), {"ids": torch.zeros(2, 3, dtype=torch.int64)}, ["output"], folder / "index.onnx")
    return folder


def program(name: str) -> Path:
    path = BINARIES / f"gravbench-{name}"
    # CI has both.
    if not path.exists() and "CI" not in os.environ:
        pytest.skip(f"{path.name} is not built: scripts/engines.sh {name}")
    return path


@pytest.fixture(params=ENGINES)
def engine(request: pytest.FixtureRequest, protocol_schema: dict[str, Any], tmp_path: Path) -> Iterator[Engine]:
    one = Engine(protocol_schema, tmp_path / "log", program=(str(program(request.param)),), OMP_NUM_THREADS="1")
    yield one
    one.close()


def example_in_python(folder: Path) -> Path:
    path = folder / "example.json"
    command = [sys.executable, str(ROOT / "engines" / "python" / "onnxruntime_engine.py")]
    path.write_text(json.dumps({"name": "example", "command": command}), encoding="utf-8")
    return path


@pytest.mark.parametrize("name", [*ENGINES, "in python"])
def test_the_engine_keeps_every_rule_of_the_protocol(name: str, onnx: Path, tmp_path: Path) -> None:
    engine = example_in_python(tmp_path) if name == "in python" else program(name)
    command = [GRAVBENCH, "check-engine", engine, onnx / "network.onnx", "--input", "f32[batch,64]", "--shape", "batch=64"]
    outcome = subprocess.run(command, capture_output=True, text=True, timeout=PATIENCE_S)
    others = [line for line in outcome.stdout.splitlines() if line.startswith(("BROKEN", "not checked")) and "run.clock" not in line]
    # They do not read OMP_NUM_THREADS by themselves, the front tells them; comparing in Python is left to the front.
    left_to_the_front = {"compare.figures", "compare.reference"} if name == "in python" else set()
    assert {line.split()[2] for line in others} == {"hello.threads", *left_to_the_front}, outcome.stdout
    assert outcome.returncode == 0


def test_the_engine_says_what_it_is_and_reads(engine: Engine) -> None:
    hello = engine.ask("hello", protocol=1)
    assert hello["formats"] == ["onnx"]
    assert hello["engine"]["name"] in ENGINES and hello["libraries"][hello["engine"]["name"]] == hello["engine"]["version"]


def test_outputs_are_those_of_pytorch_and_the_digest_is_the_protocols(engine: Engine, onnx: Path, tmp_path: Path) -> None:
    engine.load(onnx / "network.onnx")
    digest = engine.inputs({"name": "x", **tensor("f32", 5, 64)}, seed=7)
    x = generated("f32", 5, 64, values=(-1, 1), seed=7, position=0)
    assert digest == fnv1a(x)
    with torch.no_grad():
        torch.testing.assert_close(engine.outputs(tmp_path / "made")["output"], Network().eval()(x), rtol=1e-5, atol=1e-5)


def test_arguments_go_to_the_inputs_of_their_names(engine: Engine, onnx: Path, tmp_path: Path) -> None:
    engine.load(onnx / "difference.onnx")
    x = {"name": "x", **tensor("f32", 2, 3, values={"constant": 5})}
    y = {"name": "y", **tensor("f32", 2, 3, values={"constant": 3})}
    for arguments in ((x, y), (y, x)):
        engine.inputs(*arguments)
        assert engine.outputs(tmp_path / "made")["output.0"].flatten()[0] == 2


def test_an_input_of_any_rank_takes_any_shape_or_the_model_is_refused(engine: Engine, tmp_path: Path) -> None:
    graph = onnx_format.helper.make_graph(
        [onnx_format.helper.make_node("Relu", ["x"], ["output"])],
        "relu",
        [onnx_format.helper.make_tensor_value_info("x", onnx_format.TensorProto.FLOAT, None)],
        [onnx_format.helper.make_tensor_value_info("output", onnx_format.TensorProto.FLOAT, None)],
    )
    opset = [onnx_format.helper.make_opsetid("", 17)]
    onnx_format.save(onnx_format.helper.make_model(graph, opset_imports=opset, ir_version=8), tmp_path / "relu.onnx")
    if engine.ask("hello", protocol=1)["engine"]["name"] == "openvino":
        with pytest.raises(EngineFailure, match="doesn't support Parameter operation with dynamic rank"):
            engine.load(tmp_path / "relu.onnx")
        return
    engine.load(tmp_path / "relu.onnx")
    for number, shape in enumerate([(3,), (2, 3), (2, 1, 3)]):
        engine.inputs({"name": "x", **tensor("f32", *shape, values={"constant": 5})})
        assert engine.outputs(tmp_path / f"made-{number}")["output"].shape == shape


def test_arguments_without_those_names_go_by_their_order(engine: Engine, onnx: Path, tmp_path: Path) -> None:
    engine.load(onnx / "difference.onnx")
    engine.inputs(tensor("f32", 2, 3, values={"constant": 5}), {"name": "z", **tensor("f32", 2, 3, values={"constant": 3})})
    assert engine.outputs(tmp_path / "made")["output.0"].flatten()[0] == 2


def test_outputs_of_other_names_are_called_by_their_order(engine: Engine, onnx: Path, tmp_path: Path) -> None:
    engine.load(onnx / "named.onnx")
    engine.inputs(tensor("f32", 2, 3), tensor("f32", 2, 3))
    assert sorted(engine.outputs(tmp_path / "made")) == ["output.0", "output.1"]


def test_whole_numbers_and_another_batch(engine: Engine, onnx: Path, tmp_path: Path) -> None:
    engine.load(onnx / "index.onnx")
    for batch in (1, 4):
        engine.inputs(tensor("i64", batch, 3, values={"uniform": [0, 9]}), seed=3)
        ids = generated("i64", batch, 3, values=(0, 9), seed=3, position=0)
        assert torch.equal(engine.outputs(tmp_path / "made")["output"], ids * 3)


@pytest.mark.parametrize(
    "arguments, given",
    [
        ([tensor("f64", 2, 64)], "is f64[2, 64]"),
        ([tensor("f32", 2, 63)], "is f32[2, 63]"),
        ([tensor("f32", 2, 64, 1)], "is f32[2, 64, 1]"),
        ([tensor("f32", 2, 64), tensor("f32", 2, 64)], "there are 2 arguments"),
    ],
)
def test_inputs_that_do_not_fit_are_refused_with_what_the_model_takes(
    engine: Engine, onnx: Path, arguments: list[dict[str, Any]], given: str
) -> None:
    engine.load(onnx / "network.onnx")
    with pytest.raises(EngineFailure) as failure:
        engine.inputs(*arguments)
    assert failure.value.code == "inputs_do_not_fit"
    assert "the model takes (x: f32[-1, 64])" in str(failure.value) and given in str(failure.value)


def test_a_file_that_is_no_onnx_is_refused_by_name(engine: Engine, onnx: Path, tmp_path: Path, models: Path) -> None:
    whole = (onnx / "network.onnx").read_bytes()
    for content in (b"", b"once upon a time", whole[: len(whole) // 2], (models / "Echo.pt").read_bytes()):
        file = tmp_path / "wrong.onnx"
        file.write_bytes(content)
        with pytest.raises(EngineFailure) as failure:
            engine.load(file)
        assert failure.value.code == "model_not_loadable"
        assert str(file) in str(failure.value) and "src/" not in str(failure.value)


def tasks(engine: Engine) -> int:
    return len(list(Path(f"/proc/{engine.process.pid}/task").iterdir()))


def one_of(protocol_schema: dict[str, Any], name: str, folder: Path) -> Engine:
    return Engine(protocol_schema, folder / "log", program=(str(program(name)),), OMP_NUM_THREADS="1")


def test_onnx_runtime_has_the_threads_that_load_asks_for(protocol_schema: dict[str, Any], onnx: Path, tmp_path: Path) -> None:
    engine = one_of(protocol_schema, "onnxruntime", tmp_path)
    counts = []
    for threads in (1, 3):
        engine.load(onnx / "network.onnx", threads=threads)
        engine.inputs(tensor("f32", 64, 64))
        engine.ask("run", count=5, streams=1)
        counts.append(tasks(engine))
    assert counts[1] - counts[0] == 2, "the caller is one of them"
    engine.close()


def test_openvino_says_how_many_threads_it_uses(protocol_schema: dict[str, Any], onnx: Path, tmp_path: Path) -> None:
    engine = one_of(protocol_schema, "openvino", tmp_path)
    for threads in (1, 2):
        assert engine.load(onnx / "network.onnx", threads=threads)["effective"]["threads"] == threads
    engine.close()


@pytest.mark.parametrize("settings", [{"graph_optimization": level} for level in ("off", "basic", "extended", "all")] + [{"arena": "off"}])
def test_settings_of_onnx_runtime_leave_the_outputs_alone(
    protocol_schema: dict[str, Any], onnx: Path, tmp_path: Path, settings: dict[str, str]
) -> None:
    engine = one_of(protocol_schema, "onnxruntime", tmp_path)
    engine.load(onnx / "network.onnx", **settings)
    engine.inputs(tensor("f32", 5, 64), seed=7)
    x = generated("f32", 5, 64, values=(-1, 1), seed=7, position=0)
    with torch.no_grad():
        torch.testing.assert_close(engine.outputs(tmp_path / "made")["output"], Network().eval()(x), rtol=1e-5, atol=1e-5)
    engine.close()


def test_openvino_says_in_which_precision_it_computes(protocol_schema: dict[str, Any], onnx: Path, tmp_path: Path) -> None:
    engine = one_of(protocol_schema, "openvino", tmp_path)
    outputs = {}
    for dtype in ("fp32", "bf16"):
        loaded = engine.ask("load", model=str(onnx / "network.onnx"), dtype="fp32", settings={"dtype": dtype})
        # Where the CPU has no bf16, another type is in force, and it is said.
        in_force = loaded["effective"]["dtype"]
        assert in_force == dtype or dtype == "bf16"
        engine.inputs(tensor("f32", 5, 64), seed=7)
        outputs[in_force] = engine.outputs(tmp_path / f"{dtype}.made")["output"]
    if "bf16" in outputs:
        error = (outputs["bf16"] - outputs["fp32"]).abs().max() / outputs["fp32"].abs().max()
        assert 1e-4 < error < 0.05
    engine.close()
