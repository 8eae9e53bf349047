"""Each request of docs/protocol.md: what it gives, against an independent computation, and how it is refused."""

from __future__ import annotations

import json
import platform
import subprocess
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from conftest import ENGINE, Engine, EngineFailure, Matrix, fnv1a, generated, tensor
from generator import raw
from safetensors.torch import save_file


def test_hello_says_what_the_engine_is_and_sees(engine: Engine) -> None:
    reply = engine.ask("hello", protocol=1, front="test")
    assert reply["engine"]["name"] == "torch"
    assert reply["engine"]["version"].split("+")[0] == torch.__version__.split("+")[0]
    assert reply["machine"]["arch"] == platform.machine()
    assert reply["libraries"]["torch"].startswith(torch.__version__.split("+")[0])
    assert reply["libraries"]["onednn"] and reply["libraries"]["openmp"]
    assert reply["threads"] == 1
    assert reply["settings"]["jit"][:3] == ["none", "freeze", "ofi"]


def test_threads_are_those_of_the_environment(protocol_schema: dict[str, Any], tmp_path: Path) -> None:
    engine = Engine(protocol_schema, tmp_path / "log", OMP_NUM_THREADS="2")
    assert engine.ask("hello", protocol=1)["threads"] == 2
    engine.close()


@pytest.mark.parametrize(
    ("setting", "value"),
    [
        *(("jit", value) for value in ("none", "freeze", "ofi", "llga")),
        *(("layout", value) for value in ("contiguous", "channels_last")),
        *(("matmul-precision", value) for value in ("highest", "high", "medium")),
        *(("onednn", value) for value in ("on", "off")),
    ],
)
def test_every_value_of_a_setting_is_applied_and_computes_the_same(
    engine: Engine, models: Path, tmp_path: Path, setting: str, value: str
) -> None:
    arguments = [tensor("f32", 2, 16), tensor("f32", 2, 3, 9, 9)]
    engine.load(models / "Matrix.pt")
    engine.inputs(*arguments)
    engine.ask("outputs", save=str(tmp_path / "reference"))
    reply = engine.ask("load", model=str(models / "Matrix.pt"), dtype="fp32", settings={setting: value})
    assert reply["effective"][setting] == value
    assert reply["load_ns"] > 0
    engine.inputs(*arguments)
    engine.ask("run", count=4)
    assert engine.ask("compare", reference=str(tmp_path / "reference"), batch=2)["relative_l2_error"] < 2e-2


def test_a_value_that_the_engine_does_not_know_is_refused(engine: Engine, models: Path) -> None:
    with pytest.raises(EngineFailure, match="jit=magic.*none") as failure:
        engine.load(models / "Echo.pt", jit="magic")
    assert failure.value.code == "setting_not_supported"


