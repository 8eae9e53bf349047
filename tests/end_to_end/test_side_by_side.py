"""Several engines in one run, on one bundle: each on the file that it reads, all against one reference."""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path

import pytest
import torch
from front import BINARIES, ROOT, Front, Outcome
from network import Network

sys.path.insert(0, str(ROOT / "scripts"))

from exporter import bundle  # noqa: E402

QUICK = ["--launches", "2", "--duration", "20ms", "--warmup-time", "1ms", "--threads", "1"]
OTHERS = ("onnxruntime", "openvino")


@pytest.fixture
def folder(front: Front) -> Path:
    """A bundle of all formats; its front finds it by name."""
    for name in OTHERS:
        # CI has both.
        if not (BINARIES / f"gravbench-{name}").exists() and "CI" not in os.environ:
            pytest.skip(f"gravbench-{name} is not built: scripts/engines.sh {name}")
    description = {
        "schema": "gravbench.manifest/2",
        "name": "network",
        "inputs": [{"name": "x", "kind": "tensor", "dtype": "f32", "shape": ["batch", 64], "values": {"uniform": [-1, 1]}}],
        "outputs": [{"name": "output", "shape": ["batch", 32]}],
        "example": {"inputs": "example_inputs.safetensors", "outputs": "example_outputs.safetensors", "shape": {"batch": 2}},
        "weights": {"kind": "random", "seed": 3, "licence": None},
    }
    path = front.folder / "models" / "network"
    path.parent.mkdir()
    bundle.write_bundle(path, description, Network().eval(), [torch.rand(2, 64)], [], ["fp32", "bf16"], list(bundle.DEFAULT_FORMATS))
    return path


def run(front: Front, *arguments: str) -> Outcome:
    return front.call("run", "network", *QUICK, "-o", str(front.output), *arguments)


def test_engines_are_measured_side_by_side_against_one_reference(front: Front, folder: Path) -> None:
    outcome = run(front, "--engine", "openvino,torch,onnxruntime", "--jit", "none,freeze", "--dtype", "fp32,bf16", "--batch", "4")
    assert outcome.code == 0, outcome.stderr
    cells = {cell["key"]: cell for cell in outcome.cells}
    assert set(cells) == {
        "network:batch=4,threads=1,engine=openvino",
        "network:batch=4,threads=1,dtype=bf16,engine=openvino",
        "network:batch=4,threads=1",
        "network:batch=4,threads=1,jit=freeze",
        "network:batch=4,threads=1,dtype=bf16",
        "network:batch=4,threads=1,dtype=bf16,jit=freeze",
        "network:batch=4,threads=1,engine=onnxruntime",
    }
    for key, cell in cells.items():
        error = cell["accuracy"]["relative_l2_error"]
        assert error < (0.05 if "bf16" in key else 1e-5), key
    digests = {launch["inputs_digest"] for key, cell in cells.items() if "bf16" not in key for launch in cell["launches"]}
    assert len(digests) == 1
    assert cells["network:batch=4,threads=1"]["accuracy"]["max_abs_error"] == 0, "the reference is TorchScript's, wherever torch stands"


def test_what_an_engine_has_no_file_for_is_said_once(front: Front, folder: Path) -> None:
    outcome = run(front, "--engine", "torch,onnxruntime", "--dtype", "fp32,bf16", "--batch", "1,4")
    assert outcome.code == 0, outcome.stderr
    notes = [line for line in outcome.stderr.splitlines() if "left out" in line]
    assert len(notes) == 1
    assert "and 1 more are left out: network has no file of dtype bf16 for the engine onnxruntime, only fp32" in notes[0]


def test_an_onnx_file_without_a_bundle_is_measured_as_a_torchscript_file_is(front: Front, folder: Path) -> None:
    file = str(folder / "fp32.onnx")
    outcome = front.call("run", file, "--input", "f32[batch,64]", *QUICK, "-o", str(front.output), "--engine", "torch,onnxruntime,openvino")
    assert outcome.code == 0, outcome.stderr
    assert "engine=torch" not in outcome.stderr and "the engine torch reads torchscript, and fp32 is there as onnx" in outcome.stderr
    assert sorted(cell["identity"]["engine"] for cell in outcome.cells) == ["onnxruntime", "openvino"]
    assert all(cell["accuracy"]["relative_l2_error"] < 1e-5 for cell in outcome.cells)


def test_an_onnx_file_that_is_not_the_bundles_is_refused(front: Front, folder: Path) -> None:
    (folder / "fp32.onnx").write_bytes(b"another one")
    outcome = run(front, "--engine", "onnxruntime")
    assert outcome.code == 2 and "fp32.onnx: SHA-256 is" in outcome.stderr
    assert run(front, "--engine", "torch").code == 0, "what is not used is not read"


def test_an_engine_that_is_not_installed_is_named_with_what_installs_it(front: Front) -> None:
    remedies = {}
    for name in OTHERS:
        definition = json.loads("\n".join((ROOT / "configs/engines" / f"{name}.json").read_text(encoding="utf-8").splitlines()[1:]))
        definition["command"] = [f"gravbench-{name}-not-there"]
        path = front.folder / f"{name}.json"
        path.write_text(json.dumps(definition), encoding="utf-8")
        outcome = front.call("run", front.model(), "--input", "f32[batch,4]", "--engine", str(path))
        assert outcome.code == 2
        remedies[name] = outcome.stderr
    assert all(f"gravbench-{name}-not-there not found: scripts/engines.sh {name}" in text for name, text in remedies.items())
