"""gravbench-torch driven over its channel, every message validated against the schema that gravbench prints."""

from __future__ import annotations

import json
import math
import os
import socket
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import jsonschema
import pytest
import torch
from front import GRAVBENCH, PATIENCE_S, TORCH_ENGINE
from generator import MASK, raw, real
from safetensors.torch import load_file

ENGINE = os.environ.get("GRAVBENCH_ENGINE_BINARY", str(TORCH_ENGINE))


DTYPES = {
    torch.float16: "f16",
    torch.bfloat16: "bf16",
    torch.float32: "f32",
    torch.float64: "f64",
    torch.int8: "i8",
    torch.uint8: "u8",
    torch.int16: "i16",
    torch.int32: "i32",
    torch.int64: "i64",
    torch.bool: "bool",
}


class EngineFailure(Exception):
    def __init__(self, reply: dict[str, Any]) -> None:
        super().__init__(reply["message"])
        self.code = reply["code"]


class Engine:
    def __init__(self, schema: dict[str, Any], log: Path, *, program: tuple[str, ...] = (ENGINE,), **environment: str) -> None:
        self.validators = {
            name: jsonschema.Draft202012Validator({"$defs": schema["$defs"], "$ref": f"#/$defs/{name}"}) for name in schema["$defs"]
        }
        self.log = log
        ours, theirs = socket.socketpair()
        ours.settimeout(PATIENCE_S)
        variables = {"PATH": os.environ["PATH"], "GRAVBENCH_CHANNEL": "3", **environment}
        # The shell moves the socket to 3, which in this process may be anything.
        command = ["/bin/sh", "-c", 'exec "$0" "$@" 3<&0 0</dev/null', *program]
        with log.open("wb") as output:
            self.process = subprocess.Popen(command, env=variables, stdin=theirs, stdout=output, stderr=output)
        theirs.close()
        self.socket = ours
        self.lines = ours.makefile("r", encoding="utf-8")
        self.id = 0

    def send(self, text: str | bytes) -> dict[str, Any]:
        self.socket.sendall((text if isinstance(text, bytes) else text.encode()) + b"\n")
        return self.receive()

    def receive(self) -> dict[str, Any]:
        line = self.lines.readline()
        assert line, f"the engine is gone: {self.log.read_text(errors='replace')}"
        return json.loads(line)

    def ask(self, request: str, **members: Any) -> dict[str, Any]:
        self.id += 1
        message = {"id": self.id, "request": request, **members}
        self.validators[f"{request}_request"].validate(message)
        reply = self.send(json.dumps(message))
        assert reply["id"] == self.id
        if reply["reply"] == "error":
            self.validators["error_reply"].validate(reply)
            raise EngineFailure(reply)
        self.validators[f"{request}_reply"].validate(reply)
        return reply

    def load(self, model: Path, dtype: str = "fp32", **settings: str) -> dict[str, Any]:
        return self.ask("load", model=str(model), dtype=dtype, settings={name.replace("_", "-"): value for name, value in settings.items()})

    def inputs(self, *arguments: dict[str, Any], seed: int = 42, position: int = 0) -> str:
        return self.ask("inputs", seed=seed, position=position, arguments=list(arguments))["digest"]

    def outputs(self, file: Path) -> dict[str, torch.Tensor]:
        """Saves the outputs, and gives what the file holds, which must be what the reply describes."""
        described = self.ask("outputs", save=str(file))["tensors"]
        loaded = load_file(file)
        assert {entry["name"]: (entry["dtype"], entry["shape"]) for entry in described} == {
            name: (DTYPES[made.dtype], list(made.shape)) for name, made in loaded.items()
        }
        return loaded

    def close(self) -> int:
        """Hangs up, and gives the exit status."""
        self.lines.close()
        self.socket.close()
        return self.process.wait(timeout=PATIENCE_S)


def tensor(dtype: str, *shape: int, values: dict[str, Any] | None = None) -> dict[str, Any]:
    range_ = [-1.0, 1.0] if dtype in ("f16", "bf16", "f32", "f64") else [0, 1]
    return {"kind": "tensor", "dtype": dtype, "shape": list(shape), "values": values or {"uniform": range_}}


