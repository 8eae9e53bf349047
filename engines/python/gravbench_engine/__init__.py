"""Any framework as an engine of gravbench, in about thirty lines of Python.

    import gravbench_engine

    class MyEngine(gravbench_engine.Engine):
        name = "my-framework"
        version = my_framework.__version__

        def load(self, model, dtype, settings):
            self.session = my_framework.open(model)

        def infer(self, *arguments):
            return self.session.call(*arguments)

    gravbench_engine.serve(MyEngine())

`gravbench run model.onnx --engine ./my_engine.py --input ...` then measures it, and
`gravbench check-engine ./my_engine.py model.onnx --input ...` says which rules of the protocol
(docs/protocol.md) it breaks. This module speaks the protocol, makes the inputs, keeps the time, and
writes the outputs. It needs numpy, and nothing else.

Arguments of infer() are what bind() made of the inputs; by default numpy arrays, and lists, tuples
and dicts of them. bf16, which numpy lacks, comes as Tensor: bind() must be overridden for it.
Outputs may be nested, of anything that numpy.asarray() takes; a framework with tensors of its own
overrides outputs().
"""

from gravbench_engine.engine import Engine
from gravbench_engine.server import serve
from gravbench_engine.tensor import Failure, Tensor

__all__ = ["Engine", "Failure", "Tensor", "serve"]
