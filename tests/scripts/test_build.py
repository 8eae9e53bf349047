"""What CMake makes of the flags that a user gives."""

from __future__ import annotations

import json
import os
import re
import subprocess
from pathlib import Path

import pytest
from front import ROOT


def optimisation(folder: Path, *options: str, cxxflags: str | None = None) -> list[str]:
    """The -O options, in order, with which a Release build compiles a file of ours."""
    environment = {name: value for name, value in os.environ.items() if name != "CXXFLAGS"}
    if cxxflags is not None:
        environment["CXXFLAGS"] = cxxflags
    command = ["cmake", "-S", ROOT, "-B", folder, "-G", "Ninja", "-DGRAVBENCH_ENGINE=OFF", "-DGRAVBENCH_TESTS=OFF", *options]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    entries = json.loads((folder / "compile_commands.json").read_text(encoding="utf-8"))
    (command_line,) = [entry["command"] for entry in entries if entry["file"].endswith("/src/base/text.cpp")]
    assert "-DNDEBUG" in command_line or "-g" in command_line
    return re.findall(r" (-O\w*)", command_line)


@pytest.mark.parametrize(
    ("options", "cxxflags", "expected"),
    [
        ([], None, ["-O1"]),
        (["-DCMAKE_CXX_FLAGS_RELEASE=-O2 -g"], None, ["-O2"]),
        # CMake's own default, but asked for.
        (["-DCMAKE_CXX_FLAGS_RELEASE=-O3 -DNDEBUG"], None, ["-O3"]),
        (["-DCMAKE_CXX_FLAGS=-O2"], None, ["-O2"]),
        ([], "-O3 -pipe", ["-O3"]),
        ([], "-pipe", ["-O1"]),
    ],
)
def test_a_users_optimisation_is_left_alone(tmp_path: Path, options: list[str], cxxflags: str | None, expected: list[str]) -> None:
    assert optimisation(tmp_path, *options, cxxflags=cxxflags) == expected
    assert optimisation(tmp_path) == expected, "the second time, from the cache"


@pytest.mark.parametrize("kind", ["", ' CACHE STRING ""'])
def test_a_toolchain_files_optimisation_is_left_alone(tmp_path: Path, kind: str) -> None:
    toolchain = tmp_path / "toolchain.cmake"
    toolchain.write_text(f'set(CMAKE_CXX_FLAGS_RELEASE "-O2 -DNDEBUG"{kind})\n', encoding="utf-8")
    assert optimisation(tmp_path / "build", f"-DCMAKE_TOOLCHAIN_FILE={toolchain}") == ["-O2"]
