"""gravbench audit, and what run makes of an audit, with a fake engine that prints oneDNN's log."""

from __future__ import annotations

import csv
import io
import json
import shlex
import subprocess
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from front import FAKE_ENGINE, GRAVBENCH, Front, Outcome

INFO = "onednn_verbose,v1,info,"
HEADER = f"{INFO}oneDNN v3.12.0 (commit 80afa71049)\n{INFO}cpu,runtime:OpenMP,nthr:2\n{INFO}cpu,isa:Intel AVX-512\n"
SMALL = "mb1_ic16oc16_ih8oh8kh3sh1dh0ph1_iw8ow8kw3sw1dw0pw1"
LARGE = "mb1_ic16oc16_ih32oh32kh3sh1dh0ph1_iw32ow32kw3sw1dw0pw1"
# Of an audit: the fake engine answers two calls of warm-up, then with its list of 20 samples, then with the 5 asked for.
INFERENCES = 27
X86 = {"arch": "x86_64", "cpu": "", "isa": "AVX512", "features": ["avx512f"]}
GRAVITON3 = {"arch": "aarch64", "cpu": "Neoverse V1", "isa": "SVE256", "features": ["asimd", "bf16"]}


def line(
    ms: float,
    *,
    primitive: str = "convolution",
    implementation: str = "jit:avx512_core",
    weights: str = "f32",
    problem: str = LARGE,
    operation: str = "exec",
    stamp: str = "",
) -> str:
    memory = f"src:f32::blocked:abcd::f0 wei:{weights}::blocked:Acdb16a::f0 dst:f32::blocked:abcd::f0"
    start = f"{stamp}," if stamp else ""
    kernel = f"{operation},cpu,{primitive},{implementation},forward,{memory},attr-scratchpad:user,,{problem},{ms}"
    return f"onednn_verbose,v1,{start}primitive,{kernel}\n"


F32 = line(6) + line(2, problem=SMALL)
BF16 = line(3, implementation="gemm:acl", weights="bf16") + line(0.2, problem=SMALL, implementation="brgconv_1x1:sve_256")


def script(*logs: dict[str, Any], machine: dict[str, Any] | None = None) -> dict[str, Any]:
    return {"hello": {"machine": machine or X86}, "samples_ns": [[10_000_000] * 20], "logs": [{"header": HEADER, **log} for log in logs]}


def run(front: Front, engine: dict[str, Any], *arguments: str) -> Outcome:
    return front.run(engine, "--audit", "on", "--launches", "2", *arguments)


def audit(front: Front, engine: dict[str, Any], *arguments: str) -> Outcome:
    command = ["audit", front.model(), "--input", "f32[batch,4]", "--engine", front.engine(engine), "-o", str(front.output), *arguments]
    return front.call(*command)


def effects(outcome: Outcome, cell: int = 0) -> dict[str, str]:
    return {effect["setting"]: effect["verdict"] for effect in outcome.cells[cell]["settings"]["effects"]}


def evidence(outcome: Outcome, setting: str, cell: int = 0) -> str:
    return next(effect["evidence"] for effect in outcome.cells[cell]["settings"]["effects"] if effect["setting"] == setting)


def is_valid(document: Any) -> bool:
    schema = json.loads(subprocess.run([GRAVBENCH, "schema", "results"], capture_output=True, check=True).stdout)
    jsonschema.Draft202012Validator(schema).validate(document)
    return True


def test_only_the_audit_runs_under_a_profile(front: Front) -> None:
    outcome = run(front, script({"inference": F32}))
    assert outcome.code == 0 and is_valid(outcome.document)
    profiled = ["ONEDNN_VERBOSE" in load["environment"] for load in front.loads()]
    assert profiled == [False, False, True]
    assert len(outcome.cells[0]["launches"]) == 2


