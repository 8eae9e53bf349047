"""gravbench audit on the exported models: what oneDNN really runs here. Slow; scripts/export_models.py comes first."""

from __future__ import annotations

import platform
from typing import Any

import jsonschema
import pytest
from front import ROOT, Front, Outcome

pytestmark = pytest.mark.slow

# The clocks part where the first or the last inference waits for the machine before its first kernel: of many inferences that
# is a small part.
MANY = ("--iterations", "20")

IS_X86 = platform.machine() == "x86_64"


def audit(front: Front, *arguments: str) -> Outcome:
    command = front.command("audit", *arguments, "--models-dir", str(ROOT / "models"), "-o", str(front.output))
    return front.finish(front.start(command))


def effect(cell: dict[str, Any], setting: str) -> dict[str, str]:
    return next(effect for effect in cell["settings"]["effects"] if effect["setting"] == setting)


def test_resnet50s_audit_is_whole(front: Front, results_schema: dict[str, Any]) -> None:
    outcome = audit(front, "resnet50", "--threads", "2", *MANY)
    assert outcome.code == 0, outcome.stderr
    jsonschema.Draft202012Validator(results_schema).validate(outcome.document)
    found = outcome.cells[0]["audit"]
    assert found["unknown_lines"] == found["torn_lines"] == 0
    assert found["flops"] == pytest.approx(2 * 4.1e9, rel=0.02)
    assert found["clocks"]["log_ms"] == pytest.approx(found["clocks"]["engine_ms"], rel=0.02)
    assert sum(found["time_share"].values()) == pytest.approx(1, abs=1e-4)
    assert sum(found["sequence"]["ms"]) == pytest.approx(found["onednn_ms"], rel=1e-3)
    convolutions = [kernel for kernel in found["kernels"] if kernel["primitive"] == "convolution"]
    assert sum(kernel["calls"] for kernel in convolutions) == 53 * found["inferences"]
    assert effect(outcome.cells[0], "threads")["verdict"] == "engaged"


def test_the_graph_fusers_partitions_are_seen_and_not_counted_twice(front: Front) -> None:
    found = audit(front, "resnet50", "distilbert-sst2", "--jit", "llga", *MANY).cells
    for cell in found:
        assert effect(cell, "jit")["verdict"] == "engaged"
        assert cell["audit"]["onednn_ms"] <= 1.02 * cell["audit"]["inference_ms"]
        assert cell["audit"]["clocks"]["log_ms"] == pytest.approx(cell["audit"]["clocks"]["engine_ms"], rel=0.02)


def test_bf16_is_engaged_where_the_cpu_has_it_and_else_the_audit_says_why_not(front: Front) -> None:
    # On x86 it needs AMX, which is kept from oneDNN here; on Graviton the CPU's own BF16 instructions.
    outcome = audit(front, "resnet50", "--fpmath", "strict,bf16", "--require", "bf16", *(["--isa", "avx512_core_bf16"] if IS_X86 else []))
    strict, bf16 = outcome.cells
    assert "requirement_not_met" not in [problem["code"] for problem in strict["problems"]]
    if not IS_X86 and "bf16" in outcome.engine(1)["features"]:
        assert outcome.code == 0 and effect(bf16, "fpmath")["verdict"] == "engaged"
    else:
        assert outcome.code == 4 and effect(bf16, "fpmath")["verdict"] == "no effect"
        assert ("AMX" if IS_X86 else "BF16 instructions") in effect(bf16, "fpmath")["evidence"]


def test_the_primitive_cache_acts_and_the_lru_cache_does_not(front: Front) -> None:
    outcome = audit(front, "resnet50", "--jit", "freeze", "--primitive-cache", "0,1024", "--lru-cache", "1024")
    off, on = outcome.cells
    assert effect(off, "primitive-cache")["verdict"] == "engaged"
    assert effect(on, "primitive-cache")["verdict"] == "no effect", "1024 is what it is by default"
    assert off["audit"]["cache"]["misses_after_warmup"] > 10 and on["audit"]["cache"]["misses_after_warmup"] == 0
    assert off["audit"]["cache"]["create_ms_after_warmup"] > on["audit"]["cache"]["create_ms_after_warmup"]
    for cell in outcome.cells:
        assert effect(cell, "lru-cache")["verdict"] == "no effect"
