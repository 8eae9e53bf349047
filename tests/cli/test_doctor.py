"""gravbench doctor on this very machine: only what does not depend on its hardware, its noise or who else uses it is looked at."""

from __future__ import annotations

import json
import os
import platform
import signal
import subprocess
import time
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from front import GRAVBENCH, PATIENCE_S, Front, Outcome

# Too short for the kernel's ticks, so that a busy machine is not found unfit.
SHORT = ["--duration", "20ms"]
NATIVE = {"arch": platform.machine(), "cpu": "", "isa": "none"}
FOREIGN = {"arch": "aarch64", "cpu": "Neoverse V1", "isa": "SVE256"}
LIBTORCH = {"torch": "2.13.0", "onednn": "3.12.0", "acl": None, "blas": "mkl", "openmp": "libgomp.so.1"}


@pytest.fixture
def shell(front: Front, monkeypatch: pytest.MonkeyPatch) -> Front:
    """A front whose shell has nothing but what every program needs."""
    keep = {name: os.environ[name] for name in ("PATH", "HOME", "LANG") if name in os.environ}
    monkeypatch.setattr(Front, "variables", lambda self: {**keep, **self.environment})
    return front


def examine(front: Front, *arguments: str, hello: dict[str, Any] | None = None) -> Outcome:
    engine = front.engine({"hello": {"machine": NATIVE, **(hello or {})}})
    return front.call("doctor", "--engine", engine, *SHORT, "-o", str(front.output), *arguments)


def finding(outcome: Outcome, name: str) -> dict[str, Any]:
    assert outcome.document is not None, outcome.stderr
    (found,) = [check for check in outcome.document["checks"] if check["name"] == name]
    return found


def unfit(outcome: Outcome) -> list[str]:
    assert outcome.document is not None, outcome.stderr
    return [check["name"] for check in outcome.document["checks"] if check["status"] == "unfit"]


def is_valid(document: Any) -> bool:
    schema = json.loads(subprocess.run([GRAVBENCH, "schema", "doctor"], capture_output=True, check=True).stdout)
    jsonschema.Draft202012Validator(schema).validate(document)
    return True


def test_a_clean_shell_has_no_stray_exports(shell: Front) -> None:
    outcome = examine(shell)
    assert finding(outcome, "exports")["status"] == "good"
    assert finding(outcome, "openmp affinity")["status"] == "good"
    assert finding(outcome, "engine")["status"] == "good"
    assert is_valid(outcome.document)


def test_the_exit_code_is_the_documents_verdict(shell: Front) -> None:
    outcome = examine(shell)
    assert outcome.document is not None
    assert outcome.document["fit"] == (unfit(outcome) == [])
    assert outcome.code == (0 if outcome.document["fit"] else 4)


def test_stray_exports_are_each_told_with_what_unsets_them(shell: Front) -> None:
    shell.environment = {
        "DNNL_DEFAULT_FPMATH_MODE": "BFLOAT16",
        "LRU_CACHE_CAPACITY": "0",
        "KMP_AFFINITY": "granularity=fine,compact,1,0",
        "GOMP_CPU_AFFINITY": "0",
        "OMP_NUM_THREADS": "4096",
    }
    outcome = examine(shell)
    assert finding(outcome, "export DNNL_DEFAULT_FPMATH_MODE")["remedy"] == "export DNNL_DEFAULT_FPMATH_MODE=BF16"
    assert "must be positive" in finding(outcome, "export LRU_CACHE_CAPACITY")["finding"]
    assert finding(outcome, "export KMP_AFFINITY")["remedy"] == "unset KMP_AFFINITY"
    assert finding(outcome, "export OMP_NUM_THREADS")["status"] == "warning"
    assert "exports" not in [check["name"] for check in outcome.document["checks"]]  # type: ignore[index]
    assert is_valid(outcome.document)


def test_threads_that_are_bound_to_one_core_make_the_shell_unfit(shell: Front) -> None:
    cpu = str(min(os.sched_getaffinity(0)))
    shell.environment = {"GOMP_CPU_AFFINITY": cpu, "OMP_NUM_THREADS": "2"}
    outcome = examine(shell)
    assert outcome.code == 4 and "openmp affinity" in unfit(outcome)
    assert finding(outcome, "openmp affinity")["remedy"] == "unset GOMP_CPU_AFFINITY"
    assert "not fit to measure: " in outcome.stdout


def test_a_process_on_one_cpu_is_told_so(shell: Front) -> None:
    usable = sorted(os.sched_getaffinity(0))
    online = os.sysconf("SC_NPROCESSORS_ONLN")
    os.sched_setaffinity(0, usable[-1:])
    try:
        outcome = examine(shell)
    finally:
        os.sched_setaffinity(0, usable)
    assert outcome.document is not None and outcome.document["machine"]["usable_cpus"] == 1
    found = finding(outcome, "usable cpus")
    assert found["status"] == ("warning" if online > 1 else "good")
    assert (f"may run on 1 of {online} CPUs ({usable[-1]})" in found["finding"]) == (online > 1)


