"""What the benchmarks of verdicts keep of hours of measuring."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

import pytest
from front import ROOT

sys.path.insert(0, str(ROOT / "tests" / "benchmarks" / "verdicts"))
import verdict_run  # noqa: E402


def interrupted(_: float) -> None:
    raise KeyboardInterrupt


def test_a_pair_is_kept_before_the_pause_after_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def measure(kind: str, number: int) -> tuple[dict[str, Any], dict[str, Any]]:
        return {"kind": kind, "number": number, "ratio": 1.0, "verdicts": {}}, {"cpu": "some"}

    monkeypatch.setattr(verdict_run.time, "sleep", interrupted)
    output = tmp_path / "pairs.json"
    document = verdict_run.begun(output, {"models": ["net"]}, "pairs")
    with pytest.raises(SystemExit, match="the same command goes on"):
        verdict_run.measure_missing(document, output, ["net"], 3, lambda pair: pair["kind"], measure, pause=600)
    assert [pair["number"] for pair in json.loads(output.read_text(encoding="utf-8"))["pairs"]] == [0]
    assert verdict_run.begun(output, {"models": ["net"]}, "pairs")["machine"] == {"cpu": "some"}
