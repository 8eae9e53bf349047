"""What the exporter's parts share: errors, messages, flattening and comparing of outputs."""

from __future__ import annotations

import sys
from typing import Any

import torch


class ExportError(Exception):
    """Stops an export. Its text is all that the user sees."""


def say(text: str) -> None:
    print(f"export_models: {text}", file=sys.stderr, flush=True)


def flatten(output: Any, name: str = "output") -> dict[str, torch.Tensor]:
    """A model's output as named tensors, as docs/protocol.md has it."""
    if isinstance(output, torch.Tensor):
        return {name: output.detach().contiguous()}
    if isinstance(output, dict):
        members = list(output.items())
    elif isinstance(output, list | tuple):
        members = list(enumerate(output))
    else:
        return {}
    result: dict[str, torch.Tensor] = {}
    for key, value in members:
        result.update(flatten(value, f"{name}.{key}"))
    return result


def relative_error(outputs: dict[str, torch.Tensor], reference: dict[str, torch.Tensor]) -> float:
    """The largest relative L2 error of any output tensor, in double precision."""
    if list(outputs) != list(reference):
        raise ExportError(f"outputs are {list(outputs)}, expected {list(reference)}")
    worst = 0.0
    for name, expected in reference.items():
        difference = (outputs[name].double() - expected.double()).norm().item()
        worst = max(worst, difference / max(expected.double().norm().item(), 1e-30))
    return worst


def smallest_cosine(outputs: dict[str, torch.Tensor], reference: dict[str, torch.Tensor]) -> float:
    """The smallest cosine similarity of any row (first dimension) of any output tensor, in double precision."""
    smallest = 1.0
    for name, expected in reference.items():
        rows = expected.double().reshape(expected.shape[0] if expected.dim() else 1, -1)
        other = outputs[name].double().reshape(rows.shape)
        smallest = min(smallest, torch.nn.functional.cosine_similarity(rows, other, dim=1).min().item())
    return smallest
