"""Writes bundles (docs/manifest.md): traces, checks what was traced, and writes the manifest last."""

from __future__ import annotations

import copy
import hashlib
import json
import os
import platform
import shutil
import tempfile
import warnings
from pathlib import Path
from typing import Any

import torch
from safetensors.torch import save_file

from exporter import onnx_file, pt2_file
from exporter.common import ExportError, comparison_line, first_line, flatten, is_as_exact, say, shapes_text

FORMATS = ("torchscript", "onnx", "pt2")
# Without pt2, whose making takes a minute a file and a C++ compiler, and which runs on this kind of CPU only.
DEFAULT_FORMATS = ("torchscript", "onnx")
DTYPES = {"fp32": (torch.float32, "f32"), "bf16": (torch.bfloat16, "bf16")}


def trace(module: torch.nn.Module, example: list[torch.Tensor]) -> torch.jit.ScriptModule:
    with warnings.catch_warnings(), torch.no_grad():
        warnings.simplefilter("ignore")  # TorchScript is deprecated, and tracers warn of every branch; verify() judges the result.
        try:
            return torch.jit.trace(module, tuple(example), check_trace=False, strict=False)
        except Exception as error:  # The model's own code runs here, and may raise anything.
            raise ExportError(f"cannot be traced: {first_line(error)}") from error


def with_dtype(tensors: list[torch.Tensor], dtype: torch.dtype) -> list[torch.Tensor]:
    return [tensor.to(dtype) if tensor.is_floating_point() else tensor for tensor in tensors]


def verify(name: str, dtype: str, file: Path, eager: torch.nn.Module, cases: list[list[torch.Tensor]]) -> list[str]:
    """Compares a saved file with the eager fp32 model on every case. Gives a line for each; raises ExportError where they differ."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            traced = torch.jit.load(str(file))
        except (OSError, ValueError, RuntimeError) as error:
            raise ExportError(f"{name} {dtype}: {file} cannot be loaded: {first_line(error)}; export it again") from error
    lines = []
    for case in cases:
        with torch.no_grad():
            expected = flatten(eager(*case))
            try:
                outputs = flatten(traced(*with_dtype(case, DTYPES[dtype][0])))
            except RuntimeError as error:  # The usual sign of a shape that was baked into the trace; torch says what, at the end.
                reason = str(error).strip().splitlines()[-1]
                raise ExportError(f"{name} {dtype}: the traced model fails for {shapes_text(case)}: {reason}") from error
        if not all(torch.isfinite(tensor).all() for tensor in outputs.values()):
            raise ExportError(f"{name} {dtype}: NaN or infinity in the outputs for {shapes_text(case)}")
        lines.append(comparison_line(name, dtype, case, outputs, expected))
        if not is_as_exact(outputs, expected, dtype == "fp32"):
            raise ExportError(f"the traced model is not the eager one: {lines[-1]}")
    return lines


def sha256(path: Path) -> str:
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def versions() -> dict[str, str]:
    result = {"tool": "scripts/export_models.py", "python": platform.python_version(), "torch": torch.__version__}
    for library in ("transformers", "torchvision", "onnx"):
        try:
            result[library] = __import__(library).__version__
        except (ImportError, RuntimeError):
            continue
    return result


def fingerprint(recipe: dict[str, Any], weights: str, seed: int, dtypes: list[str], formats: list[str]) -> str:
    """What a bundle was made from: if it is the same, there is nothing to do."""
    code = b"".join(path.read_bytes() for path in sorted(Path(__file__).parent.glob("*.py")))
    identity = [recipe, weights, seed if weights == "random" else None, dtypes, formats, versions(), hashlib.sha256(code).hexdigest()]
    if "pt2" in formats:
        identity.append(pt2_file.cpu())
    return hashlib.sha256(json.dumps(identity, sort_keys=True).encode()).hexdigest()


def formats_to_keep(folder: Path) -> list[str]:
    """The default ones, and what somebody waited minutes for."""
    try:
        files = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))["files"]
        return [*DEFAULT_FORMATS, *(["pt2"] if "pt2" in files else [])]
    except (OSError, ValueError, KeyError, TypeError):
        return list(DEFAULT_FORMATS)


def is_up_to_date(folder: Path, wanted: str) -> bool:
    try:
        manifest = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))
        files = [entry for of_format in manifest["files"].values() for entry in of_format.values()]
        return manifest["exporter"]["fingerprint"] == wanted and all(
            (folder / entry["path"]).stat().st_size == entry["size_bytes"] for entry in files
        )
    except (OSError, ValueError, KeyError):
        return False


def write_bundle(
    folder: Path,
    description: dict[str, Any],
    eager: torch.nn.Module,
    example: list[torch.Tensor],
    cases: list[list[torch.Tensor]],
    dtypes: list[str],
    formats: list[str],
) -> None:
    """Traces and writes everything into a folder beside the bundle first, then moves it over, the manifest last:
    an interrupted export leaves no bundle that looks whole. `description` is the manifest without files and example's paths."""
    folder.mkdir(parents=True, exist_ok=True)
    temporary = Path(tempfile.mkdtemp(prefix=f".{folder.name}-", dir=folder.parent))
    try:
        traced = {dtype: write_file(temporary, description["name"], dtype, eager, example, cases) for dtype in dtypes}
        manifest = dict(description, files={"torchscript": traced})
        onnx = temporary / "fp32.onnx"
        if "onnx" in formats and onnx_file.write_if_possible(onnx, temporary / "fp32.pt", eager, example, cases, description):
            manifest["files"]["onnx"] = {"fp32": file_entry(onnx, "f32")}
        if "pt2" in formats and (packages := write_packages(temporary, description, eager, example, cases, dtypes)):
            manifest["files"]["pt2"] = packages
        with torch.no_grad():
            outputs = flatten(eager(*example))
        names = [item["name"] for item in description["inputs"]]
        save_file(dict(zip(names, (tensor.contiguous() for tensor in example), strict=True)), str(temporary / "example_inputs.safetensors"))
        save_file({name: tensor.clone() for name, tensor in outputs.items()}, str(temporary / "example_outputs.safetensors"))
        for path in temporary.glob("*.safetensors"):  # Which that library makes readable by their owner only.
            shutil.copymode(temporary / "fp32.pt", path)
        (temporary / "manifest.json").write_text(json.dumps(manifest, indent=2) + "\n", encoding="utf-8")
        (folder / "manifest.json").unlink(missing_ok=True)
        for path in sorted(temporary.iterdir(), key=lambda path: path.name == "manifest.json"):
            os.replace(path, folder / path.name)
        named = {entry["path"] for of_format in manifest["files"].values() for entry in of_format.values()}
        for path in [*folder.glob("*.pt2"), *folder.glob("*.onnx")]:
            if path.name not in named:
                path.unlink()
    finally:
        shutil.rmtree(temporary, ignore_errors=True)


