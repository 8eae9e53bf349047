"""Wrong usage: found before anything is measured, named with its place, its value and what was expected; exit code 2."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest
from front import GRAVBENCH, Front

COMMANDS = "run, audit, compare, noise, doctor, check-engine, show, models, schema"


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--fpmath", "bfloat16"], '--fpmath: "bfloat16" is not one of strict, bf16, f16, any'),
        (["--fpmaht", "bf16"], 'did you mean "--fpmath"?'),
        (["--batch", "0"], "--batch: 0 is not an integer from 1"),
        (["--batch", "1,,8"], '--batch: "" is not an integer'),
        (["--batch", "99999999999999999999"], "--batch"),
        (["--threads", "none"], '--threads: "none" is not an integer from 1 to 4096, or cores'),
        (["--launches", "0"], "--launches: 0 is not an integer from 1 to 10000"),
        (["--duration", "-1s"], "--duration"),
        (["--duration", "soon"], '--duration: "soon"'),
        (["--min-cosine", "2"], "--min-cosine: 2 is not a number from -1 to 1"),
        (["--iterations", "5", "--duration", "1s"], "--iterations contradicts --duration"),
        (["--env", "FOO"], '--env: "FOO" is not NAME=VALUE'),
        (["--env", "GRAVBENCH_CHANNEL=9"], "GRAVBENCH_CHANNEL is what gravbench tells its engines by itself"),
        (["--env", "A=\x1b[2J"], "--env: it has control characters or what is no UTF-8"),
        (["--env", "A=caf\udce9"], "--env: it has control characters or what is no UTF-8"),
        (["--env", "OMP_NUM_THREADS=2"], 'contradicts the setting "threads"'),
        (["--seq", "64"], '--seq: no model given has a dimension "seq"'),
        (["--shape", "frames=3"], '--shape: no model given has a dimension "frames"'),
        (["--preset", "nope"], '"nope" is not one of fastest, graviton-guide, pytorch-default, reference'),
        (["--format", "xml"], '"xml" is not one of table, markdown, csv, jsonl, json'),
        (["--allocator", "hoard"], '"hoard" is not one of'),
        (["--dtype", "bf16"], "bf16"),
        (["--engine"], "--engine"),
    ],
)
def test_wrong_arguments_are_named_with_what_was_expected(front: Front, arguments: list[str], message: str) -> None:
    outcome = front.run({}, *arguments)
    assert outcome.code == 2, outcome.stderr
    assert message in outcome.stderr
    assert outcome.stderr.startswith("gravbench: ") and outcome.stderr.count("\n") == 1, "one line"
    assert front.loads() == [] and not front.output.exists() and not front.journal.exists()


@pytest.mark.parametrize(
    ("spec", "message"),
    [
        ("f33[1]", "expected a dtype"),
        ("f32[1", "position"),
        ("f32[batch]{5..1}", "5"),
        ("f32[batch]=", "position"),
        ("[f32[2],", "position"),
        ("{f32[2]}", "position"),
        ("f32[-1]", "position"),
        ("", "position"),
    ],
)
def test_a_wrong_input_specification_is_named_with_the_position(front: Front, spec: str, message: str) -> None:
    outcome = front.call("run", front.model(), "--input", spec)
    assert outcome.code == 2
    assert f'--input "{spec}"' in outcome.stderr and message in outcome.stderr


@pytest.mark.parametrize(
    ("spec", "sent"),
    [
        ("[f32[2],f32[3]]", {"kind": "list"}),
        ("(f32[2],i64[batch,7]=1)", {"kind": "tuple"}),
        ("{a:f32[2],b:[u8[1],bool[2]]}", {"kind": "dict"}),
        ("2.5", {"kind": "scalar", "value": 2.5}),
        ("ids:i64[batch,3]{0..30521}", {"name": "ids", "kind": "tensor", "dtype": "i64", "values": {"uniform": [0, 30521]}}),
    ],
)
def test_an_input_specification_is_taken_whole_with_its_commas_and_brackets(front: Front, spec: str, sent: dict[str, object]) -> None:
    requests = front.folder / "requests"
    engine = front.folder / "spy"
    script = front.folder / "script.json"
    script.write_text("{}", encoding="utf-8")
    engine.write_text(f"#!{sys.executable}\n" + SPY.format(requests=str(requests)), encoding="utf-8")
    engine.chmod(0o755)
    front.call("run", front.model(), "--input", spec, "--engine", str(engine), "--accuracy", "off", "--launches", "1")
    asked = [json.loads(line) for line in requests.read_text(encoding="utf-8").splitlines()]
    arguments = next(request["arguments"] for request in asked if request["request"] == "inputs")
    assert len(arguments) == 1
    assert {key: arguments[0][key] for key in sent} == sent


SPY = """
import json, socket
channel = socket.socket(fileno=3)
lines = channel.makefile("r")
for line in lines:
    open({requests!r}, "a").write(line)
    request = json.loads(line)
    reply = {{"id": request["id"], "reply": request["request"]}}
    if request["request"] == "hello":
        reply |= {{"protocol": 1, "engine": {{"name": "spy", "version": "1"}}, "machine": {{"arch": "", "cpu": "", "isa": ""}},
                  "libraries": {{}}, "threads": 1, "settings": {{}}}}
    elif request["request"] == "load":
        reply |= {{"load_ns": 1, "prepare_ns": 1, "effective": {{}}}}
    elif request["request"] == "inputs":
        reply = {{"id": request["id"], "reply": "error", "code": "inputs_do_not_fit", "message": "enough was seen"}}
    channel.sendall((json.dumps(reply) + "\\n").encode())
    if request["request"] == "quit":
        break
