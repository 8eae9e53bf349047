"""Any model of a TorchBench checkout (github.com/pytorch/benchmark) as a bundle."""

from __future__ import annotations

import copy
import importlib
import inspect
import sys
from pathlib import Path
from typing import Any

import torch

from exporter.bundle import trace, with_dtype
from exporter.common import FP32_RELATIVE_ERROR, ExportError, first_line, flatten, relative_error, say

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
        model_class = model_class_of(name)
    except Exception as error:  # Importing runs the model's own code, and TorchBench has a ModelNotFoundError of its own.
        raise ExportError(f"TorchBench has no model {name}, or what it needs is not installed: {first_line(error)}") from error
    # Until 2021 the class took jit instead of test.
    takes_test = "test" in inspect.signature(model_class.__init__).parameters
    try:
        benchmark = model_class(test="eval", device="cpu") if takes_test else model_class(device="cpu", jit=False)
        module, example = benchmark.get_module()
    except Exception as error:  # Many models do without eval, the CPU or get_module, each saying so in its own way.
        raise ExportError(f"TorchBench's {name} cannot be had for inference on the CPU: {first_line(error)}") from error
    module.eval()
    if isinstance(example, dict):
        names = list(example)
        return ByName(module, names), names, list(example.values())
    tensors = list(example) if isinstance(example, list | tuple) else [example]
    return module, [f"input_{index}" for index in range(len(tensors))], tensors


def model_class_of(name: str) -> Any:
    torchbenchmark = importlib.import_module("torchbenchmark")
    # It also knows the models of its Hugging Face and timm lists, which have no folder; older checkouts lack it.
    if hasattr(torchbenchmark, "load_model_by_name"):
        model_class = torchbenchmark.load_model_by_name(name)
        if model_class is None:
            raise ImportError(f"its module defines no class Model ({name})")
        return model_class
    return importlib.import_module(f"torchbenchmark.models.{name}").Model


def description_of(name: str, names: list[str], example: list[torch.Tensor], is_batch_free: bool) -> dict[str, Any]:
    inputs = [input_of(item, tensor, is_batch_free) for item, tensor in zip(names, example, strict=True)]
    return {
        "schema": "gravbench.manifest/2",
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
    if not all(isinstance(tensor, torch.Tensor) for tensor in example):
        return False
    sizes = {tensor.shape[0] if tensor.dim() else 0 for tensor in example}
    if len(sizes) != 1 or sizes == {0}:
        return False
    doubled = [torch.cat([tensor, tensor.flip(0)]) for tensor in example]
    try:
        with torch.no_grad():
            return relative_error(flatten(trace(module, example)(*doubled)), flatten(module(*doubled))) <= FP32_RELATIVE_ERROR
    except (RuntimeError, ValueError, ExportError):
        return False


def supported_dtypes(module: torch.nn.Module, example: list[torch.Tensor], dtypes: list[str], name: str) -> list[str]:
    """bf16 only where the eager model itself runs in it."""
    if any(parameter.dtype != torch.float32 for parameter in module.parameters()):
        say(f"{name}: its parameters are not all fp32; only fp32 is exported")
        return ["fp32"]
    if "bf16" in dtypes:
        try:
            with torch.no_grad():
                copy.deepcopy(module).to(torch.bfloat16)(*with_dtype(example, torch.bfloat16))
        except Exception as error:  # The model's own code; casting to fp32 in forward is the usual reason.
            say(f"{name}: does not run in bf16 ({first_line(error)}); only fp32 is exported")
            return ["fp32"]
    return dtypes