def write_packages(
    folder: Path,
    description: dict[str, Any],
    eager: torch.nn.Module,
    example: list[torch.Tensor],
    cases: list[list[torch.Tensor]],
    dtypes: list[str],
) -> dict[str, Any]:
    """AOTInductor's, by dtype; none where there is none in fp32, which accuracy is measured against."""
    packages: dict[str, Any] = {}
    for dtype in sorted(dtypes, key=lambda dtype: dtype != "fp32"):
        torch_dtype, float_inputs = DTYPES[dtype]
        path = folder / f"{dtype}.pt2"
        modules = (eager if dtype == "fp32" else copy.deepcopy(eager).to(torch_dtype), eager)
        if pt2_file.write_if_possible(path, torch_dtype, modules, example, cases, description):
            packages[dtype] = file_entry(path, float_inputs)
        elif dtype == "fp32":
            break
    return packages


def write_file(
    folder: Path,
    name: str,
    dtype: str,
    eager: torch.nn.Module,
    example: list[torch.Tensor],
    cases: list[list[torch.Tensor]],
) -> dict[str, Any]:
    torch_dtype, float_inputs = DTYPES[dtype]
    # Cast before tracing: a trace bakes in constants of the dtype that it saw.
    module = eager if dtype == "fp32" else copy.deepcopy(eager).to(torch_dtype)
    path = folder / f"{dtype}.pt"
    try:
        traced = trace(module, with_dtype(example, torch_dtype))
    except ExportError as error:
        raise ExportError(f"{name} {dtype}: {error}" + ("; leave bf16 out with --dtype fp32" if dtype == "bf16" else "")) from error
    torch.jit.save(traced, str(path))
    for line in verify(name, dtype, path, eager, [example, *cases]):
        say(line)
    return file_entry(path, float_inputs)


def file_entry(path: Path, float_inputs: str) -> dict[str, Any]:
    return {"path": path.name, "sha256": sha256(path), "size_bytes": path.stat().st_size, "float_inputs": float_inputs}
