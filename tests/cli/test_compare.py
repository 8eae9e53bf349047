"""`gravbench compare`: verdicts, what they rest on, exit codes, and every wrong use."""

from __future__ import annotations

import copy
import json
import random
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from front import Front, Outcome

Document = dict[str, Any]


def cell(
    settings: dict[str, Any], level_ms: float, seed: int, launches: int = 10, spread: float = 0.02, model: str = "net"
) -> dict[str, Any]:
    """A cell whose launches have a p50 of about `level_ms`, each of its own speed."""
    generator = random.Random(seed)
    requested = {"batch": 1, "fpmath": "strict", "dtype": "fp32", **settings}
    key = f"{model}:" + ",".join(
        f"{name}={value}" for name, value in requested.items() if name == "batch" or value not in ("strict", "fp32")
    )
    samples = []
    for _ in range(launches):
        own = level_ms * generator.lognormvariate(0, spread)
        samples.append([[int(1e6 * own * generator.lognormvariate(0, 0.01)) for _ in range(20)] for _ in range(2)])
    return {
        "key": key,
        "model": {"name": model, "sha256": "a" * 64, "source": None, "weights": {"kind": "random"}},
        "engine": {"name": "torch", "version": "2.13.0", "libraries": {"onednn": "3.12.0"}, "arch": "x86_64", "cpu": "CPU", "isa": "AVX"},
        "settings": {"requested": requested, "effective": {"threads": 2}},
        "latency_ms": {"p50": level_ms, "p50_ci95": [level_ms * 0.99, level_ms * 1.01]},
        "throughput_per_s": {"value": 1000 / level_ms, "ci95": None},
        "accuracy": {"cosine_similarity": 0.9999, "nonfinite": 0, "elements": 10, "reference": {"engine": "torch", "version": "2.13.0"}},
        "launches": [
            {"number": i, "seconds": 2.0, "first_inference_ms": 3 * level_ms, "peak_rss_bytes": 1 << 28, "warmup_inferences": 5}
            | {"inputs_digest": "0123", "disturbed_blocks": []}
            for i in range(launches)
        ],
        "samples": {"launches": samples, "wall_ns": [[sum(block) for block in launch] for launch in samples], "rounds": []},
        "problems": [],
        "valid": True,
    }


def document(*cells: dict[str, Any], run: str = "one", machine: dict[str, Any] | None = None) -> Document:
    return {
        "schema": "gravbench.results/1",
        "run": {"id": run, "status": "complete", "tool": {"version": "0.1.0", "commit": "abc"}, "seed": 1},
        "machine": {
            "instance_type": "c7g.xlarge",
            "cpu": "Neoverse V1",
            "vcpus": 4,
            "usable_cpus": 4,
            "physical_cores": 4,
            **(machine or {}),
        },
        "cells": list(cells),
    }


def write(front: Front, name: str, content: Document | str) -> str:
    path = front.folder / name
    path.write_text(content if isinstance(content, str) else json.dumps(content), encoding="utf-8")
    return str(path)


def write_steady_runs(front: Front, like: Document) -> None:
    """Earlier runs that hardly differ, for tests of what launches show: each of two launches that agree."""
    (front.folder / "steady").mkdir(exist_ok=True)
    for number in range(6):
        run = copy.deepcopy(like)
        run["run"]["id"] = f"steady {number}"
        for one in run["cells"]:
            one["launches"] = one["launches"][:2]
            for launch in one["launches"]:
                launch["first_inference_ms"] = 30 + 1e-4 * number
            samples = [[[10_000_000 + 50 * number] * 20]] * len(one["launches"])
            walls = [[sum(block) for block in launch] for launch in samples]
            one["samples"] = {"launches": samples, "wall_ns": walls, "rounds": []}
        write(front, f"steady/{number}.json", run)


def compare(front: Front, base: Document, new: Document, *flags: str) -> tuple[Outcome, Document]:
    write_steady_runs(front, base)
    files = (write(front, "base.json", base), write(front, "new.json", new))
    outcome = front.call("compare", *files, "-o", "verdict.json", "--history", "steady", *flags)
    return outcome, json.loads((front.folder / "verdict.json").read_text(encoding="utf-8"))