def test_a_run_without_audit_has_none(front: Front) -> None:
    outcome = front.run(script({"inference": F32}), "--audit", "off", "--launches", "2")
    assert outcome.cells[0]["audit"] is None and len(front.loads()) == 2


def test_the_audit_has_kernels_shares_and_flops(front: Front) -> None:
    outcome = run(front, script({"inference": F32}))
    found = outcome.cells[0]["audit"]
    assert [kernel["problem"] for kernel in found["kernels"]] == [LARGE, SMALL]
    assert found["inferences"] == 5 and found["onednn_ms"] == pytest.approx(8)
    assert found["time_share"] == pytest.approx({"jit:avx512_core": 0.8, "outside_onednn": 0.2})
    assert found["flops"] == pytest.approx(2 * 16 * 16 * 9 * (32 * 32 + 8 * 8))
    assert found["sequence"]["kernels"] == [0, 1] and found["bf16"]["engaged"] == 0


def test_bf16_without_effect_is_a_problem_in_the_table(front: Front) -> None:
    outcome = run(front, script({"inference": F32}), "--fpmath", "strict,bf16")
    assert outcome.code == 0
    assert outcome.problems(0) == [] and outcome.problems(1) == ["setting_without_effect"]
    assert "none of 2 convolutions and matmuls ran in bf16: 2 convolution f32 jit:avx512_core" in evidence(outcome, "fpmath", 1)
    assert "needs AMX" in evidence(outcome, "fpmath", 1)
    assert "setting_without_effect" in outcome.stdout


def test_bf16_in_most_of_the_time_is_engaged_and_in_some_partly(front: Front) -> None:
    engine = script({"inference": BF16}, machine={**X86, "features": []})
    assert effects(run(front, engine, "--fpmath", "bf16"))["fpmath"] == "engaged"
    front.output.unlink()
    half = script({"inference": line(1, weights="bf16") + line(1, problem=SMALL)})
    assert effects(run(front, half, "--fpmath", "bf16"))["fpmath"] == "partly"


def engine_by_fpmath(front: Front, **scripts: dict[str, Any]) -> str:
    """An engine that follows another script for each value of fpmath."""
    for value, one in scripts.items():
        (front.folder / f"{value.upper()}.json").write_text(json.dumps(one), encoding="utf-8")
    program = front.folder / "by-fpmath"
    folder = shlex.quote(str(front.folder))
    command = f'{shlex.quote(str(FAKE_ENGINE))} --script {folder}/"${{DNNL_DEFAULT_FPMATH_MODE:-STRICT}}".json'
    program.write_text(f"#!/bin/sh\nexec {command}\n", encoding="utf-8")
    program.chmod(0o755)
    return str(program)


def audit_by_fpmath(front: Front, **scripts: dict[str, Any]) -> Outcome:
    engine = engine_by_fpmath(front, **scripts)
    command = ["run", front.model(), "--input", "f32[batch,4]", "--engine", engine, "-o", str(front.output), "--accuracy", "off"]
    return front.call(*command, "--launches", "1", "--fpmath", "bf16")


def test_fpmath_that_changes_outputs_is_engaged_where_the_log_shows_f32(front: Front) -> None:
    strict = {**script({"inference": F32}), "outputs": {"output": [1, 2, 3]}}
    outcome = audit_by_fpmath(front, strict=strict, bf16={**strict, "outputs": {"output": [1, 2, 3.01]}})
    assert effects(outcome)["fpmath"] == "engaged"
    assert "none of 2 convolutions and matmuls ran in bf16" in evidence(outcome, "fpmath")
    assert "; and yet the outputs differ from those with strict by up to 1.0e-02" in evidence(outcome, "fpmath")
    assert outcome.problems() == [] and is_valid(outcome.document)


