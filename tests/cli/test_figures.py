"""Every figure of the document against an independent computation on the samples that the fake engine gave."""

from __future__ import annotations

import math
from typing import Any

import jsonschema
import numpy as np
import pytest
from front import Front, by_block

# Student's t, 97.5%, by degrees of freedom, from a printed table.
STUDENT_T = {1: 12.7062, 2: 4.30265, 4: 2.77645}


def lognormal(launch: int, count: int) -> list[int]:
    return [int(x) for x in np.random.default_rng(launch).lognormal(math.log(2e6 * (1 + 0.1 * launch)), 0.2, count)]


def quantile(samples: np.ndarray, probability: float) -> float:
    return float(np.quantile(samples, probability, method="median_unbiased"))


def typical(launches: list[list[int]], probability: float) -> float:
    """The percentile of a typical launch of one block in ms: the geometric mean of the launches' medians, times how far the percentile
    lies from the median in all launches together, each freed of its own speed."""
    logarithms = [np.log(np.array(launch) / 1e6) for launch in launches]
    median = np.mean([np.log(quantile(np.array(launch) / 1e6, 0.5)) for launch in launches])
    together = np.concatenate([one - one.mean() for one in logarithms])
    return float(np.exp(median + quantile(together, probability) - quantile(together, 0.5)))


def interval(by_launch: list[float], estimate: float) -> list[float]:
    logarithms = np.log(by_launch)
    half = STUDENT_T[len(by_launch) - 1] * logarithms.std(ddof=1) / math.sqrt(len(by_launch))
    return [min(math.exp(logarithms.mean() - half), estimate), max(math.exp(logarithms.mean() + half), estimate)]


def jackknifed(shares: list[tuple[float, float]]) -> list[float]:
    """Interval for sum over weight of all launches: by the jackknife over launches, on the logarithm."""
    sums, weights = np.array(shares).T
    count = len(shares)
    everything = math.log(sums.sum() / weights.sum())
    without = np.log((sums.sum() - sums) / (weights.sum() - weights))
    pseudo_values = count * everything - (count - 1) * without
    half = STUDENT_T[count - 1] * pseudo_values.std(ddof=1) / math.sqrt(count)
    return [math.exp(everything - half), math.exp(everything + half)]


@pytest.mark.parametrize("count", [40, 1000])
def test_every_latency_figure_is_what_numpy_computes_from_the_samples(front: Front, count: int) -> None:
    given = [lognormal(launch, count) for launch in range(3)]
    outcome = front.run({"samples_ns": given}, "--launches", "3", "--batch", "4")
    assert outcome.code == 0, outcome.stderr
    cell = outcome.cells[0]
    assert by_block(cell) == [[launch] for launch in given]
    pooled = np.array(given).ravel() / 1e6
    latency = cell["latency_ms"]
    for name, expected in {
        "mean": pooled.mean(),
        "stddev": pooled.std(ddof=1),
        "min": pooled.min(),
        "max": pooled.max(),
        "p50": typical(given, 0.5),
        "p90": typical(given, 0.9),
        "p95": typical(given, 0.95),
        "samples": 3 * count,
        "launches": 3,
    }.items():
        assert latency[name] == pytest.approx(expected, rel=1e-9), name
    assert latency["p50_ci95"] == pytest.approx(interval([float(np.median(x)) / 1e6 for x in given], latency["p50"]), rel=1e-4)
    assert latency["mean_ci95"] == pytest.approx(jackknifed([(sum(x) / 1e6, len(x)) for x in given]), rel=1e-4)

    assert cell["throughput_per_s"]["value"] == pytest.approx(4 * 3 * count / (sum(map(sum, given)) / 1e9))
    assert cell["throughput_per_s"]["ci95"] == pytest.approx(jackknifed([(4 * count, sum(x) / 1e9) for x in given]), rel=1e-4)


