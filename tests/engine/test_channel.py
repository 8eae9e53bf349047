"""The channel itself, and what one request leaves behind for the next."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import pytest
from conftest import Engine, EngineFailure, tensor


def test_an_engine_asked_for_another_version_names_its_own(engine: Engine) -> None:
    assert engine.ask("hello", protocol=7, front="of the future")["protocol"] == 1


def test_hello_names_the_values_of_every_setting_that_load_takes(engine: Engine, models: Path) -> None:
    settings = engine.ask("hello", protocol=1)["settings"]
    assert sorted(settings) == ["jit", "layout", "matmul-precision", "onednn"]
    for name, values in settings.items():
        for value in values:
            reply = engine.ask("load", model=str(models / "Echo.pt"), dtype="fp32", settings={name: value})
            assert reply["effective"] == {
                "jit": "none",
                "layout": "contiguous",
                "matmul-precision": "highest",
                "onednn": "on",
                "threads": 1,
                name: value,
            }


def test_hello_names_the_settings_that_it_obeys_through_its_environment(engine: Engine) -> None:
    names = engine.ask("hello", protocol=1)["environment_settings"]
    assert sorted(names) == ["allocator", "fpmath", "isa", "lru-cache", "primitive-cache", "thp", "threads"]


def test_the_channel_is_not_inherited_by_what_the_engine_starts(engine: Engine) -> None:
    engine.ask("hello", protocol=1)
    flags = Path(f"/proc/{engine.process.pid}/fdinfo/3").read_text(encoding="utf-8")
    (octal,) = [line.split()[1] for line in flags.splitlines() if line.startswith("flags:")]
    assert int(octal, 8) & os.O_CLOEXEC


def test_members_that_the_engine_does_not_know_are_ignored(engine: Engine, models: Path) -> None:
    assert engine.ask("hello", protocol=1, colour="green")["protocol"] == 1
    engine.load(models / "Echo.pt")
    engine.inputs({**tensor("f32", 2), "comment": "none", "name": "x"})
    assert len(engine.ask("run", count=2, comment="none")["streams"][0]["samples_ns"]) == 2


def test_requests_are_answered_in_order_however_the_bytes_arrive(engine: Engine) -> None:
    requests = b"".join(json.dumps({"id": id, "request": "memory"}).encode() + b"\n" for id in range(5))
    engine.socket.sendall(requests[:61])
    assert engine.receive()["id"] == 0
    engine.socket.sendall(requests[61:])
    assert [engine.receive()["id"] for _ in range(4)] == [1, 2, 3, 4]


@pytest.mark.parametrize(
    "line",
    [
        b"",
        b"\xff\xfe{",
        b'"text"',
        b'{"id":1,"request":"memory"',
        b"\xc3\xa9" * 150,
        b"[" * 5000,
        b'{"id":1,"request":"memory","x":' + b"[" * 300000 + b"]" * 300000 + b"}",
    ],
)
def test_a_line_that_is_no_request_is_refused_in_valid_utf8(engine: Engine, line: bytes) -> None:
    reply = engine.send(line)
    engine.validators["error_reply"].validate(reply)
    assert reply["code"] == "bad_request"
    engine.ask("memory")


@pytest.mark.parametrize(
    "members",
    [
        {"request": "load", "model": 7, "dtype": "fp32", "settings": {}},
        {"request": "load", "model": "x", "dtype": "fp32", "settings": {"jit": 3}},
        {"request": "inputs", "seed": -1, "position": 0, "arguments": []},
        {"request": "inputs", "seed": 1.5, "position": 0, "arguments": []},
        {"request": "inputs", "position": 0, "arguments": []},
        {"request": "run", "count": 1.5},
        {"request": "run", "count": None},
        {"request": "outputs"},
        {"request": "outputs", "save": 3},
        {"request": "compare", "reference": 3, "batch": 1},
        {"request": "hello", "protocol": "one"},
    ],
)
def test_a_member_of_the_wrong_type_is_refused(engine: Engine, models: Path, members: dict[str, Any]) -> None:
    engine.load(models / "Echo.pt")
    engine.inputs(tensor("f32", 1))
    reply = engine.send(json.dumps({"id": 77, **members}))
    engine.validators["error_reply"].validate(reply)
    assert (reply["id"], reply["code"]) == (77, "bad_request")
    engine.ask("memory")


def test_a_model_without_forward_is_not_loadable(engine: Engine, models: Path) -> None:
    with pytest.raises(EngineFailure, match="Headless.pt.*forward") as failure:
        engine.load(models / "Headless.pt")
    assert failure.value.code == "model_not_loadable"


def test_a_path_that_cannot_be_followed_is_a_model_that_is_not_there(engine: Engine, tmp_path: Path) -> None:
    loop = tmp_path / "loop.pt"
    loop.symlink_to(loop)
    (tmp_path / "file").write_bytes(b"")
    for path in (loop, tmp_path / ("x" * 300), tmp_path / "file" / "model.pt"):
        with pytest.raises(EngineFailure, match="no such file") as failure:
            engine.load(path)
        assert failure.value.code == "model_not_loadable"


def test_a_load_forgets_the_model_and_the_inputs_before_it(engine: Engine, models: Path) -> None:
    engine.load(models / "Echo.pt")
    engine.inputs(tensor("f32", 1))
    engine.load(models / "Echo.pt")
    with pytest.raises(EngineFailure, match="no inputs") as failure:
        engine.ask("run", count=1)
    assert failure.value.code == "bad_request"
    with pytest.raises(EngineFailure):
        engine.load(models / "absent.pt")
    with pytest.raises(EngineFailure, match="no model") as failure:
        engine.inputs(tensor("f32", 1))
    assert failure.value.code == "bad_request"


def test_llga_ends_with_the_model_that_was_loaded_with_it(protocol_schema: dict[str, Any], models: Path, tmp_path: Path) -> None:
    engine = Engine(protocol_schema, tmp_path / "log", OMP_NUM_THREADS="1", ONEDNN_VERBOSE="1")
    partitions = []
    for jit in ("llga", "none", "freeze", "llga"):
        before = engine.log.read_text(encoding="utf-8").count("graph,exec")
        engine.load(models / "Matrix.pt", jit=jit)
        engine.inputs(tensor("f32", 2, 16), tensor("f32", 2, 3, 9, 9))
        engine.ask("run", count=6)
        partitions.append(engine.log.read_text(encoding="utf-8").count("graph,exec") - before)
    engine.close()
    assert partitions[1:3] == [0, 0]
    assert partitions[0] == partitions[3] > 0


def test_inputs_of_the_wrong_shape_fail_the_inference_and_not_the_engine(engine: Engine, models: Path, tmp_path: Path) -> None:
    engine.load(models / "Matrix.pt")
    engine.inputs(tensor("f32", 2, 15), tensor("f32", 2, 3, 9, 9))
    for request, members in [("run", {"count": 1}), ("outputs", {"save": str(tmp_path / "made")})]:
        with pytest.raises(EngineFailure, match="Matrix.pt") as failure:
            engine.ask(request, **members)
        assert failure.value.code == "inference_failed"
    assert not (tmp_path / "made").exists()
    engine.inputs(tensor("f32", 2, 16), tensor("f32", 2, 3, 9, 9))
    engine.ask("run", count=1)


def test_the_engine_outlives_a_model_that_asks_for_too_much_memory(engine: Engine, models: Path) -> None:
    engine.load(models / "Greedy.pt")
    engine.inputs(tensor("f32", 1))
    for _ in range(2):
        with pytest.raises(EngineFailure) as failure:
            engine.ask("run", count=1)
        assert failure.value.code == "out_of_memory"
    engine.load(models / "Echo.pt")
    engine.inputs(tensor("f32", 1))
    engine.ask("run", count=1)


def test_what_a_model_prints_goes_to_the_log_and_not_into_the_channel(engine: Engine, models: Path) -> None:
    engine.load(models / "Chatty.pt")
    engine.inputs(tensor("f32", 1))
    assert len(engine.ask("run", count=200)["streams"][0]["samples_ns"]) == 200
    assert engine.log.read_text(encoding="utf-8").count('{"id":1,"reply":"quit"}') == 200
    engine.ask("memory")


def test_a_duration_ends_a_block_no_sooner_than_its_least_count_and_no_later_than_its_most(engine: Engine, models: Path) -> None:
    engine.load(models / "Echo.pt")
    engine.inputs(tensor("f32", 4))
    for duration, minimum, maximum, count in [(0, 1, 9, 1), (0, 9, 9, 9), (10**15, 1, 3, 3), (0, 5, 100, 5)]:
        reply = engine.ask("run", duration_ns=duration, minimum_count=minimum, maximum_count=maximum)
        samples = reply["streams"][0]["samples_ns"]
        assert len(samples) == count and reply["wall_ns"] >= sum(samples)


def test_the_end_of_the_channel_in_the_middle_of_a_line_ends_the_engine(engine: Engine) -> None:
    engine.ask("hello", protocol=1)
    engine.socket.sendall(b'{"id":2,"request":"mem')
    assert engine.close() >= 0, "by itself, not by a signal"
