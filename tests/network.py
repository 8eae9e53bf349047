from __future__ import annotations

import torch


class Network(torch.nn.Module):
    """Large enough for bf16 to differ, small enough for a fast test."""

    def __init__(self) -> None:
        super().__init__()
        torch.manual_seed(3)
        self.first = torch.nn.Linear(64, 96)
        self.second = torch.nn.Linear(96, 32)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return self.second(torch.relu(self.first(x)))
