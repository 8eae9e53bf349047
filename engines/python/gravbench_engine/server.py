"""The protocol's side of an engine: requests, the clock, the channel."""

from __future__ import annotations

import gc
import json
import os
import platform
import socket
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np

from gravbench_engine.engine import Engine, named_outputs
from gravbench_engine.inputs import MASK, Maker
from gravbench_engine.tensor import Failure, refuse, write_safetensors

PROTOCOL = 1
MOST_LINE_BYTES = 64 << 20
MOST_SAMPLES = 1 << 24


def status_bytes(key: str) -> int:
    for line in Path("/proc/self/status").read_text(encoding="utf-8").splitlines():
        if line.startswith(key + ":"):
            return int(line.split()[1]) << 10
    return 0


def cpu_name() -> str:
    for line in Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines():
        if line.startswith("model name"):
            return line.partition(": ")[2]
    return ""


def whole(request: dict[str, Any], key: str, least: int, otherwise: int | None = None) -> int:
    value = request.get(key, otherwise)
    if isinstance(value, bool) or not isinstance(value, int) or value < least:
        raise Failure("bad_request", f'{request["request"]}: "{key}" is no integer from {least}: {json.dumps(value)[:200]}')
    return value


def word(request: dict[str, Any], key: str) -> str:
    if not isinstance(request.get(key), str):
        raise Failure("bad_request", f'{request["request"]}: "{key}" is no text')
    return request[key]


class Server:
    """Answers requests, one after the other."""

    def __init__(self, engine: Engine) -> None:
        self.engine = engine
        self.context = ""  # The model's file, for messages.
        self.is_loaded = False
        self.arguments: list[Any] | None = None
        self.is_finished = False

    def answer(self, line: bytes) -> dict[str, Any]:
        try:
            request = json.loads(line)
            handler = getattr(self, "on_" + request["request"], None)
            number = request["id"]
        except (ValueError, KeyError, TypeError, RecursionError):
            return {"id": None, "reply": "error", "code": "bad_request", "message": "not a JSON object with id and request"}
        if handler is None:
            return self.error(number, "unknown_request", f'this engine does not know the request "{request["request"]}"')
        try:
            return {"id": number, "reply": request["request"], **handler(request)}
        except Failure as failure:
            return self.error(number, failure.code, str(failure))
        except MemoryError as error:
            return self.error(number, "out_of_memory", f"{self.context}: {error}")
        except Exception as error:  # noqa: BLE001  Whatever a framework raises, the engine lives on.
            code = {"load": "model_not_loadable", "inputs": "inputs_do_not_fit"}.get(request["request"], "inference_failed")
            return self.error(number, code, f"{self.context}: {type(error).__name__}: {error}")

    @staticmethod
    def error(number: Any, code: str, message: str) -> dict[str, Any]:
        return {"id": number, "reply": "error", "code": code, "message": "\n".join(message.splitlines()[:4])[:2000]}

    def on_hello(self, request: dict[str, Any]) -> dict[str, Any]:
        whole(request, "protocol", 0)
        engine = self.engine
        return {
            "protocol": PROTOCOL,
            "engine": {"name": engine.name, "version": engine.version},
            "machine": {"arch": platform.machine(), "cpu": cpu_name(), "isa": ""},
            "libraries": {"python": platform.python_version(), "numpy": np.__version__, **engine.libraries},
            "threads": engine.threads(),
            "settings": engine.settings,
            "formats": engine.formats,
            "environment_settings": engine.environment_settings,
        }

    def on_load(self, request: dict[str, Any]) -> dict[str, Any]:
        model = word(request, "model")
        self.is_loaded, self.arguments = False, None
        settings = {}
        for name, value in request.get("settings", {}).items():
            if name in self.engine.settings:
                known = self.engine.settings[name]
                if known and value not in known:
                    raise Failure("setting_not_supported", f"{name}={value}: this engine knows {', '.join(map(str, known))}")
                settings[name] = value
        if not Path(model).is_file():
            raise Failure("model_not_loadable", f"{model}: no such file")
        self.context = Path(model).name
        start = time.perf_counter_ns()
        effective = self.engine.load(model, str(request.get("dtype", "")), settings)
        self.is_loaded = True
        return {"load_ns": time.perf_counter_ns() - start, "prepare_ns": 0, "effective": settings if effective is None else effective}

    def on_inputs(self, request: dict[str, Any]) -> dict[str, Any]:
        self.check_loaded()
        maker = Maker(whole(request, "seed", 0) & MASK, whole(request, "position", 0))
        specs = request.get("arguments")
        if not isinstance(specs, list):
            raise refuse('"arguments" is no list')
        arguments = [maker.make(spec) for spec in specs]
        self.arguments = self.engine.bind(arguments, [str(spec.get("name", "")) for spec in specs])
        return {"digest": maker.digest()}

    def on_run(self, request: dict[str, Any]) -> dict[str, Any]:
        if whole(request, "streams", 1, 1) != 1:
            raise Failure("bad_request", "run: this engine has one stream")
        if "count" in request:
            least = most = whole(request, "count", 1)
            duration = 0
        else:
            duration = whole(request, "duration_ns", 0)
            least, most = whole(request, "minimum_count", 1, 1), whole(request, "maximum_count", 1, MOST_SAMPLES)
        wall, samples = timed_block(self.engine.infer, self.bound(), duration, least, most)
        return {"wall_ns": wall, "streams": [{"samples_ns": samples}]}

    def on_outputs(self, request: dict[str, Any]) -> dict[str, Any]:
        result = self.engine.infer(*self.bound())
        tensors = dict(named_outputs(self.engine.outputs(result)))
        write_safetensors(Path(word(request, "save")), tensors)
        described = [{"name": name, "dtype": tensor.dtype, "shape": list(tensor.array.shape)} for name, tensor in tensors.items()]
        return {"tensors": described}

    def on_memory(self, _: dict[str, Any]) -> dict[str, Any]:
        return {"rss_bytes": status_bytes("VmRSS"), "peak_rss_bytes": status_bytes("VmHWM")}

    def on_quit(self, _: dict[str, Any]) -> dict[str, Any]:
        self.is_finished = True
        return {}

    def check_loaded(self) -> None:
        if not self.is_loaded:
            raise Failure("bad_request", "no model was loaded")

    def bound(self) -> list[Any]:
        self.check_loaded()
        if self.arguments is None:
            raise Failure("bad_request", "no inputs were made")
        return self.arguments


