"""What the machine itself could do, beside the blocks of a run and between two runs."""

from __future__ import annotations

import copy
import json
import re
import shutil
import signal
import sys
from pathlib import Path

import jsonschema
import pytest
from front import BINARIES, Front

QUICK = ("--launches", "2", "--iterations", "5")
RATES = ("f32_gflops", "clock_ghz", "l2_gb_per_s", "llc_gb_per_s", "memory_gb_per_s", "load_ns")


def test_every_block_has_a_reading_with_the_cells_threads(front: Front) -> None:
    outcome = front.run({}, *QUICK, "--blocks", "2", "--threads", "1,2", "--yardstick", "on")
    assert outcome.code == 0, outcome.stderr
    for cell in outcome.cells:
        threads = cell["settings"]["requested"]["threads"]
        for launch in cell["launches"]:
            for block in launch["blocks"]:
                assert block["yardstick"]["threads"] == threads
                assert all(block["yardstick"][rate] > 0 for rate in RATES)
    assert outcome.document is not None
    yardstick = outcome.document["machines"][0]["yardstick"]
    assert [peak["threads"] for peak in yardstick["peaks"]] == [1, 2]
    assert yardstick["loops"]["memory_bytes"] > 0
    assert "yardstick, 1 thread, 4 readings: f32 " in outcome.stdout
    assert "yardstick, 2 threads, 4 readings: f32 " in outcome.stdout
    # What was read is shown again, also of a document.
    assert "yardstick, 2 threads, 4 readings" in front.call("show", str(front.output)).stdout


def test_a_short_run_spends_no_time_on_it(front: Front) -> None:
    outcome = front.run({}, *QUICK)
    assert outcome.code == 0
    assert "yardstick" not in outcome.stdout + outcome.stderr + json.dumps(outcome.document)


def test_off_is_off(front: Front) -> None:
    outcome = front.run({}, *QUICK, "--yardstick", "off")
    assert "yardstick," not in outcome.stdout
    assert outcome.document is not None
    assert "yardstick" not in outcome.document["machines"][0]


def test_a_word_that_it_is_not_is_refused(front: Front) -> None:
    outcome = front.run({}, *QUICK, "--yardstick", "yes")
    assert outcome.code == 2
    assert "auto, on, off" in outcome.stderr


@pytest.mark.parametrize("program", [None, "#!/bin/sh\necho rubbish >&3\n", "#!/bin/sh\nexit 1\n"])
def test_without_a_yardstick_the_run_goes_on(front: Front, tmp_path: Path, program: str | None) -> None:
    """A front whose yardstick is missing, or another program."""
    shutil.copy(BINARIES / "gravbench", tmp_path / "gravbench")
    if program is not None:
        (tmp_path / "gravbench-yardstick").write_text(program, encoding="utf-8")
        (tmp_path / "gravbench-yardstick").chmod(0o755)
    command = front.run_command({}, *QUICK, "--yardstick", "on")
    outcome = front.finish(front.start([str(tmp_path / "gravbench"), *command[1:]]))
    assert outcome.code == 0, outcome.stderr
    assert outcome.stderr.count("warning: the yardstick: ") == 1
    assert len(outcome.cells[0]["launches"]) == 2


def test_compare_says_that_the_machine_changed(front: Front) -> None:
    base = front.run({}, "--launches", "3", "--iterations", "5", "--yardstick", "on").document
    assert base is not None
    other = copy.deepcopy(base)
    other["run"]["id"] = "another-run"
    for document, memory in ((base, 20.0), (other, 15.0)):
        for number, launch in enumerate(document["cells"][0]["launches"]):
            for block in launch["blocks"]:
                block["yardstick"].update({"memory_gb_per_s": memory + 0.01 * number, "f32_gflops": 200.0 + 0.01 * number})
    paths = []
    for name, document in (("base.json", base), ("other.json", other)):
        (front.folder / name).write_text(json.dumps(document), encoding="utf-8")
        paths.append(str(front.folder / name))
    outcome = front.call("compare", *paths)
    assert "new against base: f32 +0.0% [-" in outcome.stdout
    assert "warning  by the yardstick the machine itself differed between the runs: memory -25.0% [-25." in outcome.stdout
    comparison = json.loads(front.call("compare", *paths, "--format", "json").stdout)
    memory = next(speed for speed in comparison["yardstick"] if speed["rate"] == "memory_gb_per_s")
    assert memory["ratio"] == pytest.approx(0.75, rel=0.001)


@pytest.mark.parametrize(
    ("member", "value", "message"),
    [
        ("threads", -1, "yardstick.threads"),
        ("threads", 0, "yardstick.threads"),
        ("memory_gb_per_s", "fast", "yardstick.memory_gb_per_s"),
        ("load_ns", -2, "yardstick.load_ns"),
        ("f32_gflops", 1e300, "yardstick.f32_gflops"),
        ("f32_gflops", 1e-300, "yardstick.f32_gflops"),
    ],
)
def test_a_damaged_reading_is_named(front: Front, member: str, value: object, message: str) -> None:
    document = front.run({}, *QUICK, "--yardstick", "on").document
    assert document is not None
    document["cells"][0]["launches"][1]["blocks"][0]["yardstick"][member] = value
    front.output.write_text(json.dumps(document), encoding="utf-8")
    outcome = front.call("show", str(front.output))
    assert outcome.code == 2
    assert f"cells[0].launches[1].blocks[0].{message}" in outcome.stderr


