"""gravbench-aotinductor without a package, whose making takes a minute: tests/end_to_end/test_aotinductor.py has these."""

from __future__ import annotations

import subprocess

from front import BINARIES, GRAVBENCH, PATIENCE_S


def test_the_engine_keeps_the_rules_that_need_no_model() -> None:
    command = [GRAVBENCH, "check-engine", BINARIES / "gravbench-aotinductor"]
    outcome = subprocess.run(command, capture_output=True, text=True, timeout=PATIENCE_S)
    assert outcome.returncode == 0, outcome.stdout + outcome.stderr
    assert "BROKEN" not in outcome.stdout