@pytest.mark.parametrize(("factor", "verdict", "code"), [(1.1, "slower", 1), (0.9, "faster", 0), (1.0, "same", 0)])
def test_a_change_beyond_the_tolerance_is_told_and_decides_the_exit_code(front: Front, factor: float, verdict: str, code: int) -> None:
    outcome, told = compare(front, document(cell({}, 10, 1)), document(cell({}, 10 * factor, 2), run="two"), "--tolerance", "5%")
    assert outcome.code == code
    (one,) = told["cells"]
    assert one["verdict"] == verdict and one["is_regression"] is (code == 1)
    assert one["ratio_ci95"][0] < factor < one["ratio_ci95"][1]
    assert f"1 {verdict}; tolerance 5%" in outcome.stdout


def test_too_few_and_too_unlike_launches_are_inconclusive_and_it_says_what_would_settle_it(front: Front) -> None:
    outcome, told = compare(front, document(cell({}, 10, 1, 5, 0.1)), document(cell({}, 10, 2, 5, 0.1), run="two"))
    assert outcome.code == 4
    (one,) = told["cells"]
    assert one["verdict"] == "inconclusive"
    assert one["smallest_detectable_ratio"] > 1.1
    assert one["settling"]["launches"] > 20
    # Each launch took 2 s, on both sides.
    assert one["settling"]["seconds"] == pytest.approx(4 * one["settling"]["launches"])
    assert "could have shown" in outcome.stdout and "would settle it" in outcome.stdout


@pytest.mark.parametrize(
    ("spread", "advice"),
    [(0.15, "no 2000 launches would settle it, --tolerance "), (0.8, "no 2000 launches and no tolerance would settle it")],
)
def test_where_no_number_of_launches_would_do_it_names_a_tolerance_that_would(front: Front, spread: float, advice: str) -> None:
    far_apart = document(cell({}, 10, 1, 5, spread)), document(cell({}, 10, 2, 5, spread), run="two")
    outcome, told = compare(front, *far_apart, "--tolerance", "1%")
    assert outcome.code == 4
    assert told["cells"][0]["settling"]["other_tolerance"] > 0.1
    assert advice in outcome.stdout, outcome.stdout


def test_launches_of_one_run_are_paired_so_that_drift_of_the_machine_cancels(front: Front) -> None:
    base, new = cell({}, 10, 1), cell({"fpmath": "bf16"}, 10, 1)
    for drift, (of_base, of_new) in enumerate(zip(base["samples"]["launches"], new["samples"]["launches"], strict=True)):
        for launch in (of_base, of_new):
            launch[:] = [[int(sample * (1 + 0.05 * drift)) for sample in block] for block in launch]
    both = document(base, new)
    flags = ("--where", "fpmath=strict", "--against", "fpmath=bf16")
    path = write(front, "both.json", both)
    outcome = front.call("compare", path, *flags, "--format", "json")
    (paired,) = json.loads(outcome.stdout)["cells"]
    assert paired["is_paired"] and paired["difference"] == "fpmath strict -> bf16"
    assert (outcome.code, paired["verdict"]) == (0, "same")
    unpaired, _ = compare(front, both, {**copy.deepcopy(both), "run": {**both["run"], "id": "two"}}, *flags)
    assert unpaired.code == 4


@pytest.mark.parametrize(("disturbed", "verdict", "code"), [([0], "inconclusive", 4), ([], "slower", 1)])
def test_where_undisturbed_blocks_say_otherwise_neither_is_believed(front: Front, disturbed: list[int], verdict: str, code: int) -> None:
    new = cell({}, 10, 2)
    for launch, facts in zip(new["samples"]["launches"], new["launches"], strict=True):
        launch[0] = [4 * sample for sample in launch[0]]
        facts["disturbed_blocks"] = disturbed
    # More than half of the samples are of the first block, so that it decides each launch's p50.
    new["samples"]["launches"] = [[first + first, second] for first, second in new["samples"]["launches"]]
    outcome, told = compare(front, document(cell({}, 10, 1)), document(new, run="two"), "--tolerance", "5%")
    (one,) = told["cells"]
    assert (outcome.code, one["verdict"]) == (code, verdict), one
    if disturbed:
        assert one["disturbed"]["verdict_without"] == "same" and one["disturbed"]["blocks"] == 10
        assert "slower, but 10 of 40 blocks were disturbed, and without them it is same: " in one["reason"]
        assert "without them it is same" in outcome.stdout
    else:
        assert one["disturbed"] is None


