"""The fake engine as a machine whose noise and truth are known: what it gives is what its script says."""

from __future__ import annotations

from typing import Any

import pytest
from front import Front, by_block

NOISE = {"seed": 7, "between_launches": 0.05, "between_blocks": 0.01, "within": 0.03}


def samples(cell: dict[str, Any]) -> list[list[list[int]]]:
    return by_block(cell)


def test_the_same_seed_gives_the_same_run_and_another_seed_another(front: Front, tmp_path_factory: pytest.TempPathFactory) -> None:
    # What is left of a longer warm-up depends on how long the engine took to answer, and each call draws from the same stream.
    flags = ("--launches", "3", "--iterations", "50", "--warmup-time", "1us")
    first = samples(front.run({"noise": NOISE}, *flags).cells[0])
    again = samples(Front(tmp_path_factory.mktemp("again")).run({"noise": NOISE}, *flags).cells[0])
    other = samples(Front(tmp_path_factory.mktemp("other")).run({"noise": {**NOISE, "seed": 8}}, *flags).cells[0])
    assert again == first
    assert other != first
    assert first[0] != first[1]


def test_a_duration_passes_in_the_samples_own_time(front: Front) -> None:
    cell = front.run({"noise": {**NOISE, "median_ns": 1e8}}, "--launches", "2", "--duration", "10m", "--max-time", "1h").cells[0]
    for launch, walls in zip(samples(cell), by_block(cell, "wall_ns"), strict=True):
        for block, wall in zip(launch, walls, strict=True):
            assert sum(block) == wall
            assert sum(block) >= 600e9 > sum(block[:-1])


def test_a_variant_is_slower_by_the_factor_that_the_script_gives_it(front: Front) -> None:
    noise = {"median_ns": 2e6, "slowdown": 1.1, "scale_by_setting": {"jit=ofi": 1.5, "DNNL_DEFAULT_FPMATH_MODE=BF16": 2}}
    outcome = front.run({"noise": noise}, "--launches", "2", "--iterations", "20", "--jit", "none,ofi", "--fpmath", "strict,bf16")
    medians = {cell["key"].partition(":")[2]: cell["latency_ms"]["p50"] for cell in outcome.cells}
    assert sorted(medians.values()) == pytest.approx([2.2, 3.3, 4.4, 6.6])


def test_drift_slows_each_launch_more(front: Front) -> None:
    cell = front.run({"noise": {"drift": 0.1}}, "--launches", "3", "--iterations", "5").cells[0]
    assert [launch[0][0] for launch in samples(cell)] == [1000000, 1100000, 1200000]
