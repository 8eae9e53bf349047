"""The real models on emulated Gravitons: exact outputs, and the kernels that oneDNN and Arm Compute Library choose there.

Slow (an inference of ResNet50 takes a minute), so each CPU runs each model once, and every test looks at that. What is marked
"long" is for scripts/test.sh --all. Times mean nothing here; scripts/emulated_graviton.sh comes first.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import jsonschema
import pytest
from front import ROOT, Front, Outcome

pytestmark = pytest.mark.slow

# As short as a sequence can be for every Linear layer and attention to reach Arm Compute Library (docs/facts.md).
SEQUENCE = "16"
# DistilBERT has a sixth of ResNet50's arithmetic, so it is the one that .ci/run has time for.
MODELS = (pytest.param("resnet50", marks=pytest.mark.long), "distilbert-sst2")
of_each_model = pytest.mark.parametrize("model", MODELS, scope="module")


def run(folder: Path, model: str, *arguments: str) -> Outcome:
    front = Front(folder)
    command = ["run", model, "--seq", SEQUENCE, "--models-dir", str(ROOT / "models"), "-o", str(front.output), *arguments]
    return front.finish(front.start(front.command(*command)), patience_s=3000)


@pytest.fixture(scope="module")
def graviton3(tmp_path_factory: pytest.TempPathFactory, model: str) -> Outcome:
    required = ("--require", "bf16", "--require", "no-ref")
    outcome = run(tmp_path_factory.mktemp("graviton3"), model, "--engine", "graviton3-emulated", "--fpmath", "strict,bf16", *required)
    assert outcome.code == 0, outcome.stderr
    return outcome


@pytest.fixture(scope="module")
def graviton2(tmp_path_factory: pytest.TempPathFactory, model: str) -> Outcome:
    folder = tmp_path_factory.mktemp("graviton2")
    return run(folder, model, "--engine", "graviton2-emulated", "--fpmath", "bf16", "--require", "bf16")


def cell(outcome: Outcome, fpmath: str) -> dict[str, Any]:
    return next(cell for cell in outcome.cells if cell["settings"]["requested"]["fpmath"] == fpmath)


def compute(audit: dict[str, Any]) -> list[dict[str, Any]]:
    return [kernel for kernel in audit["kernels"] if kernel["primitive"] in ("convolution", "matmul") and kernel["calls"] > 0]


def effect(cell: dict[str, Any], setting: str) -> dict[str, str]:
    return next(effect for effect in cell["settings"]["effects"] if effect["setting"] == setting)


def check_engine(outcome: Outcome, cpu: str, isa: str, results_schema: dict[str, Any]) -> None:
    jsonschema.Draft202012Validator(results_schema).validate(outcome.document)
    assert all(engine["emulated"] for engine in outcome.document["engines"])
    for index, measured in enumerate(outcome.cells):
        engine = outcome.engine(index)
        assert engine["arch"] == "aarch64" and engine["cpu"] == cpu
        assert ("bf16" in engine["features"]) == (cpu == "Neoverse V1")
        assert measured["audit"]["isa"].startswith(isa)
        assert "emulated" in [problem["code"] for problem in measured["problems"]] and measured["valid"] is False
        assert measured["audit"]["reference_kernels"] == 0


@of_each_model
def test_an_engine_on_a_graviton3_says_so_and_runs_no_reference_kernel(graviton3: Outcome, results_schema: dict[str, Any]) -> None:
    assert len(graviton3.cells) == 2
    check_engine(graviton3, "Neoverse V1", "AArch64 SVE (256 bits)", results_schema)


@pytest.mark.long
@of_each_model
def test_an_engine_on_a_graviton2_says_so_and_runs_no_reference_kernel(graviton2: Outcome, results_schema: dict[str, Any]) -> None:
    assert len(graviton2.cells) == 1
    check_engine(graviton2, "Neoverse N1", "AArch64", results_schema)


@of_each_model
@pytest.mark.parametrize("fpmath", ["strict", "bf16"])
def test_outputs_are_exact(graviton3: Outcome, fpmath: str) -> None:
    assert cell(graviton3, fpmath)["accuracy"]["cosine_similarity"] >= 0.999


def check_fp32(measured: dict[str, Any]) -> None:
    # The example's outputs were computed by eager PyTorch on the machine that exported the model.
    check = measured["accuracy"]["reference"]["export_check"]
    assert check["relative_l2_error"] < 1e-4 and check["cosine_similarity"] > 0.999999


@of_each_model
def test_fp32_of_a_graviton3_agrees_with_x86(graviton3: Outcome) -> None:
    check_fp32(cell(graviton3, "strict"))


@pytest.mark.long
@of_each_model
def test_fp32_of_a_graviton2_agrees_with_x86(graviton2: Outcome) -> None:
    check_fp32(cell(graviton2, "bf16"))


@of_each_model
def test_bf16_runs_in_arm_compute_library_on_a_graviton3(graviton3: Outcome) -> None:
    measured = cell(graviton3, "bf16")
    kernels = compute(measured["audit"])
    in_acl = [kernel for kernel in kernels if kernel["family"] == "acl" and kernel["weights_type"] == "bf16"]
    assert sum(kernel["calls"] for kernel in in_acl) >= 0.9 * sum(kernel["calls"] for kernel in kernels)
    assert measured["audit"]["bf16"]["engaged"] >= 0.9
    assert effect(measured, "fpmath")["verdict"] == "engaged"


@of_each_model
def test_strict_math_stays_in_fp32(graviton3: Outcome) -> None:
    audit = cell(graviton3, "strict")["audit"]
    assert audit["bf16"]["engaged"] == 0 and all(kernel["weights_type"] == "f32" for kernel in compute(audit))


@pytest.mark.long
@of_each_model
def test_a_graviton2_has_no_bf16_and_the_audit_says_so(graviton2: Outcome) -> None:
    assert graviton2.code == 4
    measured = cell(graviton2, "bf16")
    assert measured["audit"]["bf16"]["calls"] == 0 and measured["audit"]["bf16"]["of"] > 0
    assert effect(measured, "fpmath")["verdict"] == "no effect"
    assert "Neoverse N1 has no BF16 instructions" in effect(measured, "fpmath")["evidence"]
    assert {"setting_without_effect", "requirement_not_met"} <= {problem["code"] for problem in measured["problems"]}


@pytest.mark.long
@pytest.mark.parametrize("model", ["resnet50"], scope="module")
def test_resnet50_does_the_work_that_is_known(graviton3: Outcome) -> None:
    # 4.1 G multiply-adds.
    assert cell(graviton3, "bf16")["audit"]["flops"] == pytest.approx(2 * 4.1e9, rel=0.02)