def test_undisturbed_blocks_that_are_too_few_to_tell_change_no_verdict(front: Front) -> None:
    new = cell({}, 12, 2)
    for facts in new["launches"][1:]:
        facts["disturbed_blocks"] = [0, 1]
    outcome, told = compare(front, document(cell({}, 10, 1)), document(new, run="two"), "--tolerance", "5%")
    assert (outcome.code, told["cells"][0]["verdict"]) == (1, "slower")
    assert told["cells"][0]["disturbed"] == {"blocks": 18, "of_blocks": 40} | dict.fromkeys(
        ("ratio_without", "ratio_without_ci95", "verdict_without")
    )


def test_variants_of_one_run_are_compared_by_what_the_document_says(front: Front) -> None:
    base, new = cell({}, 10, 1), cell({"fpmath": "bf16"}, 12, 2)
    both = document(base, new) | {"versus": [{"base": base["key"], "new": new["key"]}]}
    outcome = front.call("compare", write(front, "both.json", both))
    assert outcome.code == 1 and "slower" in outcome.stdout and "10 pairs" in outcome.stdout


def test_cells_of_one_side_only_are_listed(front: Front) -> None:
    base = document(cell({}, 10, 1), cell({"batch": 8}, 80, 3))
    outcome, told = compare(front, base, document(cell({}, 10, 2), cell({"fpmath": "bf16"}, 9, 4), run="two"), "--tolerance", "5%")
    assert outcome.code == 0
    assert told["only_in_base"] == ["net:batch=8"] and told["only_in_new"] == ["net:batch=1,fpmath=bf16"]
    assert "only in the base: net:batch=8" in outcome.stdout and "only in the new: net:batch=1,fpmath=bf16" in outcome.stdout


def test_a_metric_of_each_kind_has_its_ratio_and_its_words(front: Front) -> None:
    new = cell({}, 10, 2)
    new["accuracy"]["cosine_similarity"] = 0.9
    for launch in new["launches"]:
        launch["peak_rss_bytes"] = 1 << 29
    metrics = "p50,p90,mean,throughput,first-inference,memory,cosine"
    outcome, told = compare(front, document(cell({}, 10, 1)), document(new, run="two"), "--metric", metrics, "--tolerance", "5%")
    verdicts = {one["metric"]: one["verdict"] for one in told["cells"]}
    assert verdicts == {"p50": "same", "p90": "same", "mean": "same", "throughput": "same", "first-inference": "same"} | {
        "memory": "larger",
        "cosine": "less exact",
    }
    assert outcome.code == 1
    assert next(one for one in told["cells"] if one["metric"] == "memory")["ratio"] == pytest.approx(2)


def with_block_only_where_disturbed(seed: int) -> dict[str, Any]:
    """A cell that is as fast as ever by most samples, whose undisturbed blocks alone are about a tenth slower."""
    new = cell({}, 10, seed)
    generator = random.Random(seed)
    for launch, facts in zip(new["samples"]["launches"], new["launches"], strict=True):
        own = int(11e6 * generator.lognormvariate(0, 0.035))
        launch[:] = [launch[0] + launch[1], [own] * 10]
        facts["disturbed_blocks"] = [0]
    return new


@pytest.mark.parametrize(("others", "verdict", "code"), [(0, "inconclusive", 4), (19, "same", 0)])
def test_the_verdict_without_disturbed_blocks_is_adjusted_for_all_comparisons_too(
    front: Front, others: int, verdict: str, code: int
) -> None:
    batches = [{"batch": 2 + batch} for batch in range(others)]
    base = document(cell({}, 10, 1), *[cell(one, 10, 10 + i, spread=0.005) for i, one in enumerate(batches)])
    new = document(with_block_only_where_disturbed(6), *[cell(one, 10, 50 + i, spread=0.005) for i, one in enumerate(batches)], run="two")
    outcome, told = compare(front, base, new, "--tolerance", "5%")
    assert (outcome.code, told["cells"][0]["verdict"]) == (code, verdict), told["cells"][0]
    assert told["cells"][0]["disturbed"]["ratio_without_ci95"][0] > 1.05, "by itself it would be slower"


