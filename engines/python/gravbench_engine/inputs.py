"""Inputs that are the same in every engine: docs/protocol.md, `inputs`."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np

from gravbench_engine.tensor import DTYPES, REAL, Array, Failure, Tensor, doubles_of, read_safetensors, real_array, refuse

MASK = (1 << 64) - 1


def mix(z: Any) -> Any:
    """SplitMix64's finaliser (Steele, Lea and Flood, OOPSLA 2014), of one number or of an array of uint64."""
    z = (z ^ (z >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    z = (z ^ (z >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return z ^ (z >> np.uint64(31))


def raw_values(seed: int, position: int, tensor: int, count: int) -> Array:
    with np.errstate(over="ignore"):
        stream = mix(mix(mix(np.array([seed], np.uint64)) + np.uint64(position)) + np.uint64(tensor))
        return mix(stream + np.arange(1, count + 1, dtype=np.uint64) * np.uint64(0x9E3779B97F4A7C15))


def checked_range(values: dict[str, Any], kind: str, dtype: str) -> tuple[Any, Any]:
    """Both ends of a uniform range, or the constant twice."""
    ends = values[kind] if kind == "uniform" else [values[kind], values[kind]]
    allowed = (int, float) if dtype in REAL else (int,)
    if not isinstance(ends, list) or len(ends) != 2 or not all(isinstance(end, allowed) for end in ends):
        raise refuse(f"values {json.dumps(values)} are none of dtype {dtype}")
    if dtype not in REAL:
        limits = (0, 1) if dtype == "bool" else (np.iinfo(DTYPES[dtype][0]).min, np.iinfo(DTYPES[dtype][0]).max)
        if not all(limits[0] <= end <= limits[1] for end in ends) or ends[0] > ends[1]:
            raise refuse(f"values {json.dumps(values)} do not fit {dtype}")
    return ends[0], ends[1]


def constant_array(values: dict[str, Any], dtype: str, count: int) -> Array:
    value, _ = checked_range(values, "constant", dtype)
    if dtype not in REAL:
        return np.full(count, value, DTYPES[dtype][0])
    one = real_array(np.array([float(value)]), dtype)
    if not np.isfinite(doubles_of(Tensor(dtype, one))).all():
        raise refuse(f"values {json.dumps(values)} do not fit {dtype}")
    return np.repeat(one, count)


def uniform_array(values: dict[str, Any], dtype: str, raw: Array) -> Array:
    low, high = checked_range(values, "uniform", dtype)
    if dtype in REAL:
        return real_array(low + (high - low) * ((raw >> np.uint64(40)).astype(np.float64) / 16777216.0), dtype)
    span = (high - low + 1) & MASK
    offsets = raw if span == 0 else raw % np.uint64(span)
    with np.errstate(over="ignore"):
        return (np.uint64(low & MASK) + offsets).astype(np.int64).astype(DTYPES[dtype][0])


def file_tensor(values: dict[str, Any], dtype: str, shape: list[int]) -> Tensor:
    path, name = values["file"], values.get("tensor")
    found = read_safetensors(Path(path)).get(str(name))
    if found is None:
        raise refuse(f'{path}: holds no tensor "{name}"')
    if list(found.array.shape) != shape:
        raise refuse(f'{path}: tensor "{name}" has shape {list(found.array.shape)}, not {shape}')
    if found.dtype == dtype:
        return found
    if dtype not in REAL or found.dtype not in REAL:
        raise refuse(f'{path}: tensor "{name}" is {found.dtype}, not {dtype}')
    return Tensor(dtype, real_array(doubles_of(found), dtype))


class Maker:
    """Makes arguments depth-first, counting the tensors and hashing their bytes on the way."""

    def __init__(self, seed: int, position: int) -> None:
        self.seed = seed
        self.position = position
        self.tensors: list[Array] = []

    def make(self, spec: Any) -> Any:
        if not isinstance(spec, dict) or "kind" not in spec:
            raise refuse(f"{json.dumps(spec)[:200]} is no argument")
        kind = spec["kind"]
        if kind == "tensor":
            return self.tensor(spec)
        if kind == "scalar":
            if not isinstance(spec.get("value"), (bool, int, float)):
                raise refuse("a scalar is a number or a boolean")
            return spec["value"]
        if kind == "list":
            return [self.make(item) for item in spec["items"]]
        if kind == "tuple":
            return tuple(self.make(item) for item in spec["items"])
        if kind == "dict":
            return {key: self.make(item) for key, item in spec["items"].items()}
        raise refuse(f'there is no kind of argument "{kind}"')

    def tensor(self, spec: dict[str, Any]) -> Tensor:
        shape, dtype, values = spec.get("shape"), spec.get("dtype"), spec.get("values")
        if dtype not in DTYPES:
            raise refuse(f'there is no dtype "{dtype}"')
        if not isinstance(shape, list) or not all(isinstance(size, int) and size >= 0 for size in shape):
            raise refuse(f"there is no tensor of shape {shape}")
        if not isinstance(values, dict):
            raise refuse("a tensor has values")
        count = 1
        for size in shape:
            count *= size
        if count > 1 << 40:
            raise Failure("out_of_memory", f"there is not enough memory for a tensor of shape {shape}")
        if "file" in values:
            made = file_tensor(values, dtype, shape)
        elif "constant" in values:
            made = Tensor(dtype, constant_array(values, dtype, count).reshape(shape))
        elif "uniform" in values:
            raw = raw_values(self.seed, self.position, len(self.tensors), count)
            made = Tensor(dtype, uniform_array(values, dtype, raw).reshape(shape))
        else:
            raise refuse(f"there are no values like {json.dumps(values)[:200]}")
        self.tensors.append(made.array)
        return made

    def digest(self) -> str:
        return f"{fnv1a(b''.join(np.ascontiguousarray(array).tobytes() for array in self.tensors)):016x}"


def fnv1a(content: bytes) -> int:
    """64-bit FNV-1a: byte by byte, which in Python takes a fifth of a second for each million."""
    value = 0xCBF29CE484222325
    for byte in content:
        value = (value ^ byte) * 0x100000001B3 & MASK
    return value
