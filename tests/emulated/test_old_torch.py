"""Old LibTorch on emulated Gravitons: what became of fpmath bf16, which oneDNN 2.x does not log.

For scripts/test.sh --all; scripts/engines.sh --emulated comes first. Times mean nothing here.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from front import ROOT, Front

pytestmark = [pytest.mark.slow, pytest.mark.long]


def audited(folder: Path, engine: str) -> dict[str, Any]:
    front = Front(folder)
    command = ["audit", "distilbert-sst2", "--seq", "16", "--models-dir", str(ROOT / "models"), "-o", str(front.output)]
    outcome = front.finish(front.start(front.command(*command, "--fpmath", "bf16", "--engine", engine)), patience_s=3000)
    assert len(outcome.cells) == 1, outcome.stderr
    return outcome.cells[0]


def effect(cell: dict[str, Any]) -> tuple[str, str]:
    found = next(effect for effect in cell["settings"]["effects"] if effect["setting"] == "fpmath")
    return found["verdict"], found["evidence"]


def matmuls(cell: dict[str, Any]) -> set[str]:
    return {kernel["implementation"] for kernel in cell["audit"]["kernels"] if kernel["primitive"] == "matmul" and kernel["calls"] > 0}


def test_torch_2_0_multiplies_in_bf16_on_a_graviton3_and_only_the_outputs_show_it(tmp_path: Path) -> None:
    cell = audited(tmp_path, "torch-2.0-graviton3")
    verdict, evidence = effect(cell)
    assert verdict == "engaged"
    assert "oneDNN 2.7.3 does not show in which precision Arm Compute Library multiplied" in evidence
    assert "the outputs differ from those with strict" in evidence
    assert cell["audit"]["bf16"]["engaged"] is None
    assert matmuls(cell) == {"gemm:acl"}


def test_torch_2_0_has_no_bf16_to_multiply_in_on_a_graviton2(tmp_path: Path) -> None:
    verdict, evidence = effect(audited(tmp_path, "torch-2.0-graviton2"))
    assert verdict == "no effect"
    assert "no bit of the outputs differs from those with strict" in evidence


def test_torch_1_13_does_nothing_for_fpmath_on_a_graviton3(tmp_path: Path) -> None:
    cell = audited(tmp_path, "torch-1.13-graviton3")
    assert effect(cell)[0] == "no effect"
    assert "gemm:acl" not in matmuls(cell)
