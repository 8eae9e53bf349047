"""An engine that breaks one rule of the protocol: stands between the front and null_engine, and spoils what passes.

broken_engine.py RULE NULL_ENGINE: RULE is a name of `gravbench check-engine --list`, or "none".
"""

from __future__ import annotations

import json
import os
import shutil
import socket
import struct
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

Message = dict[str, Any]
Fault = Callable[["Proxy", Message], list[Message]]
CHANNEL = 3


class Proxy:
    """The channel to the front, and one to the real engine."""

    def __init__(self, rule: str, program: str) -> None:
        self.rule = rule
        self.front = socket.socket(fileno=CHANNEL)
        os.set_inheritable(CHANNEL, rule == "channel.close_on_exec")
        ours, theirs = socket.socketpair()
        command = ["/bin/sh", "-c", 'exec "$0" 3<&0 0</dev/null', program]
        self.process = subprocess.Popen(command, stdin=theirs, env={**os.environ, "GRAVBENCH_CHANNEL": "3"})
        theirs.close()
        self.engine = ours.makefile("rwb", buffering=0)
        self.kept: Any = None
        self.delayed: list[Message] = []

    def ask(self, request: Message | bytes) -> Message:
        self.engine.write((request if isinstance(request, bytes) else json.dumps(request).encode()) + b"\n")
        return json.loads(self.engine.readline())

    def tell(self, replies: list[Message]) -> None:
        self.front.sendall(b"".join(json.dumps(reply).encode() + b"\n" for reply in replies))

    def serve(self) -> None:
        pending = b""
        while chunk := self.front.recv(1 << 20):
            if self.rule == "message.parts" and not chunk.endswith(b"\n"):
                self.tell([{"id": None, "reply": "error", "code": "bad_request", "message": "half of a line"}])
            pending += chunk
            if self.rule == "message.long" and len(pending) > 1 << 20:
                return
            *lines, pending = pending.split(b"\n")
            for line in lines:
                self.answer(line)
        if self.rule == "channel.closed":
            time.sleep(600)

    def answer(self, line: bytes) -> None:
        try:
            request = json.loads(line)
            name = request["request"]
        except (ValueError, KeyError, TypeError):
            if self.rule == "message.not_json":
                sys.exit(1)
            self.tell([self.ask(line)])
            return
        fault = FAULTS.get(self.rule)
        self.tell([self.ask(request)] if fault is None else fault(self, request))
        if name == "quit":
            sys.exit(3 if self.rule == "quit.exit" else 0)


def spoiled(name: str, change: Callable[[Message, Message], Any]) -> Fault:
    """Changes each reply to a request of that name: `change(request, reply)`."""

    def fault(proxy: Proxy, request: Message) -> list[Message]:
        reply = proxy.ask(request)
        if reply["reply"] == name or (reply["reply"] == "error" and request["request"] == name):
            change(request, reply)
        return [reply]

    return fault


def other_request(name: str, change: Callable[[Message], Any]) -> Fault:
    """Passes on another request of that name than came."""

    def fault(proxy: Proxy, request: Message) -> list[Message]:
        if request["request"] == name:
            change(request)
        return [proxy.ask(request)]

    return fault


def instead_of_error(name: str, members: Message) -> Fault:
    """Does as if nothing were wrong."""

    def fault(proxy: Proxy, request: Message) -> list[Message]:
        reply = proxy.ask(request)
        if reply["reply"] == "error" and request["request"] == name:
            reply = {"id": request["id"], "reply": name, **members}
        return [reply]

    return fault


def error_code(name: str, code: str) -> Fault:
    return spoiled(name, lambda _, reply: reply.update(code=code) if reply["reply"] == "error" else None)


def hello_of_any_version(request: Message, reply: Message) -> None:
    reply["protocol"] = request.get("protocol", 1)


def threads_without_a_say(_: Message, reply: Message) -> None:
    del reply["environment_settings"]


def refuse_later_versions(proxy: Proxy, request: Message) -> list[Message]:
    if "of_a_later_version" in request:
        return [{"id": request["id"], "reply": "error", "code": "bad_request", "message": "what is that?"}]
    return [proxy.ask(request)]


def any_request(proxy: Proxy, request: Message) -> list[Message]:
    reply = proxy.ask(request)
    return [{**reply, "code": "bad_request"} if reply.get("code") == "unknown_request" else reply]


def out_of_order(proxy: Proxy, request: Message) -> list[Message]:
    replies = [proxy.ask(request), *proxy.delayed]
    proxy.delayed = replies if request["id"] == 101 else []
    return [] if proxy.delayed else replies


def chatter(proxy: Proxy, request: Message) -> list[Message]:
    return [proxy.ask(request), {"id": 0, "reply": "progress"}]


def die_of_an_error(proxy: Proxy, request: Message) -> list[Message]:
    reply = proxy.ask(request)
    if reply["reply"] == "error":
        proxy.tell([reply])
        sys.exit(1)
    return [reply]


def keep_first_settings(proxy: Proxy, request: Message) -> list[Message]:
    reply = proxy.ask(request)
    if reply["reply"] == "load":
        proxy.kept = proxy.kept or reply["effective"]
        reply["effective"] = proxy.kept
    return [reply]