def test_a_percentile_is_null_with_its_reason_until_the_samples_support_it(front: Front) -> None:
    few = front.run({"samples_ns": [lognormal(0, 100)]}, "--launches", "2").cells[0]["latency_ms"]
    assert few["p95"] is not None
    assert few["p99"] is None and few["p99_9"] is None
    assert few["reasons"]["p99"] == "needs at least 299 samples, there are 200"
    many = front.run({"samples_ns": [lognormal(0, 1500)]}, "--launches", "2").cells[0]["latency_ms"]
    assert many["p99"] == pytest.approx(typical([lognormal(0, 1500)] * 2, 0.99))
    assert many["p50_ci95"] is not None
    none = front.run({"samples_ns": [[1000, 2000]]}, "--launches", "2", "--iterations", "2").cells[0]["latency_ms"]
    assert none["p50"] is None and none["p50_ci95"] is None
    assert none["reasons"]["p50"] == none["reasons"]["p50_ci95"] == "needs at least 5 samples, there are 4"
    assert many["p99_9"] == pytest.approx(typical([lognormal(0, 1500)] * 2, 0.999))
    uneven = front.run({"samples_ns": [lognormal(0, 300), lognormal(1, 20)]}, "--launches", "2").cells[0]["latency_ms"]
    assert uneven["p99"] is None and uneven["p90"] is not None
    assert uneven["reasons"]["p99"] == "needs at least 67 samples of each launch, one has 20"


def test_warm_up_and_cold_start_do_not_count_among_the_samples(front: Front) -> None:
    cell = front.run({"cold_ns": [90_000_000, 30_000_000], "samples_ns": [[1_000_000] * 10]}, "--launches", "3").cells[0]
    assert cell["latency_ms"]["max"] == 1
    cold = cell["cold_start_ms"]
    assert (cold["first_inference"], cold["second_inference"], cold["load"], cold["prepare"]) == (90, 30, 5, 7)
    assert cold["start"] > 0
    assert cell["memory"]["peak_rss_bytes"] == 200 << 20


def test_iterations_make_blocks_of_exactly_that_many_samples(front: Front) -> None:
    cell = front.run({}, "--launches", "2", "--iterations", "37").cells[0]
    assert [len(block) for launch in by_block(cell) for block in launch] == [37, 37]


def test_the_document_validates_against_the_schema_that_gravbench_prints(front: Front, results_schema: dict[str, Any]) -> None:
    fine: dict[str, Any] = {}
    failing = {"rules": [{"request": "run", "do": "abort"}]}
    inexact = {"compare": {"cosine_similarity": None, "nonfinite": 3}}
    for script in (fine, failing, inexact):
        outcome = front.run(script, "--launches", "2", "--batch", "1,2", "--accuracy", "on")
        jsonschema.Draft202012Validator(results_schema).validate(outcome.document)


def test_launches_are_interleaved_in_rounds_whose_order_the_seed_decides(front: Front) -> None:
    def order(seed: str) -> list[str]:
        front.folder.joinpath("script.json.loads").unlink(missing_ok=True)
        front.run({}, "--launches", "4", "--fpmath", "strict,bf16,any", "--seed", seed, "--duration", "1ms")
        return [load["environment"]["DNNL_DEFAULT_FPMATH_MODE"] for load in front.loads()]

    first = order("1")
    assert first == order("1")
    assert any(first != order(str(seed)) for seed in (2, 3, 4))
    rounds = [first[i : i + 3] for i in range(0, 12, 3)]
    assert all(len(set(one)) == 3 for one in rounds), "each round has every cell once"
    assert len(set(map(tuple, rounds))) > 1, "and not always in the same order"


