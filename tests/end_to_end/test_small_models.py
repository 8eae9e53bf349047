"""gravbench with gravbench-torch on TorchScript files made here: nested inputs and outputs, figures, and every bad file."""

from __future__ import annotations

import hashlib
import json
import subprocess
from pathlib import Path
from typing import Any

import jsonschema
import numpy as np
import pytest
import torch
from front import BINARIES, Front, Outcome, by_block
from generator import raw, real
from network import Network
from safetensors.numpy import load_file

QUICK = ["--launches", "2", "--duration", "20ms", "--warmup-time", "1ms", "--threads", "1"]
SEED = 1


def measure(front: Front, model: Path, *arguments: str, code: int = 0) -> Outcome:
    outcome = front.finish(front.start(front.command("run", str(model), *QUICK, "-o", str(front.output), *arguments)))
    assert outcome.code == code, outcome.stderr
    return outcome


def reference_outputs(front: Front) -> dict[str, np.ndarray]:
    (file,) = (front.folder / "cache" / "gravbench" / "references").glob("*.safetensors")
    return load_file(file)


def uniform(shape: tuple[int, ...], number: int = 0) -> np.ndarray:
    """The values from -1 to 1 of a f32 input, tensor `number` of the arguments, by docs/protocol.md."""
    values = [real(value, -1, 1) for value in raw(SEED, 0, number, int(np.prod(shape)))]
    return np.array(values, dtype=np.float32).reshape(shape)


def test_nested_outputs_run_by_input_alone(front: Front, models: Path, results_schema: dict[str, Any]) -> None:
    outcome = measure(front, models / "ManyOutputs.pt", "--input", "f32[batch,3]", "--batch", "2")
    x = uniform((2, 3))
    outputs = reference_outputs(front)
    expected = {"output.0": x + 1, "output.1.first.0": x * 2, "output.1.first.1": x * 3, "output.1.second.0": x.sum(0), "output.2": 2}
    assert sorted(outputs) == sorted(expected)
    for name, value in expected.items():
        np.testing.assert_allclose(outputs[name], value, rtol=1e-6, atol=1e-6)
    assert outcome.cells[0]["accuracy"]["cosine_similarity"] == 1
    assert outcome.cells[0]["accuracy"]["elements"] == 6 + 6 + 6 + 3 + 1
    jsonschema.Draft202012Validator(results_schema).validate(outcome.document)


def test_nested_inputs_run_by_input_alone(front: Front, models: Path) -> None:
    inputs = ["[f32[batch,4],f32[batch,4]]", "(f32[batch,4],i64[batch,4]=7)", "{a:f32[batch,4]}", "2.5", "true"]
    measure(front, models / "ManyInputs.pt", *[part for spec in inputs for part in ("--input", spec)], "--batch", "3")
    tensors = [uniform((3, 4), number) for number in (0, 1, 2, 4)]
    np.testing.assert_allclose(reference_outputs(front)["output.total"], (sum(tensors) + 7) * 2.5, rtol=1e-6)


def test_figures_are_those_that_numpy_computes_from_the_recorded_samples(front: Front, models: Path) -> None:
    cell = measure(front, models / "Network.pt", "--input", "f32[batch,64]", "--batch", "4").cells[0]
    launches = [np.concatenate([np.array(block) for block in launch]) for launch in by_block(cell)]
    pooled = np.concatenate(launches) / 1e6
    assert len(launches) == 2 and len(pooled) >= 15
    typical = float(np.exp(np.mean([np.log(np.median(launch / 1e6)) for launch in launches])))
    for name, expected in {"mean": pooled.mean(), "p50": typical, "min": pooled.min(), "max": pooled.max()}.items():
        assert cell["latency_ms"][name] == pytest.approx(expected, rel=1e-9), name
    walls = sum(wall for launch in by_block(cell, "wall_ns") for wall in launch)
    assert cell["throughput_per_s"]["value"] == pytest.approx(4 * len(pooled) / (walls / 1e9))
    assert walls >= pooled.sum() * 1e6 * (1 - 1e-9), "the samples lie within the block"