def generated(dtype: str, *shape: int, values: tuple[float, float], seed: int, position: int) -> torch.Tensor:
    """The values of the first tensor of the inputs, as docs/protocol.md says, in the widest type that they come from."""
    low, high = values
    numbers = raw(seed, position, 0, math.prod(shape))
    if dtype in ("f16", "bf16", "f32", "f64"):
        exact = torch.tensor([real(number, low, high) for number in numbers], dtype=torch.float64)
        made = exact if dtype == "f64" else exact.to(torch.float32)
    else:
        made = torch.tensor([low + number % (high - low + 1) for number in numbers])
    return made.reshape(shape)


def fnv1a(*tensors: torch.Tensor) -> str:
    digest = 0xCBF29CE484222325
    for one in tensors:
        for byte in one.flatten().view(torch.uint8).numpy().tobytes():
            digest = (digest ^ byte) * 0x100000001B3 & MASK
    return f"{digest:016x}"


class Echo(torch.nn.Module):
    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return x


class Nested(torch.nn.Module):
    def forward(
        self, items: list[torch.Tensor], pair: tuple[torch.Tensor, float], named: dict[str, torch.Tensor], on: bool = True
    ) -> tuple[list[torch.Tensor], dict[str, torch.Tensor], float, bool, int]:
        return items, {"b": named["b"], "a": named["a"], "c": pair[0]}, pair[1], on, len(items)


class Matrix(torch.nn.Module):
    def __init__(self) -> None:
        super().__init__()
        torch.manual_seed(1)
        self.linear = torch.nn.Linear(16, 8)
        self.convolution = torch.nn.Conv2d(3, 4, 3)

    def forward(self, x: torch.Tensor, image: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
        return self.linear(x), self.convolution(image)


class Moody(torch.nn.Module):
    """Fails with a positive first element, prints always."""

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        print("a line of the model's own")
        if bool(x.flatten()[0] > 0):
            raise ValueError("positive, which I cannot stand")
        return x


class Greedy(torch.nn.Module):
    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return torch.ones([1 << 46]) + x


class Pair(torch.nn.Module):
    def forward(self, x: torch.Tensor, y: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
        return x, y


class Collections(torch.nn.Module):
    """Takes what can be nested, and gives the values of a dict in the order of its keys."""

    def forward(
        self, rows: list[list[torch.Tensor]], reals: list[float], counts: list[int], named: dict[str, torch.Tensor], scale: float | None
    ) -> tuple[list[list[torch.Tensor]], list[float], list[int], list[torch.Tensor], float | None]:
        return rows, reals, counts, [one for one in named.values()], scale


class Medley(torch.nn.Module):
    """Every kind of output, among them some that are no tensors and one that is not contiguous."""

    def forward(self, x: torch.Tensor) -> tuple[torch.Tensor, None, str, dict[int, tuple[torch.Tensor, int]], bool, float]:
        return x.t(), None, "text", {7: (x, 3), 2: (x + 1, 4)}, True, 0.5


class Quotient(torch.nn.Module):
    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return x / x


class Layout(torch.nn.Module):
    """The values as they lie in memory, and the values in order."""

    def forward(self, x: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
        return torch.tensor(x.is_contiguous(memory_format=torch.channels_last)), x


class Headless(torch.nn.Module):
    @torch.jit.export
    def backward(self, x: torch.Tensor) -> torch.Tensor:
        return x


class Chatty(torch.nn.Module):
    """Prints what would pass for a reply."""

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        print('{"id":1,"reply":"quit"}')
        return x


MODULES = (Echo, Nested, Matrix, Moody, Greedy, Pair, Collections, Medley, Quotient, Layout, Headless, Chatty)


@pytest.fixture(scope="session")
def models(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("models")
    for module in MODULES:
        torch.jit.script(module()).save(str(folder / f"{module.__name__}.pt"))
    return folder


@pytest.fixture(scope="session")
def protocol_schema() -> dict[str, Any]:
    return json.loads(subprocess.run([GRAVBENCH, "schema", "protocol"], capture_output=True, check=True).stdout)


@pytest.fixture
def engine(protocol_schema: dict[str, Any], tmp_path: Path) -> Iterator[Engine]:
    one = Engine(protocol_schema, tmp_path / "log", OMP_NUM_THREADS="1")
    yield one
    one.close()
