#!/usr/bin/env python3
"""TorchScript from Python: what a deployment in Python gets. An example of an engine; docs/engines.md."""

from __future__ import annotations

from typing import Any

import gravbench_engine
import torch


class TorchScript(gravbench_engine.Engine):
    name = "torch-python"
    version = torch.__version__
    libraries = {"torch": torch.__version__}
    settings = {"jit": ["none", "freeze", "ofi"]}
    environment_settings = ["threads", "fpmath", "primitive-cache", "isa"]

    def threads(self) -> int:
        return torch.get_num_threads()

    def load(self, model: str, dtype: str, settings: dict[str, Any]) -> None:
        self.module = torch.jit.load(model).eval()
        if settings.get("jit", "none") != "none":
            self.module = torch.jit.freeze(self.module)
        if settings.get("jit") == "ofi":
            self.module = torch.jit.optimize_for_inference(self.module)

    def bind(self, arguments: list[Any], names: list[str]) -> list[Any]:
        return [torch_value(argument) for argument in arguments]

    @torch.inference_mode()
    def infer(self, *arguments: Any) -> Any:
        return self.module(*arguments)

    def outputs(self, result: Any) -> Any:
        return plain_value(result)


def torch_value(argument: Any) -> Any:
    """What gravbench_engine makes, as PyTorch takes it."""
    if isinstance(argument, gravbench_engine.Tensor):
        tensor = torch.from_numpy(argument.array.copy())
        return tensor.view(torch.bfloat16) if argument.dtype == "bf16" else tensor
    if isinstance(argument, dict):
        return {key: torch_value(item) for key, item in argument.items()}
    if isinstance(argument, (list, tuple)):
        return type(argument)(torch_value(item) for item in argument)
    return argument


def plain_value(result: Any) -> Any:
    """Outputs without PyTorch's tensors."""
    if isinstance(result, torch.Tensor):
        tensor = result.detach().contiguous()
        is_bf16 = tensor.dtype == torch.bfloat16
        return gravbench_engine.Tensor("bf16", tensor.view(torch.int16).numpy().view("uint16")) if is_bf16 else tensor.numpy()
    if isinstance(result, dict):
        return {key: plain_value(item) for key, item in result.items()}
    return [plain_value(item) for item in result] if isinstance(result, (list, tuple)) else result


if __name__ == "__main__":
    gravbench_engine.serve(TorchScript())
