"""ONNX files of a bundle: made from its TorchScript, and compared with eager PyTorch by ONNX Runtime."""

from __future__ import annotations

import warnings
from pathlib import Path
from typing import Any

import onnxruntime
import torch

from exporter.common import FP32_RELATIVE_ERROR, ExportError, comparison_line, first_line, flatten, relative_error, say, shapes_text

OPSET = 17


def free_axes(items: list[dict[str, Any]]) -> dict[str, dict[int, str]]:
    """Which dimensions of inputs or outputs are symbols, as torch.onnx.export takes them."""
    axes = {item["name"]: {i: size for i, size in enumerate(item.get("shape", [])) if isinstance(size, str)} for item in items}
    return {name: symbols for name, symbols in axes.items() if symbols}


def write(path: Path, torchscript: Path, example: list[torch.Tensor], outputs: list[str], description: dict[str, Any]) -> None:
    """From the TorchScript file, so that both compute the same. Inputs and outputs have the protocol's names."""
    module = torch.jit.load(str(torchscript))
    try:
        with warnings.catch_warnings(), torch.no_grad():
            warnings.simplefilter("ignore")  # Of constants that could not be folded, and of what will be removed one day.
            torch.onnx.export(
                module,
                tuple(example),
                str(path),
                dynamo=False,
                opset_version=OPSET,
                input_names=[item["name"] for item in description["inputs"]],
                output_names=outputs,
                dynamic_axes=free_axes(description["inputs"]) | free_axes(description["outputs"]),
            )
    except Exception as error:  # Operators without a counterpart, and whatever else the exporter raises.
        raise ExportError(f"{description['name']}: cannot be exported as ONNX: {first_line(error)}") from error


def verify(name: str, file: Path, names: list[str], eager: torch.nn.Module, cases: list[list[torch.Tensor]]) -> list[str]:
    """As bundle.verify(), by ONNX Runtime. `names` are those of the model's inputs, of which the file has those that matter."""
    try:
        session = onnxruntime.InferenceSession(str(file), providers=["CPUExecutionProvider"])
    except Exception as error:  # Its exceptions have no common class.
        raise ExportError(f"{name} onnx: {file} cannot be loaded: {first_line(error)}; export it again") from error
    lines = []
    for case in cases:
        with torch.no_grad():
            expected = flatten(eager(*case))
        tensors = dict(zip(names, case, strict=True))
        try:
            results = session.run(None, {port.name: tensors[port.name].numpy() for port in session.get_inputs()})
            outputs = {port.name: torch.from_numpy(result) for port, result in zip(session.get_outputs(), results, strict=True)}
        except Exception as error:
            raise ExportError(f"{name} onnx: the exported model fails for {shapes_text(case)}: {first_line(error)}") from error
        lines.append(comparison_line(name, "onnx", case, outputs, expected))
        if relative_error(outputs, expected) > FP32_RELATIVE_ERROR:
            raise ExportError(f"the exported model is not the eager one: {lines[-1]}")
    return lines


def write_if_possible(
    path: Path,
    torchscript: Path,
    eager: torch.nn.Module,
    example: list[torch.Tensor],
    cases: list[list[torch.Tensor]],
    description: dict[str, Any],
) -> bool:
    """Whether there is a file that computes the same. Not every model has one; why not is said."""
    name = description["name"]
    try:
        with torch.no_grad():
            outputs = list(flatten(eager(*example)))
        write(path, torchscript, example, outputs, description)
        for line in verify(name, path, [item["name"] for item in description["inputs"]], eager, [example, *cases]):
            say(line)
    except ExportError as error:
        path.unlink(missing_ok=True)
        say(f"{error}; the bundle is without ONNX")
        return False
    return True