def bundle_of_two_dtypes(folder: Path) -> tuple[torch.nn.Module, torch.nn.Module]:
    folder.mkdir(parents=True)
    fp32, bf16 = Network().eval(), Network().eval().to(torch.bfloat16)
    files = {}
    for dtype, module in {"fp32": fp32, "bf16": bf16}.items():
        path = folder / f"{dtype}.pt"
        torch.jit.trace(module, torch.rand(2, 64).to(next(module.parameters()).dtype)).save(str(path))
        sha256 = hashlib.sha256(path.read_bytes()).hexdigest()
        files[dtype] = {"path": path.name, "sha256": sha256, "float_inputs": "f32" if dtype == "fp32" else "bf16"}
    manifest = {
        "schema": "gravbench.manifest/1",
        "name": "network",
        "files": files,
        "inputs": [{"name": "x", "dtype": "f32", "shape": ["batch", 64], "values": {"uniform": [-1, 1]}}],
    }
    (folder / "manifest.json").write_text(json.dumps(manifest), encoding="utf-8")
    return fp32, bf16


def test_accuracy_of_bf16_is_what_numpy_computes_from_the_outputs_of_pytorch(front: Front) -> None:
    fp32, bf16 = bundle_of_two_dtypes(front.folder / "models" / "network")
    outcome = measure(front, Path("network"), "--dtype", "fp32,bf16", "--batch", "8")
    x = torch.from_numpy(uniform((8, 64)))
    with torch.inference_mode():
        y = fp32(x).double().numpy()
        z = bf16(x.to(torch.bfloat16)).double().numpy()
    np.testing.assert_allclose(reference_outputs(front)["output"], y, rtol=1e-5, atol=1e-6)
    cosine = (y * z).sum(1) / np.linalg.norm(y, axis=1) / np.linalg.norm(z, axis=1)
    error = np.linalg.norm(z - y, axis=1) / np.linalg.norm(y, axis=1)
    exact, rounded = (cell["accuracy"] for cell in outcome.cells)
    assert exact["cosine_similarity"] == 1 and exact["max_abs_error"] == 0
    assert rounded["cosine_similarity"] == pytest.approx(cosine.min(), abs=1e-6)
    assert rounded["max_abs_error"] == pytest.approx(np.abs(z - y).max(), rel=1e-3)
    assert rounded["relative_l2_error"] == pytest.approx(error.max(), rel=1e-3)
    assert rounded["top1_agreement"] == pytest.approx((y.argmax(1) == z.argmax(1)).mean())
    assert rounded["nonfinite"] == 0


def test_outputs_that_are_all_zero_are_equal(front: Front, models: Path) -> None:
    assert measure(front, models / "Zero.pt", "--input", "f32[batch,3]").cells[0]["accuracy"]["cosine_similarity"] == 1


def test_a_nan_fails_whatever_the_limit(front: Front, models: Path) -> None:
    outcome = measure(front, models / "GivesNan.pt", "--input", "f32[batch,3]", "--min-cosine", "-1", code=3)
    assert "nonfinite_output" in outcome.problems()
    assert outcome.cells[0]["accuracy"]["nonfinite"] == 3


@pytest.mark.parametrize(
    ("setting", "value"),
    [("jit", "freeze"), ("jit", "ofi"), ("matmul-precision", "medium"), ("onednn", "off"), ("layout", "channels_last"), ("threads", 1)],
)
def test_a_setting_is_in_force(front: Front, models: Path, setting: str, value: str | int) -> None:
    outcome = measure(front, models / "Network.pt", "--input", "f32[batch,64]", f"--{setting}", str(value))
    assert outcome.cells[0]["settings"]["effective"][setting] == value
    # So small a model shows little of its effect, and without BF16 in its vectors a CPU does the same for medium.
    told = {"setting_unknown_effect"} | ({"setting_without_effect"} if setting == "matmul-precision" else set())
    assert set(outcome.problems()) <= told


def test_a_model_that_prints_is_measured_all_the_same(front: Front, models: Path) -> None:
    outcome = measure(front, models / "Prints.pt", "--input", "f32[batch,3]")
    assert outcome.cells[0]["valid"] is True
    assert "the model speaks" not in outcome.stdout + outcome.stderr


@pytest.mark.parametrize(
    ("model", "problem", "message"),
    [
        ("truncated.pt", "model_not_loadable", "truncated.pt"),
        ("corrupt.pt", "model_not_loadable", "corrupt.pt"),
        ("empty.pt", "model_not_loadable", "the file is empty"),
        ("text.pt", "model_not_loadable", "not a ZIP archive"),
        ("state_dict.pt", "model_not_loadable", "state dicts"),
        ("Throws.pt", "inference_failed", "no luck today"),
        ("TakesAllMemory.pt", "out_of_memory", ""),
        ("Hangs.pt", "engine_timeout", "no answer"),
    ],
)
def test_a_bad_model_fails_its_cell_with_the_reason(front: Front, models: Path, model: str, problem: str, message: str) -> None:
    arguments = ["--input", "f32[batch,3]", "--accuracy", "off", "--timeout", "5s"]
    outcome = measure(front, models / model, *arguments, code=5)
    assert outcome.problems() == [problem]
    assert message in outcome.message()
    assert front.processes() == []