def test_a_resumed_run_keeps_the_readings_of_the_first_try(front: Front) -> None:
    command = front.run_command({}, "--launches", "6", "--iterations", "5", "--yardstick", "on")
    journal = Path(f"{front.output}.journal")
    front.stop_when(command, lambda: journal.exists() and journal.read_text(encoding="utf-8").count('"yardstick"') > 1, signal.SIGKILL)
    before = journal.read_text(encoding="utf-8").rpartition("\n")[0].count('"yardstick"')
    outcome = front.finish(front.start([*command[:-1], "off", "--resume"]))
    assert outcome.document is not None, outcome.stderr
    blocks = [block for launch in outcome.cells[0]["launches"] for block in launch["blocks"]]
    assert len(blocks) == 6
    assert sum("yardstick" in block for block in blocks) == before
    assert outcome.document["machines"][0]["yardstick"]["loops"] is None
    assert outcome.document["machines"][0]["yardstick"]["peaks"][0]["f32_gflops"] > 0


def test_from_a_shell_it_prints_readings(front: Front) -> None:
    outcome = front.finish(front.start([str(BINARIES / "gravbench-yardstick"), "--threads", "1", "--count", "2"]))
    assert outcome.code == 0
    loops, *readings = (json.loads(line) for line in outcome.stdout.splitlines())
    assert loops["f32_loop"] in ("sse2", "avx2", "avx512f", "asimd", "sve")
    assert len(readings) == 2
    assert all(reading[rate] > 0 for reading in readings for rate in RATES)


def test_from_a_shell_it_prints_what_a_library_reaches(front: Front) -> None:
    outcome = front.finish(front.start([str(BINARIES / "gravbench-yardstick"), "--threads", "1", "--count", "20", "--practical"]))
    if "built without oneDNN" in outcome.stderr:
        pytest.skip("gravbench-yardstick was built without oneDNN")
    assert outcome.code == 0, outcome.stderr
    _, *readings, practical = (json.loads(line) for line in outcome.stdout.splitlines())
    assert practical["threads"] == 1
    assert re.fullmatch(r"oneDNN \d+\.\d+\.\d+", practical["library"])
    peaks = {peak["type"]: peak for peak in practical["peaks"]}
    assert {"f32", "f32 as bf16"} <= peaks.keys() <= {"f32", "bf16", "f32 as bf16"}
    assert all(peak["gflops"] > 0 and peak["kernel"] and peak["size"] >= 128 for peak in peaks.values())
    # The same unit. All readings may fall into a moment in which the host had half a core for us.
    assert peaks["f32"]["gflops"] <= 3 * max(reading["f32_gflops"] for reading in readings)


def test_a_run_has_what_a_library_reaches_in_its_document(front: Front) -> None:
    outcome = front.run({}, *QUICK, "--threads", "1,2", "--yardstick", "on")
    assert outcome.code == 0, outcome.stderr
    if "built without oneDNN" in outcome.stderr:
        pytest.skip("gravbench-yardstick was built without oneDNN")
    assert outcome.document is not None
    practical = outcome.document["machines"][0]["yardstick"]["practical"]
    assert [peaks["threads"] for peaks in practical] == [1, 2]
    assert all(peaks["peaks"][0]["gflops"] > 0 for peaks in practical)
    jsonschema.validate(outcome.document, json.loads(front.call("schema", "results").stdout))
    assert "practical peak" not in outcome.stderr


@pytest.mark.parametrize("reply", ['{"error":"\\"practical\\" is none of describe, read"}', "rubbish", "end"])
def test_a_yardstick_that_does_not_know_the_practical_peak_costs_nothing_else(front: Front, tmp_path: Path, reply: str) -> None:
    """As one of an older version does, or one that is damaged."""
    loops = {"f32_loop": "sve", "bf16_loop": "", "triad_loop": "sve", "l2_bytes": 1, "llc_bytes": 1, "memory_bytes": 1}
    reading = {rate: 1.5 for rate in RATES} | {"bf16_gflops": 0, "threads": 1, "took_ns": 1}
    program = (
        f"#!{sys.executable}\nimport json, os\n"
        f"replies = {{'describe': {json.dumps(loops)!r}, 'read': {json.dumps(reading)!r}, 'practical': {reply!r}}}\n"
        "for line in os.fdopen(3, 'r', closefd=False):\n"
        "    answer = replies[json.loads(line)['request']]\n"
        "    if answer == 'end':\n        raise SystemExit(1)\n"
        "    os.write(3, (answer + '\\n').encode())\n"
    )
    shutil.copy(BINARIES / "gravbench", tmp_path / "gravbench")
    (tmp_path / "gravbench-yardstick").write_text(program, encoding="utf-8")
    (tmp_path / "gravbench-yardstick").chmod(0o755)
    command = front.run_command({}, *QUICK, "--threads", "1", "--yardstick", "on")
    outcome = front.finish(front.start([str(tmp_path / "gravbench"), *command[1:]]))
    assert outcome.code == 0, outcome.stderr
    assert outcome.stderr.count("note: no practical peak beside the yardstick's: ") == 1
    assert "warning" not in outcome.stderr
    assert outcome.document is not None
    yardstick = outcome.document["machines"][0]["yardstick"]
    assert yardstick["practical"] == []
    assert yardstick["peaks"][0]["f32_gflops"] == 1.5
    assert all("yardstick" in block for launch in outcome.cells[0]["launches"] for block in launch["blocks"])


def test_an_interrupted_runs_readings_are_in_its_journal(front: Front) -> None:
    rules = [{"request": "run", "do": "hang", "launch": 1, "nth": 4}]
    command = front.run_command({"rules": rules}, "--launches", "2", "--iterations", "5", "--yardstick", "on")
    journal = Path(f"{front.output}.journal")
    front.stop_when(command, lambda: journal.exists() and '"yardstick"' in journal.read_text(encoding="utf-8"), signal.SIGKILL)
    assert "yardstick, " in front.call("show", str(journal)).stdout
