"""An engine in Python whose outputs are its inputs, or with --sum the sum of each: no framework but numpy."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "engines" / "python"))
import gravbench_engine  # noqa: E402  It is no package that is installed.


class Echo(gravbench_engine.Engine):
    name = "echo"
    version = "1"
    settings = {"jit": ["none", "freeze"]}

    def load(self, model: str, dtype: str, settings: dict[str, Any]) -> None:
        if Path(model).read_text(encoding="utf-8") != "echo":
            raise ValueError("the file does not say echo")

    def bind(self, arguments: list[Any], names: list[str]) -> list[Any]:
        return arguments

    def infer(self, *arguments: Any) -> Any:
        if not arguments:
            raise RuntimeError("nothing to echo\nand no more to say")
        return arguments[0] if len(arguments) == 1 else arguments


class Sum(Echo):
    """Takes one tensor, and needs some time for it."""

    name = "sum"

    def bind(self, arguments: list[Any], names: list[str]) -> list[Any]:
        if len(arguments) != 1 or not isinstance(arguments[0], gravbench_engine.Tensor):
            raise gravbench_engine.Failure("inputs_do_not_fit", "one tensor is wanted")
        return [arguments[0].array]

    def infer(self, *arguments: Any) -> Any:
        return {"sum": arguments[0].sum(axis=-1), "square": (arguments[0] ** 2).sum(axis=-1)}


if __name__ == "__main__":
    gravbench_engine.serve(Sum() if "--sum" in sys.argv[1:] else Echo())
