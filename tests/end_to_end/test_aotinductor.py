"""gravbench-aotinductor on packages that the exporter makes, each compiled for most of a minute: for scripts/test.sh --all."""

from __future__ import annotations

import json
import shutil
import sys
import zipfile
from pathlib import Path

import pytest
import torch
from front import ROOT, Front, Outcome
from network import Network

sys.path.insert(0, str(ROOT / "scripts"))

from exporter import bundle  # noqa: E402

pytestmark = [pytest.mark.slow, pytest.mark.long]

QUICK = ["--launches", "2", "--duration", "20ms", "--warmup-time", "1ms", "--threads", "1"]


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    description = {
        "schema": "gravbench.manifest/2",
        "name": "network",
        "inputs": [{"name": "x", "kind": "tensor", "dtype": "f32", "shape": ["batch", 64], "values": {"uniform": [-1, 1]}}],
        "outputs": [{"name": "output", "shape": ["batch", 32]}],
        "example": {"inputs": "example_inputs.safetensors", "outputs": "example_outputs.safetensors", "shape": {"batch": 1}},
        "weights": {"kind": "random", "seed": 3, "licence": None},
    }
    path = tmp_path_factory.mktemp("models") / "network"
    cases = [[torch.rand(3, 64)], [torch.rand(7, 64)]]
    bundle.write_bundle(path, description, Network().eval(), [torch.rand(1, 64)], cases, ["fp32", "bf16"], ["torchscript", "pt2"])
    return path


@pytest.fixture
def folder(front: Front, made: Path) -> Path:
    """A copy of the bundle that a test may spoil; its front finds it by name."""
    return Path(shutil.copytree(made, front.folder / "models" / "network"))


def run(front: Front, *arguments: str) -> Outcome:
    return front.call("run", *arguments, *QUICK, "-o", str(front.output))


def with_metadata(package: Path, changed: dict[str, str], target: Path) -> Path:
    """The package, saying something else of itself."""
    with zipfile.ZipFile(package) as source, zipfile.ZipFile(target, "w") as archive:
        for entry in source.infolist():
            content = source.read(entry)
            if entry.filename.endswith("metadata.json"):
                content = json.dumps(json.loads(content) | changed).encode()
            archive.writestr(entry, content)
    return target


def test_packages_are_measured_beside_torchscript_against_one_reference(front: Front, folder: Path) -> None:
    outcome = run(front, "network", "--engine", "torch,aotinductor", "--dtype", "fp32,bf16", "--batch", "1,5")
    assert outcome.code == 0, outcome.stderr
    cells = {cell["key"]: cell for cell in outcome.cells}
    assert len(cells) == 8
    for key, cell in cells.items():
        assert cell["accuracy"]["relative_l2_error"] < (0.05 if "bf16" in key else 1e-5), key
    of_batch = {key: {launch["inputs_digest"] for launch in cell["launches"]} for key, cell in cells.items()}
    assert of_batch["network:batch=5,threads=1"] == of_batch["network:batch=5,threads=1,engine=aotinductor"]


def test_the_engine_keeps_every_rule_of_the_protocol(front: Front, folder: Path) -> None:
    outcome = front.call("check-engine", "aotinductor", str(folder / "fp32.pt2"), "--input", "f32[batch,64]")
    assert outcome.code == 0, outcome.stdout
    assert "BROKEN" not in outcome.stdout


def test_a_package_is_never_called_with_other_shapes_than_it_was_compiled_for(front: Front, folder: Path) -> None:
    outcome = run(front, str(folder / "fp32.pt2"), "--input", "f32[batch,63]", "--engine", "aotinductor")
    assert outcome.code != 0
    assert 'the model takes (x: f32[-1, 64]), and "x" is f32[1, 63]' in outcome.stderr + outcome.stdout


def test_a_package_of_another_machine_is_refused_before_its_code_runs(front: Front, folder: Path) -> None:
    for changed, reason in (
        ({"AOTI_MACHINE": "riscv64"}, "was compiled for riscv64, and this is"),
        ({"gravbench.cpu": "sve2 avx99"}, "which this one lacks: export it again here"),
    ):
        package = with_metadata(folder / "fp32.pt2", changed, front.folder / "other.pt2")
        outcome = run(front, str(package), "--input", "f32[batch,64]", "--engine", "aotinductor")
        assert outcome.code != 0 and reason in outcome.stderr + outcome.stdout


def test_nothing_that_was_unpacked_is_left(front: Front, folder: Path) -> None:
    temporary = front.folder / "temporary"
    temporary.mkdir()
    front.environment["TMPDIR"] = str(temporary)
    assert run(front, "network", "--engine", "aotinductor").code == 0
    assert list(temporary.iterdir()) == []
    package = with_metadata(folder / "fp32.pt2", {"gravbench.cpu": "avx99"}, front.folder / "other.pt2")
    assert run(front, str(package), "--input", "f32[batch,64]", "--engine", "aotinductor").code != 0
    assert list(temporary.iterdir()) == []


def test_a_damaged_package_is_named_with_what_is_wrong(front: Front, folder: Path) -> None:
    whole = (folder / "fp32.pt2").read_bytes()
    for content, reason in (
        (whole[: len(whole) // 2], "a ZIP archive that is truncated, corrupted, or no package of AOTInductor"),
        (b"no package", "not a ZIP archive, so no package of AOTInductor"),
        ((folder / "fp32.pt").read_bytes(), "a ZIP archive that is truncated, corrupted, or no package of AOTInductor"),
    ):
        package = front.folder / "damaged.pt2"
        package.write_bytes(content)
        outcome = run(front, str(package), "--input", "f32[batch,64]", "--engine", "aotinductor")
        assert outcome.code != 0 and reason in outcome.stderr + outcome.stdout
    package = with_metadata(folder / "fp32.pt2", {"gravbench.inputs": "[[["}, front.folder / "damaged.pt2")
    outcome = run(front, str(package), "--input", "f32[batch,64]", "--engine", "aotinductor")
    assert outcome.code != 0 and "its description is damaged" in outcome.stderr + outcome.stdout
