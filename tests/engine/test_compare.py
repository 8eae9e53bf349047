"""`compare` against numpy in double precision, from the two files that `outputs` wrote."""

from __future__ import annotations

import struct
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from conftest import DTYPES, Engine, EngineFailure, tensor
from safetensors.torch import load_file, save_file


def echoed(engine: Engine, models: Path, folder: Path, *made: torch.Tensor) -> None:
    """A model whose outputs are these tensors."""
    save_file({str(i): one.contiguous() for i, one in enumerate(made)}, folder / "inputs")
    engine.load(models / ("Echo.pt" if len(made) == 1 else "Pair.pt"))
    engine.inputs(
        *(tensor(DTYPES[one.dtype], *one.shape, values={"file": str(folder / "inputs"), "tensor": str(i)}) for i, one in enumerate(made))
    )


def compared(engine: Engine, models: Path, folder: Path, cell: list[torch.Tensor], reference: list[torch.Tensor], batch: int) -> Any:
    """The reply, and the two files."""
    echoed(engine, models, folder, *reference)
    engine.ask("outputs", save=str(folder / "reference"))
    echoed(engine, models, folder, *cell)
    engine.ask("outputs", save=str(folder / "cell"))
    reply = engine.ask("compare", reference=str(folder / "reference"), batch=batch)
    return reply, load_file(folder / "cell"), load_file(folder / "reference")


def rows_of(one: torch.Tensor, batch: int) -> np.ndarray:
    values = one.double().numpy()
    return values.reshape(batch if values.ndim and values.shape[0] == batch else 1, -1)


def test_several_tensors_are_compared_by_row_or_whole_and_the_worst_counts(engine: Engine, models: Path, tmp_path: Path) -> None:
    generator = torch.Generator().manual_seed(11)
    reference = [torch.randn((3, 4, 5), generator=generator), torch.randn((2, 6), generator=generator)]
    cell = [one + 0.4 * torch.randn(one.shape, generator=generator) for one in reference]
    reply, of_cell, of_reference = compared(engine, models, tmp_path, cell, reference, 3)
    cosines, errors, relative, agreements, elements = [], [], [], [], 0
    for name, one in of_cell.items():
        x, y = rows_of(one, 3), rows_of(of_reference[name], 3)
        cosines += list((x * y).sum(1) / np.linalg.norm(x, axis=1) / np.linalg.norm(y, axis=1))
        errors.append(np.abs(x - y).max())
        relative += list(np.linalg.norm(x - y, axis=1) / np.linalg.norm(y, axis=1))
        agreements += list((one.numpy().argmax(-1) == of_reference[name].numpy().argmax(-1)).flatten())
        elements += one.numel()
    assert len(cosines) == 4, "three rows, and a tensor as a whole"
    assert reply["cosine_similarity"] == pytest.approx(min(cosines), abs=1e-12)
    assert reply["max_abs_error"] == pytest.approx(max(errors), rel=1e-12)
    assert reply["relative_l2_error"] == pytest.approx(max(relative), rel=1e-12)
    assert reply["top1_agreement"] == pytest.approx(np.mean(agreements)) and len(agreements) == 14
    assert reply["elements"] == elements and reply["nonfinite"] == 0


@pytest.mark.parametrize("magnitude", [1e-300, 1e-170, 1e160, 1e300])
def test_doubles_whose_squares_leave_the_range_are_told_apart(engine: Engine, models: Path, tmp_path: Path, magnitude: float) -> None:
    cell = torch.tensor([[1.0, 2.0, -3.0]], dtype=torch.float64) * magnitude
    reply, _, _ = compared(engine, models, tmp_path, [cell], [-cell], 1)
    assert reply["cosine_similarity"] == pytest.approx(-1) and reply["relative_l2_error"] == pytest.approx(2)
    assert reply["max_abs_error"] == pytest.approx(6 * magnitude)


def test_a_row_against_zeros_has_no_relative_error(engine: Engine, models: Path, tmp_path: Path) -> None:
    rows = [torch.tensor([[1.0, 2.0], [3.0, 0.0]]), torch.tensor([[1.0, 2.0], [0.0, 0.0]])]
    reply, _, _ = compared(engine, models, tmp_path, rows[:1], rows[1:], 2)
    assert (reply["cosine_similarity"], reply["max_abs_error"], reply["relative_l2_error"]) == (0, 3, None)
    reply, _, _ = compared(engine, models, tmp_path, rows[1:], rows[:1], 2)
    assert (reply["cosine_similarity"], reply["max_abs_error"], reply["relative_l2_error"]) == (0, 3, 1)