def test_an_engine_gets_what_the_settings_say_and_no_stray_export(front: Front) -> None:
    front.environment = {"DNNL_DEFAULT_FPMATH_MODE": "ANY", "ONEDNN_VERBOSE": "1", "OMP_NUM_THREADS": "7", "KMP_AFFINITY": "compact"}
    outcome = front.run({}, "--launches", "1", "--threads", "1", "--fpmath", "bf16", "--jit", "freeze", "--env", "MY_KNOB=a,b", "--layout",
                        "channels_last", "--primitive-cache", "0", "--thp", "on")  # fmt: skip
    load = front.loads()[0]
    environment = load["environment"]
    assert environment["OMP_NUM_THREADS"] == "1"
    assert environment["DNNL_DEFAULT_FPMATH_MODE"] == "BF16"
    assert environment["MY_KNOB"] == "a,b"
    assert environment["ONEDNN_PRIMITIVE_CACHE_CAPACITY"] == "0"
    assert "ONEDNN_VERBOSE" not in environment and "KMP_AFFINITY" not in environment
    assert load["settings"] == {"jit": "freeze", "layout": "channels_last", "matmul-precision": "highest", "onednn": "on"}
    assert outcome.cells[0]["environment"]["MY_KNOB"] == "a,b"


def test_lists_multiply_into_cells_whose_keys_name_what_differs_from_the_default(front: Front) -> None:
    outcome = front.run({}, "--launches", "1", "--batch", "1,8", "--fpmath", "strict,bf16")
    keys = ["model:batch=1", "model:batch=1,fpmath=bf16", "model:batch=8", "model:batch=8,fpmath=bf16"]
    assert sorted(cell["key"] for cell in outcome.cells) == [f"{key},engine=engine" for key in keys]


def test_a_setting_that_is_not_in_force_is_a_problem_in_document_and_table(front: Front) -> None:
    rule = {"request": "load", "do": "change", "members": {"effective": {"jit": "none"}}}
    outcome = front.run({"rules": [rule]}, "--launches", "2", "--jit", "freeze")
    assert outcome.code == 0
    assert outcome.problems() == ["setting_without_effect"]
    assert "jit: freeze was asked for, none is in force" in outcome.message()
    assert "setting_without_effect" in outcome.stdout


def test_an_engine_that_sees_another_cpu_is_marked_as_emulated(front: Front) -> None:
    machine = {"arch": "riscv64", "cpu": "Some CPU", "isa": "v"}
    outcome = front.run({"hello": {"machine": machine}}, "--launches", "2")
    assert outcome.document is not None and outcome.engine()["emulated"] is True
    assert "emulated" in outcome.problems() and outcome.cells[0]["valid"] is False
    assert "EMULATED" in outcome.stdout


def test_accuracy_comes_from_one_reference_launch_in_fp32_strict_and_jit_none(front: Front) -> None:
    compare = {"cosine_similarity": 0.9991, "max_abs_error": 0.25, "relative_l2_error": 0.002, "top1_agreement": 0.5}
    outcome = front.run({"compare": compare}, "--launches", "3", "--accuracy", "on", "--fpmath", "bf16", "--jit", "freeze")
    assert outcome.code == 0, outcome.stderr
    accuracy = outcome.cells[0]["accuracy"]
    assert {name: accuracy[name] for name in compare} == compare
    reference, *launches = front.loads()
    assert reference["settings"]["jit"] == "none" and reference["environment"]["DNNL_DEFAULT_FPMATH_MODE"] == "STRICT"
    assert len(launches) == 3
    assert all(load["settings"]["jit"] == "freeze" for load in launches)


def test_show_renders_the_same_table_from_the_document_as_run_did(front: Front) -> None:
    outcome = front.run({}, "--launches", "2", "--batch", "1,8")
    assert front.call("show", str(front.output)).stdout == outcome.stdout
    for name, start in {"csv": "key,valid,model,", "markdown": "", "json": "{", "jsonl": '{"'}.items():
        shown = front.call("show", str(front.output), "--format", name)
        assert shown.code == 0 and shown.stdout.startswith(start) and "model" in shown.stdout
