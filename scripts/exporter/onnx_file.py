"""ONNX files of a bundle: made from its TorchScript, and compared with eager PyTorch by ONNX Runtime."""

from __future__ import annotations

import tempfile
import warnings
from pathlib import Path
from typing import Any

import onnxruntime
import torch

from exporter.common import ExportError, comparison_line, first_line, flatten, is_as_exact, say, shapes_text

OPSET = 17


def free_axes(items: list[dict[str, Any]]) -> dict[str, dict[int, str]]:
    """Which dimensions of inputs or outputs are symbols, as torch.onnx.export takes them."""
    axes = {item["name"]: {i: size for i, size in enumerate(item.get("shape", [])) if isinstance(size, str)} for item in items}
    return {name: symbols for name, symbols in axes.items() if symbols}


def write(path: Path, torchscript: Path, example: list[torch.Tensor], outputs: list[str], description: dict[str, Any]) -> None:
    """One file: what lies beside it is in no hash of a manifest."""
    with tempfile.TemporaryDirectory(dir=path.parent) as folder:
        made = Path(folder) / path.name
        export(made, torchscript, example, outputs, description)
        others = len(list(made.parent.iterdir())) - 1
        if others > 0:  # Of more than 2 GiB, which is all that one file can hold.
            raise ExportError(f"{description['name']}: cannot be exported as one ONNX file: its weights take {others} more beside it")
        made.replace(path)


def export(made: Path, torchscript: Path, example: list[torch.Tensor], outputs: list[str], description: dict[str, Any]) -> None:
    """From the TorchScript file, so that both compute the same. Inputs and outputs have the protocol's names."""
    module = torch.jit.load(str(torchscript))
    try:
        with warnings.catch_warnings(), torch.no_grad():
            warnings.simplefilter("ignore")  # Of constants that could not be folded, and of what will be removed one day.
            torch.onnx.export(
                module,
                tuple(example),
                str(made),
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
        if not is_as_exact(outputs, expected, is_fp32=True):
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