def bad_file(folder: Path, models: Path, kind: str) -> Path:
    path = folder / f"{kind}.pt"
    whole = (models / "Matrix.pt").read_bytes()
    if kind == "truncated":
        path.write_bytes(whole[: len(whole) // 2])
    elif kind == "corrupt":
        path.write_bytes(whole[:100] + bytes(len(whole) - 200) + whole[-100:])
    elif kind == "empty":
        path.write_bytes(b"")
    elif kind == "text":
        path.write_text("import torch\n", encoding="utf-8")
    elif kind == "state dict":
        torch.save(torch.nn.Linear(2, 2).state_dict(), path)
    elif kind == "safetensors":
        save_file({"weight": torch.zeros(2)}, path)
    elif kind == "onnx":
        path.write_bytes(b"\x08\x07\x12\x07pytorch")
    elif kind == "folder":
        path.mkdir()
    return path


@pytest.mark.parametrize(
    ("kind", "hint"),
    [
        ("absent", "no such file"),
        ("folder", "no such file"),
        ("empty", "the file is empty"),
        ("truncated", "truncated, corrupted"),
        ("corrupt", "truncated, corrupted"),
        ("text", "not a ZIP archive"),
        ("state dict", "state dicts"),
        ("safetensors", "safetensors"),
        ("onnx", "ONNX"),
    ],
)
def test_a_bad_file_is_named_with_what_it_is_instead(engine: Engine, models: Path, tmp_path: Path, kind: str, hint: str) -> None:
    path = bad_file(tmp_path, models, kind)
    with pytest.raises(EngineFailure) as failure:
        engine.load(path)
    assert failure.value.code == "model_not_loadable"
    assert str(path) in str(failure.value) and hint in str(failure.value)
    assert engine.load(models / "Echo.pt")["load_ns"] > 0, "the engine lives on"


@pytest.mark.parametrize("dtype", ["f16", "bf16", "f32", "f64", "i8", "u8", "i16", "i32", "i64", "bool"])
def test_generated_values_are_those_that_the_protocol_says(engine: Engine, models: Path, tmp_path: Path, dtype: str) -> None:
    is_real = dtype in ("f16", "bf16", "f32", "f64")
    low, high = (-2.1, 2.6) if is_real else (0, 1) if dtype == "bool" else (3, 100)
    engine.load(models / "Echo.pt")
    digest = engine.inputs(tensor(dtype, 3, 5, values={"uniform": [low, high]}), seed=7, position=3)
    made = engine.outputs(tmp_path / "made")["output"]
    expected = generated(dtype, 3, 5, values=(low, high), seed=7, position=3)
    assert torch.equal(made, expected.to(made.dtype))
    assert digest == fnv1a(made)


def test_inputs_depend_on_seed_and_position_and_on_nothing_else(engine: Engine, models: Path) -> None:
    engine.load(models / "Echo.pt")
    first = engine.inputs(tensor("f32", 4), seed=1, position=0)
    assert engine.inputs(tensor("f32", 4), seed=2, position=0) != first
    assert engine.inputs(tensor("f32", 4), seed=1, position=1) != first
    assert engine.inputs(tensor("f32", 4), seed=1, position=0) == first
    engine.load(models / "Echo.pt", layout="channels_last")
    assert engine.inputs(tensor("f32", 4), seed=1, position=0) == first


def test_nested_arguments_reach_forward_and_nested_outputs_are_named(engine: Engine, models: Path, tmp_path: Path) -> None:
    engine.load(models / "Nested.pt")
    engine.inputs(
        {"kind": "list", "items": [tensor("f32", 2), tensor("f32", 3)]},
        {"kind": "tuple", "items": [tensor("i64", 2, values={"uniform": [0, 9]}), {"kind": "scalar", "value": 3}]},
        {"kind": "dict", "items": {"a": tensor("f32", 1, values={"constant": 5}), "b": tensor("f32", 2, 2)}},
    )
    made = engine.outputs(tmp_path / "made")
    assert list(sorted(made)) == ["output.0.0", "output.0.1", "output.1.a", "output.1.b", "output.1.c", "output.2", "output.3", "output.4"]
    assert made["output.1.c"].tolist() == [number % 10 for number in raw(42, 0, 2, 2)], "tensors are numbered depth-first"
    assert made["output.1.a"].tolist() == [5.0]
    assert (made["output.2"].item(), made["output.3"].item(), made["output.4"].item()) == (3.0, True, 2)
    assert len(engine.ask("run", count=2)["streams"][0]["samples_ns"]) == 2, "with the default of an argument that was not given"


def test_a_tensor_comes_from_a_file_as_it_is_there(engine: Engine, models: Path, tmp_path: Path) -> None:
    kept = {"x": torch.randn(2, 3), "ids": torch.tensor([[1, 2]])}
    save_file(kept, tmp_path / "inputs")
    engine.load(models / "Echo.pt")
    engine.inputs(tensor("f32", 2, 3, values={"file": str(tmp_path / "inputs"), "tensor": "x"}))
    assert torch.equal(engine.outputs(tmp_path / "made")["output"], kept["x"])
    engine.inputs(tensor("bf16", 2, 3, values={"file": str(tmp_path / "inputs"), "tensor": "x"}))
    assert torch.equal(engine.outputs(tmp_path / "made")["output"], kept["x"].to(torch.bfloat16))
    for dtype, shape, name in [("f32", (3, 2), "x"), ("f32", (1, 2), "ids"), ("i64", (1, 2), "y")]:
        with pytest.raises(EngineFailure, match=name):
            engine.inputs(tensor(dtype, *shape, values={"file": str(tmp_path / "inputs"), "tensor": name}))


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ([], "missing"),
        ([tensor("f32", 2), tensor("f32", 2)], "too many arguments"),
        ([{"kind": "scalar", "value": 2.5}], "float"),
        ([{"kind": "list", "items": [tensor("f32", 2)]}], r"Tensor\[\]"),
    ],
)
def test_arguments_that_forward_does_not_take_are_refused_with_its_signature(
    engine: Engine, models: Path, arguments: list[dict[str, Any]], message: str
) -> None:
    engine.load(models / "Echo.pt")
    with pytest.raises(EngineFailure, match=message) as failure:
        engine.inputs(*arguments)
    assert failure.value.code == "inputs_do_not_fit"
    assert "forward(" in str(failure.value)


