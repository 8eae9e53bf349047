"""What an engine is: the class that a framework's engine derives from."""

from __future__ import annotations

import os
from collections.abc import Iterator
from typing import Any

import numpy as np

from gravbench_engine.tensor import DTYPES, Failure, Tensor


class Engine:
    """What an engine is and does. Whatever its functions raise becomes an error reply; the engine lives on."""

    name = "python"
    version = "0"
    # A library's name to its version, or None where it is not there.
    libraries: dict[str, str | None] = {}
    # The formats of model files that load() reads, the best one first.
    formats: list[str] = ["torchscript"]
    # The settings of gravbench that load() applies, each with the values that it knows; an empty list is any.
    settings: dict[str, list[Any]] = {}
    # The settings that it obeys through its environment, such as "threads" by OMP_NUM_THREADS.
    environment_settings: list[str] = []

    def threads(self) -> int:
        """How many threads one inference uses."""
        return int(os.environ.get("OMP_NUM_THREADS", "1"))

    def load(self, model: str, dtype: str, settings: dict[str, Any]) -> dict[str, Any] | None:
        """Reads the model's file and makes it ready, under settings that are all listed. May give what is in force."""
        raise NotImplementedError

    def bind(self, arguments: list[Any], names: list[str]) -> list[Any]:
        """The framework's own inputs. `arguments` holds Tensors, numbers, booleans, lists, tuples and dicts."""
        return [arrays_of(argument) for argument in arguments]

    def infer(self, *arguments: Any) -> Any:
        """One inference: alone in the timed region. It must not return before its outputs are there."""
        raise NotImplementedError

    def outputs(self, result: Any) -> Any:
        """What infer() gave, as what numpy.asarray() takes, or as Tensors, nested or not."""
        return result


def arrays_of(argument: Any) -> Any:
    """Tensors as numpy arrays, nested as they are."""
    if isinstance(argument, Tensor):
        if argument.dtype == "bf16":
            raise Failure("inputs_do_not_fit", "numpy has no bf16, and this engine does not make it of its bits")
        return argument.array
    if isinstance(argument, dict):
        return {key: arrays_of(item) for key, item in argument.items()}
    if isinstance(argument, (list, tuple)):
        return type(argument)(arrays_of(item) for item in argument)
    return argument


def named_outputs(value: Any, name: str = "output") -> Iterator[tuple[str, Tensor]]:
    """Nested outputs by their place: output.0, output.hidden. None and texts are left out."""
    if isinstance(value, Tensor):
        yield name, value
    elif isinstance(value, dict):
        for key, item in value.items():
            yield from named_outputs(item, f"{name}.{key}")
    elif isinstance(value, (list, tuple)):
        for index, item in enumerate(value):
            yield from named_outputs(item, f"{name}.{index}")
    elif value is not None and not isinstance(value, str):
        array = np.asarray(value)
        for dtype, (kind, _) in DTYPES.items():
            if kind == array.dtype and dtype != "bf16":
                yield name, Tensor(dtype, array)
                return
        raise Failure("inference_failed", f"{name}: outputs of type {array.dtype} are not supported")