def test_a_ratio_that_only_looks_larger_than_the_tolerance_is_open(front: Front) -> None:
    base, new = cell({}, 10, 1, spread=0.0001), cell({}, 10, 2, spread=0.0001)
    for launch, factor in zip(new["samples"]["launches"], [1.01, 1.06, 1.02, 1.05, 1.035] * 2, strict=True):
        launch[:] = [[int(factor * sample) for sample in block] for block in launch]
    outcome, told = compare(front, document(base), document(new, run="two"))
    (one,) = told["cells"]
    assert 1 < one["ratio_ci95"][0] < 1.03 < one["ratio"], "not 1, and not known to be beyond 3%"
    assert (outcome.code, one["verdict"]) == (4, "inconclusive")
    assert one["smallest_detectable_ratio"] > one["ratio"]


@pytest.mark.parametrize("exact", ["cosine", "memory"])
def test_exact_figures_change_no_verdict_about_others(front: Front, exact: str) -> None:
    new = cell({}, 10.6, 2, 6, 0.025)
    new["accuracy"]["cosine_similarity"] = 0.9
    for launch in new["launches"]:
        launch["peak_rss_bytes"] = 1 << 29
    documents = document(cell({}, 10, 1, 6, 0.025)), document(new, run="two")
    (alone,) = compare(front, *documents)[1]["cells"]
    outcome, told = compare(front, *documents, "--metric", f"p50,{exact}")
    p50, other = told["cells"]
    assert p50 == alone and 0 < p50["p_value"] == p50["adjusted_p_value"] < 0.5
    assert other["p_value"] is None and other["adjusted_p_value"] is None and other["is_regression"]
    assert "over 1 comparisons" in outcome.stdout
    jsonschema.Draft202012Validator(json.loads(front.call("schema", "comparison").stdout)).validate(told)


@pytest.mark.parametrize(
    ("base", "new", "verdict", "change"),
    [
        (1.0, 0.99, "less exact", "-0.010000"),
        (0.99, 1.0, "more exact", "+0.010000"),
        (1.0, 0.99985, "less exact", "-0.000150"),
        (1.0, 0.99998, "same", "-0.000020"),
        (1.0, 1.0, "same", "+0.000000"),
    ],
)
def test_a_cosine_is_judged_by_its_difference_whatever_the_tolerance(
    front: Front, base: float, new: float, verdict: str, change: str
) -> None:
    of_base, of_new = cell({}, 10, 1), cell({}, 10, 2)
    of_base["accuracy"]["cosine_similarity"], of_new["accuracy"]["cosine_similarity"] = base, new
    outcome, told = compare(front, document(of_base), document(of_new, run="two"), "--metric", "cosine")
    (one,) = told["cells"]
    assert one["verdict"] == verdict and one["ratio"] is None and one["absolute_tolerance"] == 1e-4
    assert outcome.code == (1 if verdict == "less exact" else 0)
    assert change in outcome.stdout and f"{new:.6f}" in outcome.stdout


def test_a_slower_throughput_is_a_smaller_one(front: Front) -> None:
    _, told = compare(front, document(cell({}, 10, 1)), document(cell({}, 12, 2), run="two"), "--metric", "throughput")
    assert told["cells"][0]["verdict"] == "slower" and told["cells"][0]["ratio"] < 0.9


def test_a_percentile_without_enough_samples_is_not_compared_with_the_reason(front: Front) -> None:
    outcome, told = compare(front, document(cell({}, 10, 1)), document(cell({}, 10, 2), run="two"), "--metric", "p99")
    assert outcome.code == 4
    assert told["cells"][0]["verdict"] == "not compared"
    assert "enough samples" in told["cells"][0]["reason"]