def test_fpmath_that_changes_no_bit_has_no_effect_where_the_log_shows_bf16(front: Front) -> None:
    strict = {**script({"inference": F32}), "outputs": {"output": [1, 2, 3]}}
    outcome = audit_by_fpmath(front, strict=strict, bf16={**script({"inference": BF16}), "outputs": {"output": [1, 2, 3]}})
    assert effects(outcome)["fpmath"] == "no effect"
    assert evidence(outcome, "fpmath").endswith("; and yet no bit of the outputs differs from those with strict")
    assert outcome.problems() == ["setting_without_effect"]


def test_an_audit_that_is_not_there_to_compare_outputs_with_costs_no_verdict(front: Front) -> None:
    bf16 = {**script({"inference": BF16}), "outputs": {"output": [1]}}
    outcome = audit_by_fpmath(front, strict={"rules": [{"request": "load", "do": "exit"}]}, bf16=bf16)
    assert effects(outcome)["fpmath"] == "engaged"


def test_what_is_required_and_missing_fails_the_cell_with_the_kernels_at_fault(front: Front) -> None:
    outcome = audit(front, script({"inference": F32}), "--fpmath", "strict,bf16", "--require", "bf16")
    assert outcome.code == 4
    assert "requirement_not_met" not in outcome.problems(0), "the strict cell is what bf16 is compared with"
    assert "requirement_not_met" in outcome.problems(1) and outcome.cells[1]["valid"] is False
    assert "0.0% of the time of convolutions and matmuls was in bf16, below 90%" in outcome.message(1)
    assert "2 convolution f32 jit:avx512_core" in outcome.message(1)


@pytest.mark.parametrize(
    ("requirement", "inference", "code"),
    [
        ("bf16", BF16, 0),
        ("acl=0.9", BF16, 0),
        ("acl=0.99", BF16, 4),
        ("no-ref", F32, 0),
        ("no-ref", F32 + line(1, primitive="binary", implementation="ref:any"), 4),
        ("no-steady-miss", F32 + line(0.1, operation="create:cache_hit"), 0),
        ("no-steady-miss", F32 + line(0.1, operation="create:cache_miss"), 4),
    ],
)
def test_each_requirement_can_be_met_and_missed(front: Front, requirement: str, inference: str, code: int) -> None:
    assert run(front, script({"inference": inference}), "--require", requirement).code == code


def test_without_a_log_nothing_is_claimed(front: Front) -> None:
    outcome = run(front, script(), "--fpmath", "bf16", "--require", "no-ref")
    assert outcome.code == 4 and outcome.cells[0]["audit"] is None
    assert effects(outcome)["fpmath"] == "unknown"
    assert "printed no oneDNN log" in outcome.message()


def test_a_cache_is_judged_by_what_was_created_without_it(front: Front) -> None:
    created = line(0.5, operation="create:cache_miss")
    found = line(0.01, operation="create:cache_hit")
    engine = script({"environment": {"ONEDNN_PRIMITIVE_CACHE_CAPACITY": "0"}, "inference": created + F32}, {"inference": found + F32})
    outcome = run(front, engine, "--primitive-cache", "0,1024", "--lru-cache", "8")
    assert effects(outcome, 0) == {"threads": "unknown", "lru-cache": "no effect", "primitive-cache": "engaged"}
    assert effects(outcome, 1)["primitive-cache"] == "no effect"
    assert evidence(outcome, "primitive-cache", 1).startswith("the same as without the setting")
    assert evidence(outcome, "lru-cache", 0).startswith("nothing depends on the variable")
    assert f"0: {INFERENCES} created and 0 found" in evidence(outcome, "primitive-cache", 1)


def test_an_audit_that_others_are_compared_with_is_made_once(front: Front) -> None:
    run(front, script({"inference": F32}), "--lru-cache", "default,2,4")
    profiled = [load["environment"].get("LRU_CACHE_CAPACITY") for load in front.loads() if "ONEDNN_VERBOSE" in load["environment"]]
    assert sorted(profiled, key=str) == ["1", "1024", "2", "4", None]