def timed_block(infer: Callable[..., Any], arguments: list[Any], duration: int, least: int, most: int) -> tuple[int, list[int]]:
    """Consecutive inferences, each timed for itself; wall time and samples in nanoseconds. Python's collector waits."""
    clock = time.perf_counter_ns
    samples: list[int] = []
    gc.collect()
    gc.disable()
    try:
        first = clock()
        while True:
            start = clock()
            result = infer(*arguments)
            end = clock()
            samples.append(end - start)
            del result  # Freeing the outputs lies outside of the timed region.
            count = len(samples)
            if count >= most or (count >= least and end - first >= duration):
                return end - first, samples
    finally:
        gc.enable()


def lines_of(channel: socket.socket) -> Iterator[bytes]:
    pending = bytearray()
    while chunk := channel.recv(1 << 16):
        searched = len(pending)
        pending += chunk
        while (end := pending.find(b"\n", searched)) >= 0:
            yield bytes(pending[:end])
            del pending[: end + 1]
            searched = 0
        if len(pending) > MOST_LINE_BYTES:
            return


def serve(engine: Engine) -> None:
    """The engine's life: answers on the channel that the front gave, then ends the process."""
    descriptor = os.environ.get("GRAVBENCH_CHANNEL", "")
    if not descriptor.isdigit():
        sys.exit(f"{sys.argv[0]}: an engine of gravbench, which starts it: gravbench run MODEL --engine {sys.argv[0]}")
    os.set_inheritable(int(descriptor), False)
    channel = socket.socket(fileno=int(descriptor))
    server = Server(engine)
    for line in lines_of(channel):
        reply = json.dumps(server.answer(line)).encode() + b"\n"
        # An audit tells the phases of a launch apart by the log's size at each answer.
        sys.stdout.flush()
        sys.stderr.flush()
        channel.sendall(reply)
        if server.is_finished:
            break
    # Without what a framework does at its end, which may take seconds, or crash after all is done.
    os._exit(0)
