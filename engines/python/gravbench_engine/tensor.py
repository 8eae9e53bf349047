"""Tensors with the protocol's types, and files of them."""

from __future__ import annotations

import json
import os
import struct
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

Array = np.ndarray[Any, Any]

# The protocol's names of element types: as numpy holds them (bf16 as its bits), and as safetensors files name them.
DTYPES: dict[str, tuple[np.dtype[Any], str]] = {
    "f16": (np.dtype(np.float16), "F16"),
    "bf16": (np.dtype(np.uint16), "BF16"),
    "f32": (np.dtype(np.float32), "F32"),
    "f64": (np.dtype(np.float64), "F64"),
    "i8": (np.dtype(np.int8), "I8"),
    "u8": (np.dtype(np.uint8), "U8"),
    "i16": (np.dtype(np.int16), "I16"),
    "i32": (np.dtype(np.int32), "I32"),
    "i64": (np.dtype(np.int64), "I64"),
    "bool": (np.dtype(np.bool_), "BOOL"),
}
REAL = ("f16", "bf16", "f32", "f64")


class Failure(Exception):
    """A request that cannot be carried out: the error reply, with one of the protocol's codes."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code


@dataclass
class Tensor:
    """A tensor with the protocol's dtype. The array of a bf16 tensor holds its bits, as uint16."""

    dtype: str
    array: Array


def refuse(message: str) -> Failure:
    return Failure("inputs_do_not_fit", message)


def bf16_bits(values: Array) -> Array:
    """Rounded to the nearest, ties to even."""
    bits = values.astype(np.float32).view(np.uint32).astype(np.uint64)
    rounded = (bits + np.uint64(0x7FFF) + (bits >> np.uint64(16) & np.uint64(1))) >> np.uint64(16)
    return np.where(np.isnan(values), np.uint64(0x7FC0), rounded).astype(np.uint16)


def real_array(values: Array, dtype: str) -> Array:
    """Doubles as that type; f16 and bf16 are rounded from the rounded f32."""
    if dtype == "f64":
        return values
    with np.errstate(over="ignore"):
        single = values.astype(np.float32)
        return bf16_bits(single) if dtype == "bf16" else single.astype(DTYPES[dtype][0])


def doubles_of(tensor: Tensor) -> Array:
    if tensor.dtype == "bf16":
        return (tensor.array.astype(np.uint32) << np.uint32(16)).view(np.float32).astype(np.float64)
    return tensor.array.astype(np.float64)


# Files of tensors: the header's length as 8 bytes, little endian; a JSON header; the data.


def read_safetensors(path: Path) -> dict[str, Tensor]:
    try:
        content = path.read_bytes()
        (size,) = struct.unpack_from("<Q", content)
        header = json.loads(content[8 : 8 + size])
        by_file_name = {file_name: dtype for dtype, (_, file_name) in DTYPES.items()}
        tensors = {}
        for name, entry in header.items():
            if name != "__metadata__":
                dtype = by_file_name[entry["dtype"]]
                begin, end = (8 + size + offset for offset in entry["data_offsets"])
                data = np.frombuffer(content[begin:end], DTYPES[dtype][0])
                tensors[name] = Tensor(dtype, data.reshape(entry["shape"]))
        return tensors
    except (OSError, ValueError, KeyError, TypeError, struct.error) as error:
        raise refuse(f"{path}: no file of tensors: {error}") from error


def write_safetensors(path: Path, tensors: dict[str, Tensor]) -> None:
    header: dict[str, Any] = {}
    offset = 0
    for name, tensor in tensors.items():
        end = offset + tensor.array.nbytes
        header[name] = {"dtype": DTYPES[tensor.dtype][1], "shape": list(tensor.array.shape), "data_offsets": [offset, end]}
        offset = end
    text = json.dumps(header).encode()
    text += b" " * (-len(text) % 8)
    unfinished = path.with_name(f"{path.name}.{os.getpid()}.unfinished")
    try:
        with unfinished.open("wb") as stream:
            stream.write(struct.pack("<Q", len(text)) + text)
            for tensor in tensors.values():
                stream.write(np.ascontiguousarray(tensor.array).tobytes())
        unfinished.replace(path)
    except OSError as error:
        unfinished.unlink(missing_ok=True)
        raise Failure("reference_not_readable", f"{path}: cannot be written: {error.strerror}") from error