def test_lines_that_cannot_be_read_are_counted(front: Front) -> None:
    outcome = run(front, script({"inference": F32 + "onednn_verbose,v1,primitive,exec,cpu,reorder\n"}))
    assert outcome.problems() == ["audit_incomplete"] and outcome.cells[0]["audit"]["torn_lines"] == INFERENCES
    assert outcome.cells[0]["valid"] is True


def test_an_audit_that_fails_leaves_the_figures(front: Front) -> None:
    engine = {**script({"inference": F32}), "rules": [{"request": "run", "launch": 2, "do": "abort"}]}
    outcome = run(front, engine)
    assert outcome.code == 0 and outcome.problems() == ["audit_failed"]
    assert outcome.cells[0]["latency_ms"]["p50"] == pytest.approx(10) and outcome.cells[0]["audit"] is None


def test_the_two_clocks_are_told(front: Front) -> None:
    # The fake engine numbers its inferences: each begins 1000 ms, by the log, after the one before.
    engine = script({"inference": line(6, stamp="#000.0") + line(2, problem=SMALL, stamp="#001.0")})
    clocks = run(front, engine).cells[0]["audit"]["clocks"]
    assert clocks == {"engine_ms": pytest.approx(10), "log_ms": pytest.approx(1000)}


def test_an_emulated_engine_measures_once_and_is_its_own_audit(front: Front) -> None:
    outcome = front.run(script({"inference": BF16}, machine=GRAVITON3), "--audit", "on", "--fpmath", "strict")
    assert len(front.loads()) == 1
    outcome = front.run(script({"inference": BF16}, machine=GRAVITON3), "--audit", "on", "--fpmath", "bf16")
    assert len(front.loads()) == 3, "one without the setting, whose outputs are compared"
    assert "ONEDNN_VERBOSE" in front.loads()[0]["environment"]
    cell = outcome.cells[0]
    assert outcome.document is not None and outcome.engine()["emulated"] is True
    assert outcome.problems() == ["emulated"] and cell["valid"] is False
    assert cell["audit"]["inferences"] == 1 and effects(outcome)["fpmath"] == "engaged"
    assert cell["cold_start_ms"]["second_inference"] is None
    assert "EMULATED" in outcome.stdout and is_valid(outcome.document)


def test_an_emulated_graviton2_says_why_bf16_did_nothing(front: Front) -> None:
    machine = {**GRAVITON3, "cpu": "Neoverse N1", "features": ["asimd"]}
    outcome = front.run(script({"inference": F32}, machine=machine), "--audit", "on", "--fpmath", "bf16")
    assert "Neoverse N1 has no BF16 instructions" in evidence(outcome, "fpmath")


def test_logs_are_kept_where_told(front: Front, tmp_path: Path) -> None:
    folder = tmp_path / "logs"
    assert run(front, script({"inference": F32}), "--keep-logs", str(folder)).code == 0
    (kept,) = folder.iterdir()
    assert kept.read_text(encoding="utf-8") == HEADER + F32 * INFERENCES
    assert "there is no folder" in run(front, script(), "--keep-logs", str(tmp_path / "nowhere" / "logs")).stderr


def test_two_cells_are_shown_side_by_side(front: Front) -> None:
    engine = script({"environment": {"DNNL_DEFAULT_FPMATH_MODE": "BF16"}, "inference": BF16}, {"inference": F32})
    outcome = audit(front, engine, "--fpmath", "strict,bf16")
    text = " ".join(outcome.stdout.split())
    assert f"3.000 6.000 3.000 1 convolution {LARGE} f32 jit:avx512_core bf16 gemm:acl" in text
    families = " ".join(audit(front, engine, "--fpmath", "strict,bf16", "--by", "family").stdout.split())
    assert "8.000 8.000 0.000 2 > 0 jit:avx512_core" in families and "-3.000 0.000 3.000 0 > 1 acl" in families
    layers = " ".join(audit(front, engine, "--fpmath", "strict,bf16", "--by", "layer").stdout.split())
    assert "1 3.000 6.000 3.000 convolution f32 jit:avx512_core convolution bf16 gemm:acl" in layers