@pytest.mark.parametrize("valid", [False, True])  # A damaged document may contradict itself.
@pytest.mark.parametrize(("problem", "reason"), [("emulated", "emulated CPU"), ("engine_crashed", "not valid: engine_crashed")])
def test_cells_whose_figures_must_not_be_used_are_never_ranked(front: Front, problem: str, reason: str, valid: bool) -> None:
    new = cell({}, 5, 2) | {"valid": valid, "problems": [{"code": problem, "message": "it says why"}]}
    outcome, told = compare(front, document(cell({}, 10, 1)), document(new, run="two"))
    assert outcome.code == 4
    assert told["cells"][0]["verdict"] == "not compared" and told["cells"][0]["ratio"] is None
    assert reason in told["cells"][0]["reason"] and reason in outcome.stdout


def test_of_many_cells_a_borderline_one_alone_is_no_alarm(front: Front) -> None:
    """One of fifty with a p-value of about 1% is what chance makes of fifty equal ones; alone it would be an alarm."""
    settings = [{"batch": batch} for batch in range(1, 51)]
    base = document(*[cell(one, 10, i, 6, 0.05) for i, one in enumerate(settings)])
    new = document(*[cell(one, 10, 100 + i, 6, 0.05) for i, one in enumerate(settings)], run="two")
    _, told = compare(front, base, new, "--tolerance", "1%")
    p_values = [one["p_value"] for one in told["cells"]]
    assert min(p_values) < 0.05, "the seeds have one that would alarm by itself"
    assert {one["verdict"] for one in told["cells"]} <= {"same", "inconclusive"}
    assert all(one["adjusted_p_value"] >= one["p_value"] - 1e-12 for one in told["cells"])


def changed(**members: Any) -> dict[str, Any]:
    return cell({}, 10, 2) | members


@pytest.mark.parametrize(
    ("new", "machine", "warning"),
    [
        (changed(), {"cpu": "Neoverse N1"}, "CPU: Neoverse V1 and Neoverse N1"),
        (changed(), {"instance_type": "c6g.xlarge"}, "instance type: c7g.xlarge and c6g.xlarge"),
        (changed(), {"kernel": "6.8"}, "kernel: unknown and 6.8"),
        (changed(model={**cell({}, 1, 1)["model"], "sha256": "b" * 64}), {}, "file (SHA-256): aaaaaaaaaaaa and bbbbbbbbbbbb (1 cells)"),
        (changed(model={**cell({}, 1, 1)["model"], "weights": {"kind": "pretrained"}}), {}, "weights: random and pretrained"),
        (changed(engine={**cell({}, 1, 1)["engine"], "version": "2.14.0"}), {}, "engine: torch 2.13.0 and torch 2.14.0"),
        (changed(launches=[{**one, "inputs_digest": "9"} for one in cell({}, 1, 1)["launches"]]), {}, "inputs (digest): 0123 and 9"),
        (changed(launches=[{**one, "warmup_inferences": 50} for one in cell({}, 1, 1)["launches"]]), {}, "warm-up: 5 and 50 inferences"),
        (changed(launches=[{**one, "disturbed_blocks": [0, 1]} for one in cell({}, 1, 1)["launches"]]), {}, "blocks: 0% and 100%"),
        (changed(settings={**cell({}, 1, 1)["settings"], "effective": {"threads": 1}}), {}, "threads in force: 2 and 1"),
    ],
)  # fmt: skip
def test_what_else_differs_is_warned_of(front: Front, new: dict[str, Any], machine: dict[str, Any], warning: str) -> None:
    outcome, told = compare(front, document(cell({}, 10, 1)), document(new, run="two", machine=machine))
    assert any(warning in f"{one['message']} ({one['cells']} cells)" for one in told["warnings"]), told["warnings"]
    assert "warning" in outcome.stdout


def test_the_same_document_twice_is_the_same_without_a_warning(front: Front) -> None:
    one = document(cell({}, 10, 1))
    outcome, told = compare(front, one, one)
    assert (outcome.code, told["cells"][0]["verdict"], told["warnings"]) == (0, "same", [])


