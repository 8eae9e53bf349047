"""gravbench-torch driven over its channel, every message validated against the schema that gravbench prints."""

from __future__ import annotations

import json
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


class EngineFailure(Exception):
    def __init__(self, reply: dict[str, Any]) -> None:
        super().__init__(reply["message"])
        self.code = reply["code"]


class Engine:
    def __init__(self, schema: dict[str, Any], log: Path, **environment: str) -> None:
        self.validators = {
            name: jsonschema.Draft202012Validator({"$defs": schema["$defs"], "$ref": f"#/$defs/{name}"}) for name in schema["$defs"]
        }
        self.log = log
        ours, theirs = socket.socketpair()
        ours.settimeout(PATIENCE_S)
        variables = {"PATH": os.environ["PATH"], "GRAVBENCH_CHANNEL": str(theirs.fileno()), **environment}
        with log.open("wb") as output:
            self.process = subprocess.Popen(
                [TORCH_ENGINE], env=variables, stdin=subprocess.DEVNULL, stdout=output, stderr=output, pass_fds=[theirs.fileno()]
            )
        theirs.close()
        self.socket = ours
        self.lines = ours.makefile("r", encoding="utf-8")
        self.id = 0

    def send(self, text: str) -> dict[str, Any]:
        self.socket.sendall(text.encode() + b"\n")
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

    def close(self) -> int:
        """Hangs up, and gives the exit status."""
        self.lines.close()
        self.socket.close()
        return self.process.wait(timeout=PATIENCE_S)


def tensor(dtype: str, *shape: int, values: dict[str, Any] | None = None) -> dict[str, Any]:
    range_ = [-1.0, 1.0] if dtype in ("f16", "bf16", "f32", "f64") else [0, 1]
    return {"kind": "tensor", "dtype": dtype, "shape": list(shape), "values": values or {"uniform": range_}}


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




@pytest.fixture(scope="session")
def models(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("models")
    for module in (Echo, Nested, Matrix, Moody, Greedy):
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