def first_digest(proxy: Proxy, request: Message) -> list[Message]:
    reply = proxy.ask(request)
    if reply["reply"] == "inputs":
        proxy.kept = proxy.kept or reply["digest"]
        reply["digest"] = proxy.kept
    return [reply]


def fewer_arguments(request: Message) -> None:
    request["arguments"] = request["arguments"][:1]


def lose_a_sample(_: Message, reply: Message) -> None:
    reply.get("streams", [{"samples_ns": [0]}])[0]["samples_ns"].pop()


def one_more(request: Message) -> None:
    if "minimum_count" in request:
        request["minimum_count"] += 1


def microseconds(_: Message, reply: Message) -> None:
    if reply["reply"] == "run":
        reply["wall_ns"] //= 1000
        reply["streams"][0]["samples_ns"] = [max(1, sample // 1000) for sample in reply["streams"][0]["samples_ns"]]


def at_least_one(request: Message) -> None:
    if not isinstance(request.get("count", 0), int) or request.get("count", 0) < 1:
        request["count"] = 1


def one_stream(request: Message) -> None:
    request.pop("streams", None)


def other_dtypes(_: Message, reply: Message) -> None:
    for tensor in reply.get("tensors", []):
        tensor["dtype"] = "f64"


def drift(proxy: Proxy, request: Message) -> list[Message]:
    reply = proxy.ask(request)
    if reply["reply"] == "outputs":
        path = Path(request["save"])
        proxy.kept = (proxy.kept or 0) + 1
        content = path.read_bytes()
        path.write_bytes(content[:-4] + struct.pack("<f", 100.0 * proxy.kept))
    return [reply]


def keep_first_outputs(proxy: Proxy, request: Message) -> list[Message]:
    reply = proxy.ask(request)
    if reply["reply"] == "outputs":
        if proxy.kept is None:
            proxy.kept = Path(request["save"] + ".first")
            shutil.copy(request["save"], proxy.kept)
        shutil.copy(proxy.kept, request["save"])
    return [reply]


def leave_half(request: Message, reply: Message) -> None:
    if reply["reply"] == "error":
        folder = Path(request["save"])
        (folder if folder.is_dir() else folder.parent.parent).joinpath("half").write_bytes(b"half")


def perfect(_: Message, reply: Message) -> None:
    if reply["reply"] == "compare":
        reply["cosine_similarity"] = 1.0


PERFECT = {"cosine_similarity": 1, "max_abs_error": 0, "relative_l2_error": 0, "top1_agreement": 1, "nonfinite": 0, "elements": 2}

# By rule: what an engine does that breaks it. Others are in Proxy, which sees bytes: OF_THE_PROXY.
FAULTS: dict[str, Fault] = {
    "hello.reply": spoiled("hello", lambda _, reply: reply.pop("libraries")),
    "hello.version": spoiled("hello", hello_of_any_version),
    "hello.threads": spoiled("hello", threads_without_a_say),
    "message.id": spoiled("hello", lambda _, reply: reply.update(id=reply["id"] & 0xFFFF)),
    "message.unknown_members": refuse_later_versions,
    "message.unknown_request": any_request,
    "message.missing_member": error_code("load", "model_not_loadable"),
    "message.order": out_of_order,
    "message.unasked": chatter,
    "load.reply": spoiled("load", lambda _, reply: reply.update(load_ns=0, prepare_ns=0)),
    "load.settings": keep_first_settings,
    "load.unknown_value": other_request("load", lambda request: request.update(settings={})),
    "load.missing_file": error_code("load", "prepare_failed"),
    "load.damaged_file": instead_of_error("load", {"load_ns": 1, "prepare_ns": 1, "effective": {}}),
    "load.first": instead_of_error("inputs", {"digest": "0" * 16}),
    "load.lives_on": die_of_an_error,
    "inputs.values": spoiled("inputs", lambda _, reply: reply.update(digest="0" * 16)),
    "inputs.seed": first_digest,
    "inputs.refused": instead_of_error("inputs", {"digest": "0" * 16}),
    "inputs.too_many": other_request("inputs", fewer_arguments),
    "run.count": spoiled("run", lose_a_sample),
    "run.duration": other_request("run", one_more),
    "run.clock": spoiled("run", microseconds),
    "run.no_length": other_request("run", at_least_one),
    "run.streams": other_request("run", one_stream),
    "outputs.file": spoiled("outputs", other_dtypes),
    "outputs.repeat": drift,
    "outputs.inputs": keep_first_outputs,
    "outputs.unwritable": spoiled("outputs", leave_half),
    "compare.figures": spoiled("compare", perfect),
    "compare.reference": instead_of_error("compare", PERFECT),
    "memory.reply": spoiled("memory", lambda _, reply: reply.update(peak_rss_bytes=1)),
}
OF_THE_PROXY = {"message.not_json", "message.parts", "message.long", "channel.close_on_exec", "channel.closed", "quit.exit"}

if __name__ == "__main__":
    Proxy(sys.argv[1], sys.argv[2]).serve()
