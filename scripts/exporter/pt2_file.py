"""Packages of AOTInductor (.pt2) of a bundle: compiled for this machine's CPU, and compared with eager PyTorch."""

from __future__ import annotations

import ctypes
import json
import re
import warnings
import zipfile
from pathlib import Path
from typing import Any

import torch

from exporter.common import ExportError, comparison_line, first_line, flatten, is_as_exact, say

PROTOCOL_TYPES = {torch.float32: "f32", torch.bfloat16: "bf16", torch.int64: "i64", torch.int32: "i32", torch.bool: "bool"}


class Flat(torch.nn.Module):
    """Calls a model with its inputs in their order, and gives its outputs as one tuple: a package knows no names."""

    def __init__(self, model: torch.nn.Module) -> None:
        super().__init__()
        self.model = model

    def forward(self, *arguments: torch.Tensor) -> tuple[torch.Tensor, ...]:
        return tuple(leaves(self.model(*arguments)))


def leaves(output: Any) -> list[torch.Tensor]:
    """The tensors of an output, those of flatten() in their order, which are not copied."""
    if isinstance(output, torch.Tensor):
        return [output]
    members = output.values() if isinstance(output, dict) else output if isinstance(output, list | tuple) else []
    return [tensor for member in members for tensor in leaves(member)]


# Of all that Linux says of a CPU, the instructions that a compiler may use for this machine (-march=native).
INSTRUCTIONS = re.compile(
    r"(s?sse|avx|fma|bmi|amx|gfni|vaes|vpclmul|f16c|abm|movbe|adx|popcnt|aes|sha|asimd|sve|bf16|i8mm|fp|crc32|atomics)\w*"
)


def cpu() -> str:
    """What packages that are made here may need of a CPU."""
    text = Path("/proc/cpuinfo").read_text(encoding="utf-8")
    line = next((line for line in text.splitlines() if line.startswith(("flags", "Features"))), "")
    flags = {flag for flag in line.partition(":")[2].split() if INSTRUCTIONS.fullmatch(flag)}
    if "sve" in flags:  # Code is compiled for one length of its vectors. 51 is PR_SVE_GET_VL of Linux, in bytes.
        flags.add(f"sve-bits={(ctypes.CDLL(None).prctl(51) & 0xFFFF) * 8}")
    return " ".join(sorted(flags))


def cpu_of(file: Path) -> str:
    with zipfile.ZipFile(file) as archive:
        described = next(entry for entry in archive.namelist() if entry.endswith("wrapper_metadata.json"))
        return json.loads(archive.read(described)).get("gravbench.cpu", "")


def check_cpu(name: str, needed: str) -> None:
    lacks = sorted(set(needed.split()) - set(cpu().split()))
    if lacks:
        raise ExportError(f"{name} pt2: was compiled for a CPU with {', '.join(lacks)}, which this one lacks; export it again here")


def free_axes(item: dict[str, Any]) -> dict[int, Any]:
    return {axis: torch.export.Dim.DYNAMIC for axis, size in enumerate(item.get("shape", [])) if isinstance(size, str)}


def grown(tensor: torch.Tensor, item: dict[str, Any]) -> torch.Tensor:
    """With a batch of two: of a length of one torch.export would think that it is always one."""
    is_alone = item.get("shape", [])[:1] == ["batch"] and tensor.shape[0] == 1
    return torch.cat([tensor, tensor]) if is_alone else tensor


def described(item: dict[str, Any], tensor: torch.Tensor) -> dict[str, Any]:
    shape = [-1 if isinstance(size, str) else size for size in item["shape"]]
    return {"name": item["name"], "dtype": PROTOCOL_TYPES[tensor.dtype], "shape": shape}


def write(path: Path, module: torch.nn.Module, example: list[torch.Tensor], outputs: list[str], description: dict[str, Any]) -> None:
    """The names of inputs and outputs go into the package's metadata, where the engine finds them."""
    items = description["inputs"]
    inputs = [grown(tensor, item) for tensor, item in zip(example, items, strict=True)]
    try:
        metadata = {
            "gravbench.inputs": json.dumps([described(item, tensor) for item, tensor in zip(items, inputs, strict=True)]),
            "gravbench.outputs": json.dumps(outputs),
            "gravbench.cpu": cpu(),
        }
        with warnings.catch_warnings(), torch.no_grad():
            warnings.simplefilter("ignore")
            shapes = (tuple(free_axes(item) for item in items),)
            program = torch.export.export(Flat(module), tuple(inputs), dynamic_shapes=shapes, strict=False)
            # Frozen, as for a deployment: weights are laid out for their kernels once.
            # Inductor takes free lengths for two or more, and compiled code would refuse a batch of one: that it computes the same there
            # is what write_if_possible() compares.
            options = {"freezing": True, "aot_inductor.metadata": metadata, "aot_inductor.check_lowerbound": False}
            torch._inductor.aoti_compile_and_package(program, package_path=str(path), inductor_configs=options)
    except Exception as error:  # No C++ compiler, operators that cannot be exported, and whatever else the compiler raises.
        raise ExportError(f"{description['name']}: cannot be compiled by AOTInductor: {first_line(error)}") from error


def verify(name: str, dtype: torch.dtype, file: Path, eager: torch.nn.Module, cases: list[list[torch.Tensor]]) -> list[str]:
    """As bundle.verify(), by the package's own loader. `eager` is in fp32 whatever the dtype."""
    try:
        check_cpu(name, cpu_of(file))
        package = torch._inductor.aoti_load_package(str(file))
    except ExportError:
        raise
    except Exception as error:  # Of a damaged archive, of another version's.
        raise ExportError(f"{name} pt2: {file} cannot be loaded: {first_line(error)}; export it again") from error
    lines = []
    for case in cases:
        with torch.no_grad():
            expected = flatten(eager(*case))
            try:
                results = package(*(tensor.to(dtype) if tensor.is_floating_point() else tensor for tensor in case))
                outputs = dict(zip(expected, results, strict=True))
            except Exception as error:
                raise ExportError(f"{name} pt2: the compiled model fails: {first_line(error)}") from error
        is_fp32 = dtype == torch.float32
        lines.append(comparison_line(name, "pt2" if is_fp32 else "pt2 bf16", case, outputs, expected))
        if not is_as_exact(outputs, expected, is_fp32):
            raise ExportError(f"the compiled model is not the eager one: {lines[-1]}")
    return lines


def write_if_possible(
    path: Path,
    dtype: torch.dtype,
    modules: tuple[torch.nn.Module, torch.nn.Module],
    example: list[torch.Tensor],
    cases: list[list[torch.Tensor]],
    description: dict[str, Any],
) -> bool:
    """Whether there is a package that computes the same. `modules` are the model in this dtype and in fp32."""
    module, eager = modules
    inputs = [tensor.to(dtype) if tensor.is_floating_point() else tensor for tensor in example]
    try:
        with torch.no_grad():
            outputs = list(flatten(eager(*example)))
        write(path, module, inputs, outputs, description)
        alone = [tensor[:1] if 0 in free_axes(item) else tensor for tensor, item in zip(example, description["inputs"], strict=True)]
        for line in verify(description["name"], dtype, path, eager, [example, alone, *cases]):
            say(line)
    except ExportError as error:
        path.unlink(missing_ok=True)
        say(f"{error}; the bundle is without this package")
        return False
    return True
