#!/usr/bin/env python3
"""ONNX Runtime from Python: what a deployment in Python gets. An example of an engine; docs/engines.md."""

from __future__ import annotations

from typing import Any

import gravbench_engine
import onnxruntime

LEVELS = {
    "off": onnxruntime.GraphOptimizationLevel.ORT_DISABLE_ALL,
    "basic": onnxruntime.GraphOptimizationLevel.ORT_ENABLE_BASIC,
    "extended": onnxruntime.GraphOptimizationLevel.ORT_ENABLE_EXTENDED,
    "all": onnxruntime.GraphOptimizationLevel.ORT_ENABLE_ALL,
}


class OnnxRuntime(gravbench_engine.Engine):
    name = "onnxruntime-python"
    version = onnxruntime.__version__
    libraries = {"onnxruntime": onnxruntime.__version__}
    formats = ["onnx"]
    settings = {"threads": [], "graph-optimization": list(LEVELS)}

    def load(self, model: str, dtype: str, settings: dict[str, Any]) -> dict[str, Any]:
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = settings.get("threads", self.threads())
        options.graph_optimization_level = LEVELS[settings.get("graph-optimization", "all")]
        self.session = onnxruntime.InferenceSession(model, options, providers=["CPUExecutionProvider"])
        return {}  # What is in force cannot be read back from a session.

    def bind(self, arguments: list[Any], names: list[str]) -> list[Any]:
        wanted = [port.name for port in self.session.get_inputs()]
        if len(wanted) != len(arguments):
            raise gravbench_engine.Failure("inputs_do_not_fit", f"the model takes {', '.join(wanted)}")
        values = gravbench_engine.Engine.bind(self, arguments, names)
        by_name = dict(zip(names, values, strict=True))
        return [by_name if set(by_name) == set(wanted) else dict(zip(wanted, values, strict=True))]

    def infer(self, feed: dict[str, Any]) -> Any:
        return self.session.run(None, feed)

    def outputs(self, result: list[Any]) -> Any:
        return result[0] if len(result) == 1 else result


if __name__ == "__main__":
    gravbench_engine.serve(OnnxRuntime())
