"""The README's gate of a pull request, as it stands there: on a slowed engine it exits with 1, on an unchanged one with 0."""

from __future__ import annotations

import hashlib
import json
import os
import re
import subprocess
from pathlib import Path

import pytest
import torch
from front import BINARIES, ROOT, SLOWED_ENGINE

pytestmark = pytest.mark.slow


def readme_gate() -> str:
    section = (ROOT / "README.md").read_text(encoding="utf-8").split("### Gating a pull request")[1]
    (block,) = re.findall(r"```sh\n(.*?)```", section.split("\n## ")[0], flags=re.DOTALL)
    return block


class Layers(torch.nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.layers = torch.nn.Sequential(*[torch.nn.Linear(512, 512) for _ in range(8)])

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return self.layers(x)


def bundle(folder: Path) -> None:
    folder.mkdir(parents=True)
    torch.jit.trace(Layers().eval(), torch.rand(16, 512)).save(str(folder / "fp32.pt"))
    sha256 = hashlib.sha256((folder / "fp32.pt").read_bytes()).hexdigest()
    manifest = {
        "schema": "gravbench.manifest/1",
        "name": "layers",
        "files": {"fp32": {"path": "fp32.pt", "float_inputs": "f32", "sha256": sha256}},
        "inputs": [{"name": "x", "dtype": "f32", "shape": ["batch", 512], "values": {"uniform": [-1, 1]}}],
    }
    (folder / "manifest.json").write_text(json.dumps(manifest), encoding="utf-8")


def engine(folder: Path, name: str, share: str) -> str:
    path = folder / f"{name}.json"
    path.write_text(json.dumps({"name": name, "command": [str(SLOWED_ENGINE), "--slow-down", share]}), encoding="utf-8")
    return str(path)


@pytest.mark.parametrize(("share", "code", "verdict"), [("0.5", 1, "slower"), ("0", 0, "same")])
def test_the_gate_of_the_readme_stops_a_slowed_engine_and_lets_an_unchanged_one_through(
    tmp_path: Path, share: str, code: int, verdict: str
) -> None:
    bundle(tmp_path / "models" / "layers")
    environment = {
        **os.environ,
        "PATH": f"{BINARIES}:{os.environ['PATH']}",
        "GRAVBENCH_MODELS": str(tmp_path / "models"),
        "MODEL": "layers",
        "BASE": engine(tmp_path, "base", "0"),
        "NEW": engine(tmp_path, "new", share),
        # Whatever else runs on this machine: half as fast is far beyond it.
        "TOLERANCE": "25%",
    }
    done = subprocess.run(["bash", "-c", readme_gate()], cwd=tmp_path, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == code, done.stdout + done.stderr
    assert json.loads((tmp_path / "verdict.json").read_text(encoding="utf-8"))["cells"][0]["verdict"] == verdict