def test_a_block_of_a_count_has_exactly_that_many_samples(engine: Engine, models: Path) -> None:
    engine.load(models / "Echo.pt")
    engine.inputs(tensor("f32", 4))
    for count in (1, 2, 1000):
        reply = engine.ask("run", count=count)
        (stream,) = reply["streams"]
        assert len(stream["samples_ns"]) == count
        assert reply["wall_ns"] >= sum(stream["samples_ns"])


def test_a_block_of_a_duration_keeps_its_least_and_most(engine: Engine, models: Path) -> None:
    engine.load(models / "Echo.pt")
    engine.inputs(tensor("f32", 4))
    assert len(engine.ask("run", duration_ns=0, minimum_count=7)["streams"][0]["samples_ns"]) == 7
    most = engine.ask("run", duration_ns=10**12, minimum_count=1, maximum_count=50)
    assert len(most["streams"][0]["samples_ns"]) == 50
    timed = engine.ask("run", duration_ns=20_000_000, minimum_count=1)
    assert timed["wall_ns"] >= 20_000_000


def test_a_model_that_throws_fails_the_request_and_not_the_engine(engine: Engine, models: Path, tmp_path: Path) -> None:
    engine.load(models / "Moody.pt")
    for request, members in [("run", {"count": 3}), ("outputs", {"save": str(tmp_path / "x")})]:
        engine.inputs(tensor("f32", 2, values={"constant": 1}))
        with pytest.raises(EngineFailure, match="positive, which I cannot stand") as failure:
            engine.ask(request, **members)
        assert failure.value.code == "inference_failed"
        engine.inputs(tensor("f32", 2, values={"constant": -1}))
        assert len(engine.ask("run", count=3)["streams"][0]["samples_ns"]) == 3
    # Line by line: the last words of a model that crashes must not stay in a buffer.
    assert "a line of the model's own" in engine.log.read_text(encoding="utf-8")


def traced_matrix(folder: Path) -> Path:
    path = folder / "traced.pt"
    torch.jit.trace(Matrix(), (torch.zeros(2, 16), torch.zeros(2, 3, 9, 9))).save(str(path))
    return path


@pytest.mark.parametrize("jit", ["none", "freeze"])
@pytest.mark.parametrize("kind", ["scripted", "traced"])
def test_the_cause_of_a_failed_inference_stands_first_and_the_traceback_is_left_out(
    engine: Engine, models: Path, tmp_path: Path, kind: str, jit: str
) -> None:
    file = models / "Matrix.pt" if kind == "scripted" else traced_matrix(tmp_path)
    engine.load(file, jit=jit)
    engine.inputs(tensor("f32", 2, 15), tensor("f32", 2, 3, 9, 9))
    with pytest.raises(EngineFailure) as failure:
        engine.ask("run", count=1)
    cause, place = str(failure.value).splitlines()
    assert cause == f"{file.name}: RuntimeError: mat1 and mat2 shapes cannot be multiplied (2x15 and 16x8)"
    assert place.startswith("in ") and "linear.py" in place


def test_the_cause_of_what_a_model_raises_stands_first(engine: Engine, models: Path) -> None:
    engine.load(models / "Moody.pt")
    engine.inputs(tensor("f32", 2, values={"constant": 1}))
    with pytest.raises(EngineFailure) as failure:
        engine.ask("run", count=1)
    cause, place = str(failure.value).splitlines()
    assert cause == "Moody.pt: builtins.ValueError: positive, which I cannot stand"
    assert place.startswith("in ") and "conftest.py" in place


def test_too_little_memory_is_told_apart(engine: Engine, models: Path) -> None:
    engine.load(models / "Greedy.pt")
    engine.inputs(tensor("f32", 1))
    with pytest.raises(EngineFailure) as failure:
        engine.ask("run", count=1)
    assert failure.value.code == "out_of_memory"


