"""Small TorchScript models, one for each thing that a model may do."""

from __future__ import annotations

from pathlib import Path

import pytest
import torch
from network import Network


class Doubled(torch.nn.Module):
    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return x * 2


class ManyOutputs(torch.nn.Module):
    def forward(self, x: torch.Tensor) -> tuple[torch.Tensor, dict[str, list[torch.Tensor]], int]:
        return x + 1, {"first": [x * 2, x * 3], "second": [x.sum(0)]}, x.size(0)


class ManyInputs(torch.nn.Module):
    def forward(
        self, items: list[torch.Tensor], pair: tuple[torch.Tensor, torch.Tensor], named: dict[str, torch.Tensor], scale: float, on: bool
    ) -> dict[str, torch.Tensor]:
        total = items[0] + items[1] + pair[0] + pair[1].to(torch.float32) + named["a"]
        return {"total": total * scale if on else total}


class Throws(torch.nn.Module):
    def forward(self, x: torch.Tensor) -> torch.Tensor:
        if x.size(0) >= 0:
            raise ValueError("no luck today")
        return x


class Hangs(torch.nn.Module):
    def forward(self, x: torch.Tensor) -> torch.Tensor:
        while bool(x.sum() < 1e30):
            x = x * 1
        return x


class Prints(torch.nn.Module):
    def forward(self, x: torch.Tensor) -> torch.Tensor:
        print("the model speaks")
        return x


class TakesAllMemory(torch.nn.Module):
    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return torch.ones([1 << 46]) + x


class GivesNan(torch.nn.Module):
    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return (x - x) / (x - x)


class Zero(torch.nn.Module):
    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return x * 0


SCRIPTED = (Doubled, ManyOutputs, ManyInputs, Throws, Hangs, Prints, TakesAllMemory, GivesNan, Zero, Network)


@pytest.fixture(scope="session")
def models(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("models")
    for module in SCRIPTED:
        torch.jit.script(module()).save(str(folder / f"{module.__name__}.pt"))
    whole = (folder / "Doubled.pt").read_bytes()
    (folder / "truncated.pt").write_bytes(whole[: len(whole) // 2])
    (folder / "corrupt.pt").write_bytes(whole[:300] + bytes(200) + whole[500:])
    (folder / "empty.pt").write_bytes(b"")
    (folder / "text.pt").write_text("once upon a time\n", encoding="utf-8")
    torch.save(Network().state_dict(), folder / "state_dict.pt")
    return folder