def test_the_comparison_validates_against_its_schema_and_markdown_is_a_table(front: Front) -> None:
    schema = json.loads(front.call("schema", "comparison").stdout)
    _, told = compare(front, document(cell({}, 10, 1, 5, 0.1), cell({"batch": 8}, 9, 3)), document(cell({}, 10, 2, 5, 0.1), run="two"))
    jsonschema.Draft202012Validator(schema).validate(told)
    shown = front.call("compare", str(front.folder / "base.json"), str(front.folder / "new.json"), "--format", "markdown")
    assert shown.stdout.startswith("| cell |")


def test_a_comparison_that_was_written_is_shown_again_with_its_exit_code(front: Front) -> None:
    outcome, told = compare(front, document(cell({}, 10, 1)), document(cell({}, 12, 2), run="two"), "--tolerance", "5%")
    again = front.call("compare", "verdict.json")
    assert (again.code, again.stdout) == (outcome.code, outcome.stdout) and again.code == 1
    assert json.loads(front.call("compare", "verdict.json", "--format", "json").stdout) == told


@pytest.mark.parametrize("more", [["--tolerance", "1%"], ["--metric", "p90"], ["--where", "batch=1"], ["base.json"], ["--across"]])
def test_a_comparison_is_not_judged_once_more(front: Front, more: list[str]) -> None:
    compare(front, document(cell({}, 10, 1)), document(cell({}, 10, 2), run="two"))
    outcome = front.call("compare", "verdict.json", *more)
    assert outcome.code == 2 and "verdict.json is a comparison" in outcome.stderr, outcome.stderr


def test_a_damaged_comparison_is_refused_with_the_place(front: Front) -> None:
    _, told = compare(front, document(cell({}, 10, 1)), document(cell({}, 10, 2), run="two"))
    told["cells"][0]["ratio"] = "fast"
    write(front, "verdict.json", told)
    outcome = front.call("compare", "verdict.json")
    assert outcome.code == 2 and 'verdict.json: cells[0]: "ratio" has the wrong type: "fast"' in outcome.stderr


@pytest.mark.parametrize(("flags", "tolerance"), [((), 0.2), (("--tolerance", "5%"), 0.05)])
def test_variants_are_judged_by_the_tolerance_that_their_run_was_asked_for(front: Front, flags: tuple[str, ...], tolerance: float) -> None:
    base, new = cell({}, 10, 1), cell({"fpmath": "bf16"}, 11, 1)
    both = document(base, new) | {"versus": [{"base": base["key"], "new": new["key"]}]}
    both["run"]["given"] = {"tolerance": ["20%"], "models": ["net"]}
    outcome = front.call("compare", write(front, "both.json", both), "--format", "json", *flags)
    told = json.loads(outcome.stdout)
    assert told["tolerance"] == tolerance and outcome.code == (0 if tolerance == 0.2 else 1)


def test_a_document_without_cells_has_nothing_to_compare(front: Front) -> None:
    alone = front.call("compare", write(front, "empty.json", document()))
    assert alone.code == 2 and "empty.json: its run measured no cell" in alone.stderr
    outcome, told = compare(front, document(), document(cell({}, 10, 2), run="two"))
    assert outcome.code == 4 and told["cells"] == [] and told["only_in_new"] == ["net:batch=1"]
    assert "base.json has no cells" in outcome.stdout


def test_single_launches_are_not_compared_and_it_says_how_many_it_takes(front: Front) -> None:
    outcome, told = compare(front, document(cell({}, 10, 1, launches=1)), document(cell({}, 10, 2, launches=1), run="two"))
    assert outcome.code == 4 and told["cells"][0]["verdict"] == "not compared"
    assert "p50 needs at least 2 launches of each side; the base has 1, the new side 1 (gravbench run --launches 5)" in outcome.stdout


def test_two_versions_of_one_engine_are_named_in_the_difference(front: Front) -> None:
    new = cell({}, 10, 2)
    new["engine"]["version"] = "2.14.0"
    outcome, told = compare(front, document(cell({}, 10, 1)), document(new, run="two"))
    assert told["cells"][0]["difference"] == "engine torch 2.13.0 -> torch 2.14.0"
    assert "engine torch 2.13.0 -> torch 2.14.0" in outcome.stdout