def compared(engine: Engine, models: Path, folder: Path, cell: torch.Tensor, reference: torch.Tensor, batch: int) -> dict[str, Any]:
    """Echoes `cell`, compares it with `reference`."""
    names = {torch.float32: "f32", torch.float64: "f64", torch.int64: "i64", torch.bfloat16: "bf16"}
    save_file({"x": cell.contiguous()}, folder / "cell")
    save_file({"output": reference.contiguous()}, folder / "reference")
    engine.load(models / "Echo.pt")
    values = {"file": str(folder / "cell"), "tensor": "x"}
    engine.inputs(tensor(names[cell.dtype], *cell.shape, values=values))
    return engine.ask("compare", reference=str(folder / "reference"), batch=batch)


@pytest.mark.parametrize("shape", [(4, 10), (4, 3, 7), (1, 5), (6,)])
@pytest.mark.parametrize("dtype", [torch.float32, torch.bfloat16])
def test_a_comparison_is_what_numpy_computes(
    engine: Engine, models: Path, tmp_path: Path, shape: tuple[int, ...], dtype: torch.dtype
) -> None:
    generator = torch.Generator().manual_seed(5)
    reference = torch.randn(shape, generator=generator)
    cell = (reference + 0.3 * torch.randn(shape, generator=generator)).to(dtype)
    batch = 4
    result = compared(engine, models, tmp_path, cell, reference, batch)
    rows = batch if shape[0] == batch else 1
    x = cell.double().numpy().reshape(rows, -1)
    y = reference.double().numpy().reshape(rows, -1)
    cosine = (x * y).sum(1) / np.linalg.norm(x, axis=1) / np.linalg.norm(y, axis=1)
    assert result["cosine_similarity"] == pytest.approx(cosine.min(), abs=1e-12)
    assert result["max_abs_error"] == pytest.approx(np.abs(x - y).max(), rel=1e-12)
    assert result["relative_l2_error"] == pytest.approx((np.linalg.norm(x - y, axis=1) / np.linalg.norm(y, axis=1)).max(), rel=1e-12)
    top = cell.double().numpy().argmax(-1) == reference.double().numpy().argmax(-1)
    assert result["top1_agreement"] == pytest.approx(np.mean(top))
    assert result["elements"] == cell.numel() and result["nonfinite"] == 0


@pytest.mark.parametrize(
    ("cell", "reference", "cosine", "nonfinite"),
    [
        ([[0.0, 0.0]], [[0.0, 0.0]], 1, 0),
        ([[0.0, 0.0]], [[1.0, 0.0]], 0, 0),
        ([[1.0, 0.0]], [[0.0, 0.0]], 0, 0),
        ([[1.0, 2.0]], [[-1.0, -2.0]], -1, 0),
        ([[3.0, 4.0]], [[3.0, 4.0]], 1, 0),
        ([[1.0, float("nan")]], [[1.0, 2.0]], None, 1),
        ([[1.0, float("nan")]], [[1.0, float("nan")]], None, 1),
        ([[1.0, 2.0]], [[1.0, float("nan")]], None, 0),
        ([[1.0, float("inf")]], [[1.0, 2.0]], None, 1),
        ([[1.0, float("inf")]], [[1.0, float("-inf")]], None, 1),
        ([[1.0, float("inf")]], [[1.0, float("inf")]], 1, 1),
        ([[1.0, 2.0], [0.0, 1.0]], [[1.0, 2.0], [1.0, 0.0]], 0, 0),
    ],
)
def test_zeros_and_what_is_not_finite_are_compared_as_documented(
    engine: Engine,
    models: Path,
    tmp_path: Path,
    cell: list[list[float]],
    reference: list[list[float]],
    cosine: float | None,
    nonfinite: int,
) -> None:
    result = compared(engine, models, tmp_path, torch.tensor(cell), torch.tensor(reference), len(cell))
    assert result["cosine_similarity"] == (cosine if cosine is None else pytest.approx(cosine, abs=1e-12))
    assert result["nonfinite"] == nonfinite
    if cosine is None:
        assert result["max_abs_error"] is None and result["relative_l2_error"] is None


def test_whole_numbers_are_compared_too(engine: Engine, models: Path, tmp_path: Path) -> None:
    result = compared(engine, models, tmp_path, torch.tensor([1, 2, 3]), torch.tensor([1, 2, 4]), 1)
    assert result["max_abs_error"] == 1 and result["top1_agreement"] is None


