"""What tables look like on a terminal and in a pipe."""

from __future__ import annotations

import fcntl
import os
import pty
import struct
import subprocess
import termios

import pytest
from front import Front


def on_terminal(front: Front, width: int, *arguments: str, **variables: str) -> str:
    """What the command writes to a terminal of this width."""
    master, slave = pty.openpty()
    fcntl.ioctl(slave, termios.TIOCSWINSZ, struct.pack("HHHH", 24, width, 0, 0))
    environment = {name: value for name, value in front.variables().items() if name != "COLUMNS"}
    written = b""
    with subprocess.Popen(
        front.command(*arguments),
        cwd=front.folder,
        env={**environment, **variables},
        stdin=subprocess.DEVNULL,
        stdout=slave,
        stderr=subprocess.DEVNULL,
    ):
        os.close(slave)
        while True:
            try:
                piece = os.read(master, 65536)
            except OSError:  # The command has closed its end.
                break
            if not piece:
                break
            written += piece
    os.close(master)
    return written.decode().replace("\r\n", "\n")


def too_long(text: str, width: int) -> list[str]:
    """Lines that are longer and could be broken, because they have more than a word."""
    return [line for line in text.splitlines() if len(line) > width and len(line.split()) > 1]


@pytest.fixture
def measured(front: Front) -> Front:
    front.run({}, "--launches", "2", "--batch", "1,2,4", "--fpmath", "strict,bf16", "--threads", "1,2", "--env", "A=x")
    return front


@pytest.mark.parametrize("width", [80, 100, 160])
def test_a_table_fits_the_terminal_and_is_whole_in_a_pipe(measured: Front, width: int) -> None:
    piped = measured.call("show", str(measured.output)).stdout
    heading = next(line for line in piped.splitlines() if line.startswith("model "))
    shown = on_terminal(measured, width, "show", str(measured.output))
    assert not too_long(shown, width)
    assert "all cells: " in shown or "not shown" in shown or len(heading) <= width
    words = " ".join(shown.split())
    for column in ["model", "batch", "fpmath", "threads", "env", "p50 ms", "95% interval", "p99 ms", "items/s", "peak MiB", "problems"]:
        assert column in heading and column in words


def test_columns_wins_over_what_the_terminal_says_and_means_nothing_in_a_pipe(measured: Front) -> None:
    narrow = on_terminal(measured, 200, "show", str(measured.output), COLUMNS="80")
    assert narrow == on_terminal(measured, 80, "show", str(measured.output))
    piped = measured.call("show", str(measured.output)).stdout
    measured.environment["COLUMNS"] = "80"
    assert measured.call("show", str(measured.output)).stdout == piped


def test_columns_can_be_chosen(measured: Front) -> None:
    chosen = ["show", str(measured.output), "--columns", "p99_9_ms,batch,model"]
    assert "\np99.9 ms  batch  model" in measured.call(*chosen).stdout
    assert "\np99.9 ms  batch  model" in on_terminal(measured, 80, *chosen)
    csv = measured.call(*chosen, "--format", "csv").stdout
    assert csv.startswith("p99_9_ms,batch,model\n")
    every = on_terminal(measured, 80, "show", str(measured.output), "--columns", "all")
    assert not too_long(every, 80) and "stddev ms" in every and "primitive-cache" in every


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--columns", "p51_ms"], '--columns: "p51_ms" is not one of all, key, valid, model'),
        (["--columns", "p51_ms"], 'did you mean "p50_ms"?'),
        (["--columns", "p50_ms", "--format", "json"], "--columns contradicts --format json"),
        (["--format", "markdwon"], 'is not one of table, markdown, csv, jsonl, json; did you mean "markdown"?'),
    ],
)
def test_a_column_or_format_that_there_is_not_is_refused(measured: Front, arguments: list[str], message: str) -> None:
    outcome = measured.call("show", str(measured.output), *arguments)
    assert outcome.code == 2 and message in outcome.stderr


def test_a_percentile_that_is_missing_has_its_reason_below_the_table(measured: Front) -> None:
    lines = measured.call("show", str(measured.output), "--columns", "model,p99_9_ms").stdout.splitlines()
    assert [line for line in lines if line.startswith("p99.9 -: ")]


def test_a_comparison_that_was_written_can_be_shown(measured: Front) -> None:
    file = measured.folder / "comparison.json"
    sides = ["--where", "fpmath=strict", "--against", "fpmath=bf16"]
    compared = measured.call("compare", str(measured.output), *sides, "-o", str(file))
    assert measured.call("show", str(file)).stdout == compared.stdout
    assert not too_long(on_terminal(measured, 80, "show", str(file)), 80)
    assert measured.call("show", str(file), "--format", "csv").stderr.count("is not one of table, markdown, json") == 1