def test_other_model_files_and_versions_are_warned_of_across_machines(front: Front) -> None:
    other = cell({}, 20, 3)
    other["model"]["sha256"] = "b" * 64
    paths = [
        write(front, "a.json", document(cell({}, 10, 1), run="one")),
        write(front, "b.json", document(other, run="two", machine={"instance_type": "c6i.xlarge"})),
    ]
    told = json.loads(front.call("compare", "--across", *paths, "--format", "json").stdout)
    message = "c7g.xlarge and c6i.xlarge: the model's file (SHA-256): aaaaaaaaaaaa and bbbbbbbbbbbb"
    assert [(one["code"], one["message"]) for one in told["warnings"]] == [("model_file", message)]
    assert message in front.call("compare", "--across", *paths).stdout


def test_documents_of_several_machines_line_up(front: Front) -> None:
    c7g = document(cell({}, 10, 1), cell({"batch": 8}, 80, 2), run="one")
    c6i = document(cell({}, 20, 3), run="two", machine={"instance_type": "c6i.xlarge", "vcpus": 4, "physical_cores": 2})
    emulated = cell({}, 1, 4) | {"valid": False, "problems": [{"code": "emulated", "message": "no times"}]}
    paths = [
        write(front, "a.json", c7g),
        write(front, "b.json", c6i),
        write(front, "c.json", document(emulated, run="3", machine={"instance_type": None})),
    ]
    outcome = front.call("compare", "--across", *paths, "--format", "json")
    assert outcome.code == 0
    told = json.loads(outcome.stdout)
    jsonschema.Draft202012Validator(json.loads(front.call("schema", "across").stdout)).validate(told)
    assert [machine["name"] for machine in told["machines"]] == ["c7g.xlarge", "c6i.xlarge", "c"]
    first, second, third = told["rows"][0]["entries"]
    assert first["ratio"] is None and second["ratio"] == pytest.approx(2, rel=0.1)
    assert second["ratio_ci95"][0] < second["ratio"] < second["ratio_ci95"][1]
    assert second["per_core_per_s"] == pytest.approx(25) and second["per_vcpu_per_s"] == pytest.approx(12.5)
    assert third["p50_ms"] is None and third["reason"] == "emulated"
    assert [entry["reason"] for entry in told["rows"][1]["entries"]] == [None, "not measured", "not measured"]
    assert "c6i.xlarge" in front.call("compare", "--across", *paths).stdout


def test_documents_of_one_type_of_machine_share_a_column_whose_interval_is_over_runs(front: Front) -> None:
    levels = (10.0, 10.5, 9.8)
    paths = [write(front, f"c7g-{i}.json", document(cell({}, level, i), run=f"run {i}")) for i, level in enumerate(levels)]
    broken = document(cell({}, 10, 7) | {"valid": False, "problems": [{"code": "timeout", "message": "late"}]}, run="broken")
    paths.append(write(front, "c7g-broken.json", broken))
    paths.insert(1, write(front, "c6i.json", document(cell({}, 20, 8), run="other", machine={"instance_type": "c6i.xlarge"})))
    outcome = front.call("compare", "--across", *paths, "-o", "across.json")
    assert outcome.code == 0, outcome.stderr
    told = json.loads((front.folder / "across.json").read_text(encoding="utf-8"))
    jsonschema.Draft202012Validator(json.loads(front.call("schema", "across").stdout)).validate(told)
    assert [machine["name"] for machine in told["machines"]] == ["c7g.xlarge", "c6i.xlarge"]
    assert told["machines"][0]["documents"] == [path for path in paths if "c7g" in path]
    of_type, of_one = told["rows"][0]["entries"]

    assert (of_type["runs"], of_type["is_of_type"]) == (3, True)
    assert of_type["left_out"] == [{"document": paths[-1], "reason": "timeout"}]
    # exp of mean +- 4.302653 (Student's t of 2 degrees of freedom) * standard error of the logarithms
    assert of_type["p50_ms"] == pytest.approx(10.09575, rel=1e-5)
    assert of_type["p50_ci95_ms"] == pytest.approx([9.24426, 11.02567], rel=1e-5)
    assert (of_one["runs"], of_one["is_of_type"], of_one["left_out"]) == (1, False, [])
    assert of_one["run_spread"]["first"] is None and of_one["run_spread"]["own"]["from"] == "assumed"
    assert of_one["ratio_ci95"][0] < of_one["ratio"] < of_one["ratio_ci95"][1]
    for words in ("this type of machine, 3 of 4 runs", "this one machine", "(timeout)", "5.5% assumed in 1 of 1 ratio"):
        assert words in outcome.stdout, outcome.stdout