"""


def test_an_output_that_cannot_be_written_is_found_before_measuring(front: Front) -> None:
    command = front.run_command({}, "--launches", "1")
    folder, nowhere, forbidden = front.folder, front.folder / "none" / "x.json", Path("/proc/results.json")
    for output, message in [(folder, "it is a folder"), (nowhere, "there is no folder"), (forbidden, "")]:
        command[command.index("-o") + 1] = str(output)
        outcome = front.finish(front.start(command))
        assert outcome.code == 2 and f"{output}: cannot write: " in outcome.stderr and message in outcome.stderr
    assert front.loads() == []


def test_an_engine_that_is_not_there_or_no_program_is_named(front: Front) -> None:
    for engine, message in [("/nowhere/engine", "not found"), (front.model(), "is not executable"), (str(front.folder), "not found")]:
        command = front.run_command({}, "--launches", "1")
        command[command.index("--engine") + 1] = engine
        outcome = front.finish(front.start(command))
        assert outcome.code == 2 and engine in outcome.stderr and message in outcome.stderr


def test_a_file_that_the_kernel_cannot_run_is_an_engine_that_cannot_be_started(front: Front) -> None:
    broken = front.folder / "broken"
    broken.write_bytes(b"\x7fELF, or not")
    broken.chmod(0o755)
    command = front.run_command({}, "--launches", "1")
    command[command.index("--engine") + 1] = str(broken)
    outcome = front.finish(front.start(command))
    assert outcome.code == 5 and "cannot start" in outcome.stderr and str(broken) in outcome.stderr


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ('{\n  // the sweep\n  "fpmath": ["strict",\n    "bfloat16"]\n}', ':4: "fpmath": "bfloat16" is not one of strict, bf16, f16, any'),
        ('{\n  "fpmaht": "bf16"\n}', ':2: "fpmaht" is not a key of a config; did you mean "fpmath"?'),
        ('{\n  "launches": 2.5\n}', ':2: "launches": 2.5 is not an integer'),
        ('{\n  "launches": [2, 3]\n}', "takes one value"),
        ('{\n  "batch": [1, 8],,\n}', ":2: not valid JSON: "),
        ("[1]", ":1: "),
    ],
)
def test_a_wrong_config_is_named_with_file_line_and_key(front: Front, text: str, message: str) -> None:
    config = front.folder / "sweep.json"
    config.write_text(text, encoding="utf-8")
    outcome = front.run({}, "--config", str(config))
    assert outcome.code == 2 and f"{config}{message}" in outcome.stderr.replace(f'{config}:2: "launches": takes', f"{config}takes")


def test_a_config_has_the_flags_names_as_keys_and_flags_win_over_it(front: Front) -> None:
    config = front.folder / "sweep.json"
    config.write_text('{"batch": [1, 8], "fpmath": "bf16" /* measured */, "launches": 2, "env": {"A": [1, 2]}}', encoding="utf-8")
    outcome = front.run({}, "--config", str(config), "--batch", "4")
    assert outcome.code == 0, outcome.stderr
    assert sorted(cell["key"] for cell in outcome.cells) == [f"model:batch=4,fpmath=bf16,env.A={a},engine=engine" for a in (1, 2)]
    assert outcome.cells[0]["latency_ms"]["launches"] == 2


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--require", "bf61"], "bf61"),
        (["-o", "none/x.json"], "there is no folder"),
        (["--keep-logs", "none/logs"], "there is no folder"),
        (["--threads", "1000"], "--threads: 1000 is more than the "),
        (["--comparison", "x.json"], "nothing to compare with"),
        (["--resume"], "--resume needs -o"),
    ],
)
def test_a_dry_run_checks_all_that_a_run_would(front: Front, arguments: list[str], message: str) -> None:
    command = front.run_command({}, "--audit", "on", *arguments)
    place = command.index("-o")
    del command[place : place + 2]
    for more in (["--dry-run"], []):
        outcome = front.finish(front.start(command + more))
        assert outcome.code == 2, outcome.stderr
        assert message in outcome.stderr
    assert front.loads() == []


def test_a_dry_run_refuses_an_engine_that_is_none(front: Front) -> None:
    for rule in ({"request": "hello", "do": "abort"}, {"request": "hello", "do": "send", "line": "no JSON"}):
        assert front.run({"rules": [rule]}, "--dry-run").code == 5


def test_dry_run_prints_the_cells_and_starts_nothing(front: Front) -> None:
    outcome = front.run({}, "--dry-run", "--batch", "1,8", "--fpmath", "strict,bf16")
    assert outcome.code == 0
    assert len(outcome.stdout.splitlines()) == 4 and "plan: 4 cells, at least 5 launches each" in outcome.stderr
    assert front.loads() == [] and not front.output.exists()


def test_a_preset_gives_settings_that_flags_win_over(front: Front) -> None:
    outcome = front.run({}, "--dry-run", "--preset", "graviton-guide", "--jit", "none")
    assert outcome.code == 0
    assert outcome.stdout == "model:batch=1,fpmath=bf16,lru-cache=1024,thp=on,engine=engine\n"


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ([], f"no command given: expected one of {COMMANDS}"),
        (
            ["rnu"],
            f'"rnu" is not a command; expected one of {COMMANDS}; did you mean "run"?',
        ),
        (["run"], "no model given"),
        (["run", "/nowhere/model.pt", "--input", "f32[1]"], "/nowhere/model.pt"),
        (["run", "nomodel"], 'no model "nomodel"'),
        (["audit", "--columns", "all"], "not expected: --columns; it is a flag of run, compare, show"),
        (["show", "/nowhere.json"], "/nowhere.json: cannot read"),
        (["schema", "nope"], '"nope" is not one of results, comparison, across, config, manifest, protocol'),
    ],
)
def test_what_is_not_there_is_named(front: Front, arguments: list[str], message: str) -> None:
    outcome = front.call(*arguments)
    assert outcome.code == 2 and message in outcome.stderr


@pytest.mark.parametrize(("text", "message"), [("{", "damaged, or no JSON"), ('{"schema":"other/1"}', "not a results document")])
def test_show_refuses_what_is_no_results_document(front: Front, text: str, message: str) -> None:
    file = front.folder / "other.json"
    file.write_text(text, encoding="utf-8")
    outcome = front.call("show", str(file))
    assert outcome.code == 2 and f"{file}" in outcome.stderr and message in outcome.stderr


def bundle(front: Front, **changes: object) -> Path:
    folder = front.folder / "models" / "tiny"
    folder.mkdir(parents=True)
    (folder / "fp32.pt").write_bytes(b"weights")
    manifest = {
        "schema": "gravbench.manifest/1",
        "name": "tiny",
        "files": {"fp32": {"path": "fp32.pt", "sha256": "0" * 64}},
        "inputs": [{"name": "x", "dtype": "f32", "shape": ["batch", 4]}],
        **changes,
    }
    (folder / "manifest.json").write_text(json.dumps(manifest), encoding="utf-8")
    return folder


def test_a_file_that_is_not_the_manifests_is_refused_before_measuring(front: Front) -> None:
    bundle(front)
    outcome = front.call("run", "tiny", "--engine", front.engine({}))
    assert outcome.code == 2
    assert "models/tiny/fp32.pt" in outcome.stderr and "0" * 64 in outcome.stderr
    assert front.loads() == []


def test_a_file_that_the_manifest_names_and_that_is_not_there_is_refused(front: Front) -> None:
    (bundle(front) / "fp32.pt").unlink()
    outcome = front.call("run", "tiny", "--engine", front.engine({}))
    assert outcome.code == 2 and "fp32.pt" in outcome.stderr


def test_a_broken_manifest_is_named_by_models_and_the_others_are_listed(front: Front) -> None:
    bundle(front)
    other = front.folder / "models" / "other"
    other.mkdir()
    (other / "manifest.json").write_text("{}", encoding="utf-8")
    outcome = front.call("models")
    assert outcome.code == 2
    assert "tiny" in outcome.stdout and "x:f32[batch,4]" in outcome.stdout
    assert "models/other/manifest.json" in outcome.stderr


@pytest.mark.parametrize("name", ["results", "comparison", "across", "config", "manifest", "protocol", "doctor"])
def test_schema_prints_a_json_schema(front: Front, name: str) -> None:
    schema = json.loads(front.call("schema", name).stdout)
    assert schema["$schema"] == "https://json-schema.org/draft/2020-12/schema"


@pytest.mark.parametrize("command", [[], ["run"], ["show"], ["models"], ["schema"]])
def test_help_says_what_there_is(front: Front, command: list[str]) -> None:
    outcome = front.call(*command, "--help")
    assert outcome.code == 0 and "Usage:" in outcome.stdout and outcome.stderr == ""


def test_the_front_is_linked_without_libtorch() -> None:
    lines = subprocess.run(["ldd", GRAVBENCH], capture_output=True, text=True, check=True).stdout.splitlines()
    # Names and places only: "c10" stands in an address by chance.
    linked = " ".join(line.partition("(")[0] for line in lines)
    assert "libc.so" in linked
    assert not any(name in linked for name in ("torch", "c10", "gomp", "mkl"))


def test_what_would_spoil_keys_and_terminals_is_no_name_of_a_model(front: Front) -> None:
    for name in ("caf\udce9.pt", "a\nb.pt"):
        path = front.folder / name
        path.write_bytes(b"no model")
        outcome = front.run({}, models=[str(path)])
        assert outcome.code == 2 and "its name has control characters or what is no UTF-8" in outcome.stderr, name
    front.folder.joinpath("bundle").mkdir()
    manifest = {"schema": "gravbench.manifest/1", "name": "x\x1b[31m\nevil"}
    front.folder.joinpath("bundle", "manifest.json").write_text(json.dumps(manifest), encoding="utf-8")
    outcome = front.run({}, models=["bundle"])
    assert outcome.code == 2 and '"name" is empty, or has control characters' in outcome.stderr


def test_what_an_engine_calls_itself_commands_no_terminal(front: Front) -> None:
    script = {"hello": {"engine": {"name": "py\x1b[31m\nfake line", "version": "\x07", "libraries": {}}}}
    outcome = front.run(script, "--launches", "2")
    shown = outcome.stdout + front.call("doctor", "--engine", front.engine(script), "--duration", "20ms").stdout
    assert "engine py [31m fake line" in shown and not any(character in shown for character in "\x1b\x07")


def test_what_an_engine_says_that_it_knows_commands_no_terminal(front: Front) -> None:
    settings = front.run({"hello": {"settings": {"jit": ["\x1b[31m"]}}}, "--jit", "freeze")
    formats = front.run({"hello": {"formats": ["\x1b[2J"]}}, models=[front.model("net.onnx")])
    assert settings.code == 2 and "does not know jit freeze, only  [31m" in settings.stderr
    assert formats.code == 2 and "reads  [2J, and net is there as onnx" in formats.stderr
    assert "\x1b" not in settings.stderr + formats.stderr


TOO_LONG = "f" * 300


@pytest.mark.parametrize(
    "command",
    [
        ["run", TOO_LONG + ".pt", "--dry-run"],
        ["run", "model.pt", "--input", "f32[batch,4]", "--engine", f"/{TOO_LONG}", "--dry-run"],
        ["show", TOO_LONG],
        ["compare", TOO_LONG],
        ["run", "--config", TOO_LONG, "--dry-run"],
    ],
)
def test_a_name_that_no_file_can_have_is_told_like_one_that_is_not_there(front: Front, command: list[str]) -> None:
    front.model("model.pt")
    outcome = front.call(*command)
    assert outcome.code == 2 and TOO_LONG in outcome.stderr
    assert "filesystem error" not in outcome.stderr


def test_a_config_with_a_word_longer_than_a_files_name_is_told_as_any_other_wrong_word(front: Front) -> None:
    config = front.folder / "config.json"
    config.write_text(json.dumps({"models": [front.model("model.pt")], "fpmath": f"strict,{TOO_LONG}/x"}), encoding="utf-8")
    outcome = front.call("run", "--config", str(config), "--dry-run")
    assert outcome.code == 2 and "fpmath" in outcome.stderr
    assert "filesystem error" not in outcome.stderr
