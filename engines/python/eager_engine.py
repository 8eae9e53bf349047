#!/usr/bin/env python3
"""Eager PyTorch, or torch.compile with --compile, on the model that a bundle was exported from. An example of an engine."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

import gravbench_engine
import torch
from torchscript_engine import TorchScript

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "scripts"))
from exporter import recipes  # noqa: E402  It is no package that is installed.

TORCH_DTYPES = {"fp32": torch.float32, "bf16": torch.bfloat16}


class Eager(TorchScript):
    name = "torch-eager"
    settings: dict[str, list[Any]] = {}
    is_compiled = False

    def load(self, model: str, dtype: str, settings: dict[str, Any]) -> None:
        """Builds what the bundle's manifest names, with the weights that it names: the model's file is not read."""
        manifest_path = Path(model).parent / "manifest.json"
        if not manifest_path.is_file():
            raise gravbench_engine.Failure("model_not_loadable", f"{model}: is no file of a bundle, whose manifest names the eager model")
        manifest = json.loads(manifest_path.read_text(encoding="utf-8"))
        folder = ROOT / "models" / manifest["name"]
        if not (folder / "recipe.json").is_file():
            raise gravbench_engine.Failure("model_not_loadable", f"{folder}: there is no recipe.json to build {manifest['name']} from")
        weights = manifest["weights"]
        built = recipes.build(recipes.read_recipe(folder), weights["kind"], weights["seed"] or 0)
        self.module = built.module.to(TORCH_DTYPES[dtype])
        if self.is_compiled:
            self.module = torch.compile(self.module)


class Compiled(Eager):
    name = "torch-compile"
    is_compiled = True


if __name__ == "__main__":
    gravbench_engine.serve(Compiled() if "--compile" in sys.argv[1:] else Eager())