def test_documents_of_one_type_alone_have_one_column_and_a_run_counts_once(front: Front) -> None:
    one = write(front, "one.json", document(cell({}, 10, 1), run="one"))
    two = write(front, "two.json", document(cell({}, 11, 2), run="two"))
    outcome = front.call("compare", "--across", one, two, one, "--format", "json")
    told = json.loads(outcome.stdout)
    assert outcome.code == 0 and [machine["documents"] for machine in told["machines"]] == [[one, two]]
    (entry,) = told["rows"][0]["entries"]
    assert entry["runs"] == 2 and entry["ratio"] is None and entry["run_spread"] is None
    assert [warning["code"] for warning in told["warnings"]] == ["same_run"]


WHOLE = json.dumps(document(cell({}, 10, 1)))


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (WHOLE[: WHOLE.index('"cells"')], "new.json: damaged, or no JSON"),
        (WHOLE[:-40], "new.json: damaged: the text ends inside of its cells"),
        ("not JSON", "new.json: damaged, or no JSON"),
        ('{"schema": "gravbench.results/9"}', 'new.json: not a results document: "schema" is "gravbench.results/9"'),
        ("[1, 2]", "new.json: not a results document"),
        ('{"schema": "gravbench.results/1", "run": {"id": "x"}, "machine": {}}', "cells"),
        ('{"schema": "gravbench.results/1", "run": {"id": "x"}, "machine": {}, "cells": [{"key": "x"}]}', "settings"),
    ],
)
def test_a_file_that_is_no_results_document_is_refused_by_name(front: Front, content: str, message: str) -> None:
    outcome = front.call("compare", write(front, "base.json", document(cell({}, 10, 1))), write(front, "new.json", content))
    assert outcome.code == 2 and message in outcome.stderr, outcome.stderr


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["absent.json", "absent.json"], "absent.json: cannot read"),
        (["a.json"], "one document alone is compared by --where"),
        (["a.json", "--where", "fpmath=strict"], "--where needs --against"),
        (["a.json", "--where", "fpmath=strict", "--against", "fpmaht=bf16"], 'did you mean "fpmath"?'),
        (["a.json", "--where", "fpmath=strict", "--against", "fpmath=bf16"], "--against fpmath=bf16: no cell of"),
        (["a.json", "--where", "fpmath", "--against", "fpmath=bf16"], '"fpmath" is no NAME=VALUE'),
        (["a.json", "a.json", "--metric", "p51"], 'did you mean "p50"?'),
        (["a.json", "a.json", "--tolerance", "0"], "--tolerance"),
        (["a.json", "a.json", "--tolerance", "wide"], 'is not a share between 0 and 1 like 3% or 0.03'),
        (["a.json", "a.json", "a.json"], "--across lines up any number"),
        (["a.json", "a.json", "--format", "xml"], "is not one of table, markdown, json"),
        (["--across", "a.json", "--where", "batch=1"], "--across lines up whole documents"),
        (["a.json", "a.json", "-o", "nowhere/x.json"], "there is no folder nowhere"),
    ],
)  # fmt: skip
def test_wrong_usage_is_told(front: Front, arguments: list[str], message: str) -> None:
    Path(write(front, "a.json", document(cell({}, 10, 1))))
    outcome = front.call("compare", *arguments)
    assert outcome.code == 2 and message in outcome.stderr, outcome.stderr


def test_two_cells_that_selections_cannot_tell_apart_are_refused(front: Front) -> None:
    path = write(front, "a.json", document(cell({}, 10, 1), cell({"fpmath": "bf16"}, 9, 2), cell({"fpmath": "any"}, 9, 3)))
    outcome = front.call("compare", path, "--where", "batch=1", "--against", "fpmath=bf16")
    assert outcome.code == 2 and "differ in nothing that the other side could be told apart by" in outcome.stderr