@pytest.mark.parametrize(("grouping", "rows"), [("kernel", 2), ("layer", 2), ("family", 2)])
def test_csv_has_every_row_of_every_cell(front: Front, grouping: str, rows: int) -> None:
    outcome = audit(front, script({"inference": F32}), "--batch", "1,2,3", "--by", grouping, "--format", "csv")
    table = list(csv.DictReader(io.StringIO(outcome.stdout)))
    assert len(table) == 3 * rows and {row["cell"] for row in table} == {f"model:batch={batch},engine=engine" for batch in (1, 2, 3)}


def test_json_is_the_results_document_and_markdown_a_table(front: Front) -> None:
    outcome = audit(front, script({"inference": F32}), "--format", "json")
    assert json.loads(outcome.stdout) == outcome.document and is_valid(outcome.document)
    assert "| 6.000 | 60.0 |" in audit(front, script({"inference": F32}), "--format", "markdown").stdout


def test_inferences_that_differ_have_no_layers(front: Front) -> None:
    outcome = audit(front, script({"inference": line(1, problem="#")}), "--by", "layer")
    assert outcome.code == 0 and "no order of layers" in outcome.stdout


def test_one_whose_inferences_differ_has_no_counterparts_of_layers(front: Front) -> None:
    differing = {"environment": {"DNNL_DEFAULT_FPMATH_MODE": "BF16"}, "inference": line(1, problem="#")}
    outcome = audit(front, script(differing, {"inference": F32}), "--fpmath", "strict,bf16", "--by", "layer")
    assert outcome.code == 0 and outcome.stdout.count("no order of layers") == 1
    assert "jit:avx512_core" not in outcome.stdout.split("setting ")[0]


@pytest.mark.parametrize("grouping", ["kernel", "layer"])
def test_an_inference_without_onednn_is_told(front: Front, grouping: str) -> None:
    outcome = audit(front, script({"inference": ""}), "--by", grouping)
    assert outcome.code == 0 and "no kernel ran in oneDNN" in outcome.stdout
    assert "no order of layers" not in outcome.stdout


def test_audits_of_an_interrupted_run_are_not_made_again(front: Front) -> None:
    engine = {**script({"inference": F32}), "rules": [{"request": "run", "launch": 5, "do": "hang"}]}
    process = front.start(front.run_command(engine, "--audit", "on", "--launches", "2", "--batch", "1,2"))
    while len(front.loads()) < 6:
        assert process.poll() is None
    process.terminate()
    interrupted = front.finish(process)
    assert interrupted.code == 130 and interrupted.cells[0]["audit"] is not None and interrupted.cells[1]["audit"] is None
    resumed = run(front, script({"inference": F32}), "--batch", "1,2", "--resume")
    assert resumed.code == 0 and len(front.loads()) == 7
    assert [cell["audit"] is None for cell in resumed.cells] == [False, False]


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--require", "bf17"], '"bf17" is not one of bf16[=0.9], acl[=0.9], no-ref, no-steady-miss; did you mean "bf16"?'),
        (["--require", "bf16=2"], "expected a share above 0 and up to 1"),
        (["--require", "no-ref=1"], "no-ref takes no share"),
        (["--require", "no-ref", "--audit", "off"], "--require contradicts --audit off"),
        (["--by", "kernels"], '--by: "kernels" is not one of kernel, layer, family'),
        (["--format", "xml"], '--format: "xml" is not one of table, markdown, csv, json'),
        (["--isa", "avx513"], '"avx513" is not one of'),
    ],
)
def test_bad_usage_is_told_before_anything_runs(front: Front, arguments: list[str], message: str) -> None:
    outcome = audit(front, script(), *arguments)
    assert outcome.code == 2 and message in outcome.stderr and front.loads() == []
