"""Any model of a TorchBench checkout (github.com/pytorch/benchmark) as a bundle."""

from __future__ import annotations

import importlib
import inspect
import sys
from pathlib import Path
from typing import Any

import torch

from exporter.bundle import DTYPES, trace
from exporter.common import ExportError, flatten, relative_error, say

DTYPE_NAMES = {
    torch.float32: "f32", torch.float64: "f64", torch.float16: "f16", torch.bfloat16: "bf16", torch.bool: "bool",
    torch.int64: "i64", torch.int32: "i32", torch.int16: "i16", torch.int8: "i8", torch.uint8: "u8",
}  # fmt: skip


class ByName(torch.nn.Module):
    """Takes positionally what a Hugging Face model takes by name."""

    def __init__(self, model: torch.nn.Module, names: list[str]) -> None:
        super().__init__()
        self.model = model
        self.names = names

    def forward(self, *arguments: torch.Tensor) -> Any:
        return self.model(**dict(zip(self.names, arguments, strict=True)))


def load(name: str, checkout: Path) -> tuple[torch.nn.Module, list[str], list[torch.Tensor]]:
    """The module in eval mode, its inputs' names and TorchBench's example of them."""
    if not (checkout / "torchbenchmark").is_dir():
        raise ExportError(f"{checkout}: no checkout of TorchBench: there is no folder torchbenchmark in it")
    sys.path.insert(0, str(checkout))
    try:
        model_class = importlib.import_module(f"torchbenchmark.models.{name}").Model
    except (ImportError, AttributeError) as error:
        raise ExportError(f"TorchBench has no model {name}, or what it needs is not installed: {error}") from error
    # Until 2021 the class took jit instead of test.
    takes_test = "test" in inspect.signature(model_class.__init__).parameters
    benchmark = model_class(test="eval", device="cpu") if takes_test else model_class(device="cpu", jit=False)
    module, example = benchmark.get_module()
    module.eval()
    if isinstance(example, dict):
        names = list(example)
        return ByName(module, names), names, list(example.values())
    tensors = list(example) if isinstance(example, list | tuple) else [example]
    return module, [f"input_{index}" for index in range(len(tensors))], tensors


def description_of(name: str, names: list[str], example: list[torch.Tensor], is_batch_free: bool) -> dict[str, Any]:
    inputs = [input_of(item, tensor, is_batch_free) for item, tensor in zip(names, example, strict=True)]
    return {
        "schema": "gravbench.manifest/1",
        "name": name,
        "description": f"{name} of TorchBench",
        "inputs": inputs,
        "outputs": [],
        "source": {"library": "torchbench", "id": name},
        "weights": {"kind": "unknown", "seed": None, "licence": None},
    }


def input_of(name: str, tensor: torch.Tensor, is_batch_free: bool) -> dict[str, Any]:
    if not isinstance(tensor, torch.Tensor):
        raise ExportError(f"input {name} is a {type(tensor).__name__}, not a tensor; export such a model by hand")
    shape: list[int | str] = list(tensor.shape)
    if is_batch_free:
        shape[0] = "batch"
    low, high = (tensor.double().min().item(), tensor.double().max().item()) if tensor.numel() else (0.0, 1.0)
    values = [low, high] if tensor.is_floating_point() else [int(low), int(high)]
    return {"name": name, "kind": "tensor", "dtype": DTYPE_NAMES[tensor.dtype], "shape": shape, "values": {"uniform": values}}


def has_free_batch(module: torch.nn.Module, example: list[torch.Tensor]) -> bool:
    """Whether what was traced at one batch size is right at another: tried, not assumed."""
    sizes = {tensor.shape[0] if tensor.dim() else 0 for tensor in example}
    if len(sizes) != 1 or sizes == {0}:
        return False
    doubled = [torch.cat([tensor, tensor.flip(0)]) for tensor in example]
    try:
        with torch.no_grad():
            return relative_error(flatten(trace(module, example)(*doubled)), flatten(module(*doubled))) < 1e-5
    except (RuntimeError, ValueError, ExportError):
        return False


def supported_dtypes(module: torch.nn.Module, dtypes: list[str], name: str) -> list[str]:
    """bf16 only where the eager model itself runs in it."""
    if any(parameter.dtype != torch.float32 for parameter in module.parameters()):
        say(f"{name}: its parameters are not all fp32; only fp32 is exported")
        return ["fp32"]
    return [dtype for dtype in dtypes if dtype in DTYPES]