def test_an_engine_of_another_cpu_is_emulated_and_unfit(shell: Front) -> None:
    foreign = FOREIGN if platform.machine() == "x86_64" else {"arch": "x86_64", "cpu": "AMD EPYC", "isa": "AVX2"}
    outcome = examine(shell, hello={"machine": foreign})
    assert outcome.code == 4 and "engine" in unfit(outcome)
    assert "the engine is emulated" in finding(outcome, "engine")["finding"]
    assert outcome.document is not None and outcome.document["engine"]["cpu"] == foreign["cpu"]


def test_what_is_in_a_libtorch_is_told(shell: Front) -> None:
    outcome = examine(shell, hello={"libraries": {**LIBTORCH, "openmp": "libgomp.so.1, libiomp5.so"}})
    assert finding(outcome, "onednn")["finding"] == "3.12.0"
    assert finding(outcome, "openmp runtimes")["status"] == "warning"
    assert finding(outcome, "known regressions")["status"] == "good"
    assert is_valid(outcome.document)


def test_an_engine_that_dies_is_a_finding(shell: Front) -> None:
    engine = shell.engine({"rules": [{"request": "hello", "do": "abort"}]})
    outcome = shell.call("doctor", "--engine", engine, *SHORT, "-o", str(shell.output))
    assert outcome.code == 4 and "engine" in unfit(outcome)
    assert "signal 6" in finding(outcome, "engine")["finding"]
    assert outcome.document is not None and outcome.document["engine"] is None
    assert is_valid(outcome.document)


def test_no_engine_need_be_asked(shell: Front) -> None:
    outcome = shell.call("doctor", "--engine", "none", *SHORT, "--format", "json")
    document = json.loads(outcome.stdout)
    assert is_valid(document) and document["engine"] is None
    assert [check["status"] for check in document["checks"] if check["name"] == "engine"] == ["unknown"]


def test_the_formats_say_the_same(shell: Front) -> None:
    shell.environment = {"MKL_DEBUG_CPU_TYPE": "5"}
    table = examine(shell)
    words = " ".join(table.stdout.split())
    assert "notice export MKL_DEBUG_CPU_TYPE 5 does nothing" in words and "mend: unset MKL_DEBUG_CPU_TYPE" in words
    markdown = examine(shell, "--format", "markdown")
    assert "| notice | export MKL_DEBUG_CPU_TYPE |" in markdown.stdout
    document = examine(shell, "--format", "json")
    assert json.loads(document.stdout) == document.document


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--format", "xml"], '--format: "xml" is not one of table, markdown, json'),
        (["--duration", "soon"], '--duration: "soon"'),
        (["--engine", "nonsense"], '--engine: "nonsense" not found'),
        (["-o", "nowhere/at/all.json"], "there is no folder"),
        (["--durations", "1s"], 'did you mean "--duration"?'),
        (["resnet50"], "resnet50"),
    ],
)
def test_bad_usage_is_told_before_anything_is_measured(shell: Front, arguments: list[str], message: str) -> None:
    outcome = shell.call("doctor", *arguments)
    assert outcome.code == 2 and message in outcome.stderr and outcome.stdout == ""


def catches(process: int, number: signal.Signals) -> bool:
    """Whether the process has a handler for the signal: from then on it must end in good order, whatever it does."""
    try:
        status = Path(f"/proc/{process}/status").read_text(encoding="utf-8")
    except OSError:
        return False
    masks = [line.split()[1] for line in status.splitlines() if line.startswith("SigCgt:")]
    return bool(masks) and int(masks[0], 16) >> (number - 1) & 1 == 1


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_an_interruption_while_it_listens_gives_no_verdict(shell: Front, number: signal.Signals) -> None:
    process = shell.start(shell.command("doctor", "--engine", "none", "--duration", "2h", "-o", str(shell.output)))
    deadline = time.monotonic() + PATIENCE_S
    while not catches(process.pid, number):
        assert process.poll() is None, process.communicate()
        assert time.monotonic() < deadline, "it never caught signals"
        time.sleep(0.01)
    process.send_signal(number)
    outcome = shell.finish(process)
    assert outcome.code == 130 and outcome.stdout == "" and outcome.document is None
    assert outcome.stderr == "gravbench: interrupted\n"


def test_an_interruption_ends_it(shell: Front) -> None:
    started = shell.folder / "started"
    engine = Path(shell.engine({"rules": [{"request": "hello", "do": "hang"}]}))
    engine.write_text(engine.read_text(encoding="utf-8").replace("exec", f"touch '{started}'; exec"), encoding="utf-8")
    outcome = shell.stop_when(shell.command("doctor", "--engine", str(engine)), started.exists, signal.SIGTERM)
    assert outcome.code == 130 and outcome.stdout == ""
