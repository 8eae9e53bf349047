"""The exported models through the whole path. Slow; scripts/export_models.py comes first."""

from __future__ import annotations

import platform
from pathlib import Path
from typing import Any

import jsonschema
import numpy as np
import pytest
from front import ROOT, Front, Outcome, by_block

pytestmark = pytest.mark.slow

# What is not of ResNet50's or DistilBERT's kind of network is for scripts/test.sh --all.
LONG = ("roberta-fill-mask", "roberta-sentiment")
NAMES = ("resnet50", "distilbert-sst2", *(pytest.param(name, marks=pytest.mark.long) for name in LONG))


def dtypes() -> str:
    """Without AVX-512, or BF16 on Arm, oneDNN has no kernels for bf16, and an inference takes half a minute."""
    words = Path("/proc/cpuinfo").read_text(encoding="utf-8").split()
    return "fp32,bf16" if "avx512bw" in words or "bf16" in words else "fp32"


def measure(front: Front, *arguments: str) -> Outcome:
    command = front.command("run", *arguments, "--models-dir", str(ROOT / "models"), "-o", str(front.output))
    outcome = front.finish(front.start(command))
    assert outcome.code == 0, outcome.stderr
    return outcome


@pytest.mark.parametrize("name", NAMES)
def test_a_real_model_gives_right_figures_and_exact_outputs(front: Front, results_schema: dict[str, Any], name: str) -> None:
    outcome = measure(front, name, "--batch", "2", "--dtype", dtypes(), "--launches", "2", "--blocks", "1", "--iterations", "5")
    jsonschema.Draft202012Validator(results_schema).validate(outcome.document)
    fp32, *others = outcome.cells
    assert len(others) == (1 if "bf16" in dtypes() else 0)
    assert [problem for index in range(len(outcome.cells)) for problem in outcome.problems(index)] == []
    assert fp32["accuracy"]["cosine_similarity"] == 1 and fp32["accuracy"]["max_abs_error"] == 0
    assert all(0.99 < bf16["accuracy"]["cosine_similarity"] < 1 for bf16 in others)
    check = fp32["accuracy"]["reference"]["export_check"]
    assert check["relative_l2_error"] < 1e-4, "as eager PyTorch computed when the model was exported"
    assert fp32["model"]["weights"]["kind"] in ("pretrained", "random")
    assert fp32["model"]["sha256"] not in [bf16["model"]["sha256"] for bf16 in others]
    for cell in (fp32, *others):
        launches = np.array(by_block(cell)).reshape(2, 5) / 1e6
        pooled = launches.ravel()
        assert cell["latency_ms"]["p50"] == pytest.approx(np.exp(np.log(np.median(launches, axis=1)).mean()))
        assert cell["latency_ms"]["mean"] == pytest.approx(pooled.mean())
        walls = np.array(by_block(cell, "wall_ns")).sum() / 1e9
        assert cell["throughput_per_s"]["value"] == pytest.approx(2 * 10 / walls)
        assert cell["memory"]["peak_rss_bytes"] > 100e6
        cold = cell["cold_start_ms"]
        assert cold["first_inference"] > cell["latency_ms"]["min"] and cold["load"] > 0 and cold["start"] > 0


def test_the_graph_fuser_keeps_resnet50_exact_and_makes_it_faster_on_x86(front: Front) -> None:
    outcome = measure(front, "resnet50", "--jit", "none,llga", "--launches", "3", "--iterations", "8")
    p50 = {cell["settings"]["requested"]["jit"]: cell["latency_ms"]["p50"] for cell in outcome.cells}
    if platform.machine() == "x86_64":  # On Graviton the fuser has no path through Arm Compute Library.
        assert p50["none"] / p50["llga"] > 1.1
    assert all(cell["accuracy"]["cosine_similarity"] > 0.999 for cell in outcome.cells)


def test_engines_in_python_compute_what_the_one_in_cpp_does(front: Front) -> None:
    engines = ("--engine", "torch,torch-python,torch-eager", "--dtype", dtypes(), "--audit", "off")
    outcome = measure(front, "resnet50", *engines, "--launches", "1", "--blocks", "1", "--iterations", "5")
    cells = {(cell["identity"]["engine"], cell["settings"]["requested"]["dtype"]): cell for cell in outcome.cells}
    assert len(cells) == 3 * len(dtypes().split(","))
    for (_, dtype), cell in cells.items():
        assert cell["accuracy"]["cosine_similarity"] > (0.99 if dtype == "bf16" else 1 - 1e-6)
        # Inputs of one dtype are the same, whoever makes them.
        assert cell["launches"][0]["inputs_digest"] == cells["torch", dtype]["launches"][0]["inputs_digest"]