@pytest.mark.parametrize("model", ["truncated.pt", "Throws.pt"])
def test_a_bad_model_fails_with_its_reference(front: Front, models: Path, model: str) -> None:
    outcome = measure(front, models / model, "--input", "f32[batch,3]", code=5)
    assert outcome.problems() == ["reference_failed"]


@pytest.mark.parametrize(
    ("inputs", "message"),
    [
        (["f32[batch,3]", "f32[batch,3]"], "argument"),
        (["2.5"], "Tensor"),
        (["[f32[batch,3]]"], "Tensor"),
    ],
)
def test_inputs_that_the_model_does_not_take_are_named(front: Front, models: Path, inputs: list[str], message: str) -> None:
    arguments = [part for spec in inputs for part in ("--input", spec)]
    outcome = measure(front, models / "Doubled.pt", *arguments, "--accuracy", "off", code=5)
    assert outcome.problems() == ["inputs_do_not_fit"]
    assert message in outcome.message()


def test_a_shape_that_the_model_cannot_compute_with_is_the_models_own_message(front: Front, models: Path) -> None:
    outcome = measure(front, models / "Network.pt", "--input", "f32[batch,65]", "--accuracy", "off", code=5)
    assert outcome.problems() == ["inference_failed"]
    assert "65" in outcome.message() and "64" in outcome.message()


def test_a_file_that_is_not_there_is_wrong_usage(front: Front, models: Path) -> None:
    outcome = front.call("run", str(models / "absent.pt"), "--input", "f32[1]")
    assert outcome.code == 2 and "absent.pt" in outcome.stderr


def test_the_reference_is_kept_for_the_next_run_and_made_again_when_damaged(front: Front, models: Path) -> None:
    arguments = ["--input", "f32[batch,64]"]
    measure(front, models / "Network.pt", *arguments)
    (kept,) = (front.folder / "cache" / "gravbench" / "references").glob("*.safetensors")
    whole = kept.read_bytes()
    before = kept.stat().st_ino
    measure(front, models / "Network.pt", *arguments)
    assert kept.stat().st_ino == before
    kept.write_bytes(whole[:-10])
    outcome = measure(front, models / "Network.pt", *arguments)
    assert kept.read_bytes() == whole
    assert outcome.cells[0]["accuracy"]["cosine_similarity"] == 1


def test_an_installation_works_wherever_it_is_put(front: Front, models: Path) -> None:
    prefix = front.folder / "installed"
    subprocess.run(["cmake", "--install", BINARIES.parent, "--prefix", prefix], check=True, capture_output=True)
    command = [str(prefix / "bin" / "gravbench"), "run", str(models / "Doubled.pt"), "--input", "f32[batch,3]", *QUICK]
    outcome = front.finish(front.start([*command, "--preset", "graviton-guide"]))
    assert outcome.code == 0, outcome.stderr
    moved = prefix.rename(front.folder / "moved")
    command[0] = str(moved / "bin" / "gravbench")
    assert front.finish(front.start(command)).code == 0


@pytest.mark.parametrize(("policy", "is_told"), [("passive", False), ("active", True)])
def test_an_engine_sleeps_while_others_are_measured_and_one_that_spins_is_told(
    front: Front, models: Path, policy: str, is_told: bool
) -> None:
    command = ["run", str(models / "Network.pt"), "--input", "f32[batch,64]", "--batch", "512,1024", "--threads", "2"]
    command += ["--launches", "2", "--blocks", "2", "--duration", "20ms", "--accuracy", "off", "--audit", "off"]
    outcome = front.finish(front.start(front.command(*command, "--env", f"OMP_WAIT_POLICY={policy}", "-o", str(front.output))))
    assert outcome.code in (0, 4), outcome.stderr
    told = [problem["message"] for cell in outcome.cells for problem in cell["problems"] if problem["code"] == "engine_not_idle"]
    assert bool(told) == is_told, outcome.stderr
