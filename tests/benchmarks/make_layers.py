#!/usr/bin/env python3
"""Writes a TorchScript model of linear layers with weights of their own: 40 of 512 are 40 MB, which one inference reads once.

build/venv/bin/python tests/benchmarks/make_layers.py FILE [--layers 40] [--width 512]
"""

from __future__ import annotations

import argparse

import torch


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("file")
    parser.add_argument("--layers", type=int, default=40)
    parser.add_argument("--width", type=int, default=512)
    flags = parser.parse_args()
    torch.manual_seed(0)
    layers = [layer for _ in range(flags.layers) for layer in (torch.nn.Linear(flags.width, flags.width), torch.nn.ReLU())]
    with torch.no_grad():
        torch.jit.trace(torch.nn.Sequential(*layers).eval(), torch.rand(2, flags.width)).save(flags.file)


if __name__ == "__main__":
    main()