@pytest.mark.parametrize(
    ("reference", "message"),
    [
        ({"output": torch.zeros(2, 4)}, r"shape \[1, 3\].*shape \[2, 4\]"),
        ({"other": torch.zeros(1, 3)}, '"output".*"other"'),
        ({"output": torch.zeros(1, 3), "more": torch.zeros(1)}, "1 output tensors, the reference has 2"),
    ],
)
def test_outputs_of_another_form_than_the_references_are_refused(
    engine: Engine, models: Path, tmp_path: Path, reference: dict[str, torch.Tensor], message: str
) -> None:
    save_file(reference, tmp_path / "reference")
    engine.load(models / "Echo.pt")
    engine.inputs(tensor("f32", 1, 3))
    with pytest.raises(EngineFailure, match=message) as failure:
        engine.ask("compare", reference=str(tmp_path / "reference"), batch=1)
    assert failure.value.code == "outputs_do_not_match"


@pytest.mark.parametrize("damage", ["absent", "empty", "truncated", "text", "huge header"])
def test_a_damaged_reference_is_refused(engine: Engine, models: Path, tmp_path: Path, damage: str) -> None:
    path = tmp_path / "reference"
    engine.load(models / "Echo.pt")
    engine.inputs(tensor("f32", 1, 3))
    engine.ask("outputs", save=str(path))
    whole = path.read_bytes()
    if damage == "absent":
        path.unlink()
    else:
        damaged = {"empty": b"", "truncated": whole[:-4], "text": b"no tensors at all", "huge header": b"\xff" * 8 + whole[8:]}
        path.write_bytes(damaged[damage])
    with pytest.raises(EngineFailure, match="reference") as failure:
        engine.ask("compare", reference=str(path), batch=1)
    assert failure.value.code == "reference_not_readable"


def test_memory_is_that_of_the_process(engine: Engine, models: Path) -> None:
    engine.load(models / "Echo.pt")
    before = engine.ask("memory")
    engine.inputs(tensor("f32", 50_000_000))
    after = engine.ask("memory")
    assert after["peak_rss_bytes"] - before["rss_bytes"] > 190e6
    assert after["peak_rss_bytes"] >= after["rss_bytes"]


@pytest.mark.parametrize(
    ("line", "code"),
    [
        ("no JSON", "bad_request"),
        ("[]", "bad_request"),
        ('{"id":1}', "bad_request"),
        ('{"id":1,"request":7}', "bad_request"),
        ('{"id":1,"request":"dance"}', "unknown_request"),
        ('{"id":1,"request":"hello"}', "bad_request"),
        ('{"id":1,"request":"load"}', "bad_request"),
        ('{"id":1,"request":"run","count":1}', "bad_request"),
        ('{"id":1,"request":"inputs","seed":1,"position":0,"arguments":[]}', "bad_request"),
        ('{"id":1,"request":"compare","batch":1}', "bad_request"),
    ],
)
def test_a_request_that_cannot_be_understood_is_refused_and_the_engine_lives_on(engine: Engine, line: str, code: str) -> None:
    reply = engine.send(line)
    engine.validators["error_reply"].validate(reply)
    assert reply["code"] == code
    assert engine.ask("hello", protocol=1)["protocol"] == 1


@pytest.mark.parametrize(
    "members",
    [
        {"count": 0},
        {"count": -1},
        {"count": "many"},
        {"duration_ns": -1},
        {"duration_ns": 1, "maximum_count": 0},
        {"count": 1, "streams": 2},
        {},
    ],
)
def test_a_block_of_no_length_is_refused(engine: Engine, models: Path, members: dict[str, Any]) -> None:
    engine.load(models / "Echo.pt")
    engine.inputs(tensor("f32", 1))
    assert engine.send(json.dumps({"id": 9, "request": "run", **members}))["code"] == "bad_request"


def test_quit_ends_the_engine_in_good_order(engine: Engine) -> None:
    engine.ask("quit")
    assert engine.process.wait(timeout=60) == 0


def test_an_engine_whose_front_is_gone_ends(engine: Engine) -> None:
    engine.ask("hello", protocol=1)
    engine.close()
    assert engine.process.returncode is not None


def test_an_engine_without_a_channel_says_what_it_is() -> None:
    process = subprocess.run([ENGINE], capture_output=True, text=True, env={}, stdin=subprocess.DEVNULL)
    assert process.returncode == 2
    assert "gravbench" in process.stderr