def test_the_same_infinity_is_left_out_of_the_sums(engine: Engine, models: Path, tmp_path: Path) -> None:
    infinite = float("inf")
    cell, reference = torch.tensor([[3.0, infinite, 4.0, -infinite]]), torch.tensor([[4.0, infinite, 3.0, -infinite]])
    reply, _, _ = compared(engine, models, tmp_path, [cell], [reference], 1)
    assert reply["cosine_similarity"] == pytest.approx(24 / 25) and reply["max_abs_error"] == 1
    assert reply["relative_l2_error"] == pytest.approx(2**0.5 / 5) and reply["nonfinite"] == 2


def test_one_nan_in_one_row_of_many_leaves_no_figure_but_the_counts(engine: Engine, models: Path, tmp_path: Path) -> None:
    cell = torch.ones(4, 3)
    cell[2, 1] = float("nan")
    reply, _, _ = compared(engine, models, tmp_path, [cell], [torch.ones(4, 3)], 4)
    assert (reply["cosine_similarity"], reply["max_abs_error"], reply["relative_l2_error"]) == (None, None, None)
    assert (reply["nonfinite"], reply["elements"]) == (1, 12)


def test_a_model_that_gives_nan_is_seen_to(engine: Engine, models: Path, tmp_path: Path) -> None:
    engine.load(models / "Quotient.pt")
    engine.inputs(tensor("f32", 2, 5, values={"constant": 0}))
    assert engine.outputs(tmp_path / "reference")["output"].isnan().all()
    reply = engine.ask("compare", reference=str(tmp_path / "reference"), batch=2)
    assert reply["nonfinite"] == 10 and reply["cosine_similarity"] is None


@pytest.mark.parametrize(
    ("cell", "reference", "cosine", "error"),
    [
        (torch.tensor(3.0), torch.tensor(3.5), 1, 0.5),
        (torch.tensor(2), torch.tensor(-2), -1, 4),
        (torch.tensor([True, False]), torch.tensor([True, True]), 2**-0.5, 1),
        (torch.zeros(0, 3), torch.zeros(0, 3), 1, 0),
        (torch.zeros(2, 0), torch.zeros(2, 0), 1, 0),
    ],
    ids=["a number", "a whole number", "booleans", "no rows", "empty rows"],
)
def test_outputs_without_classes_are_compared_without_top1(
    engine: Engine, models: Path, tmp_path: Path, cell: torch.Tensor, reference: torch.Tensor, cosine: float, error: float
) -> None:
    reply, _, _ = compared(engine, models, tmp_path, [cell], [reference], 7)
    assert reply["cosine_similarity"] == pytest.approx(cosine) and reply["max_abs_error"] == error
    assert reply["top1_agreement"] is None and reply["elements"] == cell.numel()


@pytest.mark.parametrize(
    "entry",
    [
        b'{"output":{"dtype":"F32","shape":[70368744177664],"data_offsets":[0,12]}}',
        b'{"output":{"dtype":"F32","shape":[4294967296,4294967296],"data_offsets":[0,0]}}',
        b'{"output":{"dtype":"F32","shape":[-3],"data_offsets":[0,12]}}',
        b'{"output":{"dtype":"F32","shape":[3],"data_offsets":[12,24]}}',
        b'{"output":{"dtype":"F32","shape":[3],"data_offsets":[12,0]}}',
        b'{"output":{"dtype":"F32","shape":[3],"data_offsets":[0]}}',
        b'{"output":{"dtype":"F7","shape":[3],"data_offsets":[0,12]}}',
        b'{"output":{"shape":[3],"data_offsets":[0,12]}}',
        b'{"output":3}',
        b"[]",
        b"\xff{}",
    ],
)
def test_a_reference_whose_header_is_damaged_is_refused(engine: Engine, models: Path, tmp_path: Path, entry: bytes) -> None:
    engine.load(models / "Echo.pt")
    engine.inputs(tensor("f32", 3))
    path = tmp_path / "reference"
    path.write_bytes(struct.pack("<Q", len(entry)) + entry + bytes(12))
    with pytest.raises(EngineFailure, match="reference") as failure:
        engine.ask("compare", reference=str(path), batch=1)
    assert failure.value.code == "reference_not_readable"
    engine.ask("outputs", save=str(path))
    assert engine.ask("compare", reference=str(path), batch=1)["cosine_similarity"] == 1, "the engine lives on"
