"""What the exporter's parts share: errors, messages, flattening and comparing of outputs."""

from __future__ import annotations

import math
import sys
from typing import Any

import torch

FP32_RELATIVE_ERROR = 1e-5
BF16_COSINE = 0.99


def first_line(error: Exception) -> str:
    """What an exception says, without the traceback that torch and the hub's client put into their texts."""
    return next((line for line in str(error).splitlines() if line.strip()), type(error).__name__)


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
    """The largest absolute error of any element over the largest absolute value of its reference tensor, in double precision.

    An L2 norm would hide a few wrong elements among the millions of a language model's logits. A NaN on either side is infinitely wrong.
    """
    if list(outputs) != list(reference):
        raise ExportError(f"outputs are {list(outputs)}, expected {list(reference)}")
    worst = 0.0
    for name, expected in reference.items():
        # Subtracting would broadcast, and let a batch that was baked into the trace pass.
        if outputs[name].shape != expected.shape:
            raise ExportError(f"{name} has shape {list(outputs[name].shape)}, expected {list(expected.shape)}")
        if not expected.numel():
            continue
        difference = (outputs[name].double() - expected.double()).abs().max().item()
        error = difference / max(expected.double().abs().max().item(), 1e-30)
        worst = max(worst, math.inf if math.isnan(error) else error)
    return worst


def smallest_cosine(outputs: dict[str, torch.Tensor], reference: dict[str, torch.Tensor]) -> float:
    """The smallest cosine similarity of any row (first dimension) of any output tensor, in double precision."""
    smallest = 1.0
    for name, expected in reference.items():
        rows = expected.double().reshape(expected.shape[0] if expected.dim() else 1, -1)
        other = outputs[name].double().reshape(rows.shape)
        smallest = min(smallest, torch.nn.functional.cosine_similarity(rows, other, dim=1).min().item())
    return smallest


def is_as_exact(outputs: dict[str, torch.Tensor], reference: dict[str, torch.Tensor], is_fp32: bool) -> bool:
    """As an exported file has to be beside eager PyTorch in fp32."""
    return relative_error(outputs, reference) <= FP32_RELATIVE_ERROR if is_fp32 else smallest_cosine(outputs, reference) >= BF16_COSINE


def shapes_text(tensors: list[torch.Tensor]) -> str:
    return " ".join(str(list(tensor.shape)) for tensor in tensors)


def comparison_line(
    name: str, what: str, case: list[torch.Tensor], outputs: dict[str, torch.Tensor], expected: dict[str, torch.Tensor]
) -> str:
    """What a file gives for one case beside eager PyTorch, for people."""
    error, cosine = relative_error(outputs, expected), smallest_cosine(outputs, expected)
    return f"{name:<18} {what:<5} {shapes_text(case):<24} relative error {error:.2e}  cosine {cosine:.6f}"
