"""scripts/check_style.sh in a small repository of its own: which files it looks at, and what it says about them."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import time
from dataclasses import dataclass
from pathlib import Path

import pytest
from front import ROOT

DAY_S = 24 * 60 * 60
# The tools as far as the script sees them. What they find stands in the files, what they were given in "calls".
CLANG_FORMAT = """#!/usr/bin/env bash
if [ "$1" = --version ]; then echo "Debian clang-format version $FORMAT_VERSION"; exit; fi
code=0
for file in "$@"; do
  case $file in -*) continue ;; esac
  echo "format $file" >> build/calls
  if grep -q UNFORMATTED "$file"; then echo "$file:1:1: error: code should be clang-formatted" >&2; code=1; fi
done
exit $code
"""
CLANG_TIDY = """#!/usr/bin/env bash
if [ "$1" = --version ]; then echo "LLVM version 14.0.6"; exit; fi
file=${@: -1}
echo "tidy $file" >> build/calls
if grep -q FAULT "$file"; then echo "$file:1:1: error: a fault [bugprone-fault,-warnings-as-errors]"; exit 1; fi
"""


@dataclass
class Style:
    code: int
    text: str
    formatted: list[str]
    tidied: list[str]


@dataclass
class Tree:
    folder: Path

    def write(self, name: str, text: str = "int one();\n") -> None:
        path = self.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")

    def git(self, *arguments: str, age_s: int = 0) -> None:
        date = f"@{int(time.time()) - age_s} +0000"
        names = {f"GIT_{who}_{what}": "a@example.org" for who in ("AUTHOR", "COMMITTER") for what in ("NAME", "EMAIL")}
        environment = {**os.environ, **names, "GIT_AUTHOR_DATE": date, "GIT_COMMITTER_DATE": date}
        subprocess.run(["git", *arguments], cwd=self.folder, env=environment, check=True, capture_output=True)

    def commit(self, age_s: int = 0) -> None:
        self.git("add", "-A")
        self.git("commit", "-q", "-m", "a change", age_s=age_s)

    def check(self, *arguments: str, format_version: str = "14.0.6") -> Style:
        calls = self.folder / "build" / "calls"
        calls.write_text("", encoding="utf-8")
        environment = {**os.environ, "PATH": f"{self.folder / 'build' / 'tools'}:{os.environ['PATH']}", "FORMAT_VERSION": format_version}
        command = [self.folder / "scripts" / "check_style.sh", *arguments]
        done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
        made = [line.split() for line in calls.read_text(encoding="utf-8").splitlines()]
        by_tool = {tool: sorted(file for name, file in made if name == tool) for tool in ("format", "tidy")}
        return Style(done.returncode, done.stdout + done.stderr, by_tool["format"], by_tool["tidy"])


@pytest.fixture
def tree(tmp_path: Path) -> Tree:
    """old.cpp was committed three days ago, new.cpp and its test an hour ago; both are part of the build."""
    tree = Tree(tmp_path)
    tree.write("scripts/check_style.sh")
    shutil.copy(ROOT / "scripts" / "check_style.sh", tmp_path / "scripts" / "check_style.sh")
    tree.write("scripts/setup.sh", "#!/bin/sh\n")
    for name, text in (("clang-format", CLANG_FORMAT), *((f"clang-format-{version}", CLANG_FORMAT) for version in range(14, 19))):
        tree.write(f"build/tools/{name}", text)
    tree.write("build/tools/clang-tidy", CLANG_TIDY)
    for path in (tmp_path / "scripts" / "setup.sh", *(tmp_path / "build" / "tools").iterdir()):
        path.chmod(0o755)
    sources = [tmp_path / "src" / name for name in ("old.cpp", "new.cpp")]
    commands = [{"directory": str(tmp_path), "command": f"c++ -c {source}", "file": str(source)} for source in sources]
    tree.write("build/release/compile_commands.json", json.dumps(commands, indent=2))
    tree.write(".gitignore", "/build/\n")
    tree.write(".clang-tidy", "Checks: bugprone-*\n")
    tree.git("init", "-q")
    tree.write("src/old.cpp")
    tree.commit(age_s=3 * DAY_S)
    tree.write("src/new.cpp")
    tree.write("tests/new_test.cpp")
    tree.commit(age_s=3600)
    return tree


def test_what_changed_within_a_day_is_checked(tree: Tree) -> None:
    style = tree.check()
    assert (style.code, style.formatted, style.tidied) == (0, ["src/new.cpp", "tests/new_test.cpp"], ["src/new.cpp"]), style.text


def test_what_is_not_committed_yet_is_checked_and_a_removed_file_is_not(tree: Tree) -> None:
    tree.write("src/old.cpp", "int two();\n")
    tree.write("src/newest.h")
    (tree.folder / "src" / "new.cpp").unlink()
    assert tree.check("HEAD").formatted == ["src/newest.h", "src/old.cpp"]


def test_nothing_is_started_where_nothing_changed(tree: Tree) -> None:
    tree.write("scripts/setup.sh", "#!/bin/sh\nexit 1\n")
    tree.commit()
    style = tree.check("HEAD")
    assert style.code == 0 and style.formatted == style.tidied == []
    assert "no C++ file has changed since" in style.text


def test_the_only_commit_that_there_is_is_checked_whole(tree: Tree) -> None:
    tree.git("checkout", "-q", "--orphan", "alone")
    tree.commit()
    assert tree.check().formatted == ["src/new.cpp", "src/old.cpp", "tests/new_test.cpp"]


def test_all_is_every_file(tree: Tree) -> None:
    assert tree.check("--all").tidied == ["src/new.cpp", "src/old.cpp"]


def test_a_file_with_the_text_of_another_is_looked_at_too(tree: Tree) -> None:
    assert tree.check().tidied == ["src/new.cpp"]
    tree.write("src/old.cpp", (tree.folder / "src" / "new.cpp").read_text(encoding="utf-8") + "\n")
    tree.write("src/new.cpp", (tree.folder / "src" / "old.cpp").read_text(encoding="utf-8"))
    assert tree.check("HEAD").tidied == ["src/new.cpp", "src/old.cpp"]
    tree.write("src/old.cpp", "int two();\n")
    assert tree.check("HEAD").tidied == ["src/old.cpp"]
    tree.write("src/new.cpp", "int two();\n")
    assert tree.check("HEAD").tidied == ["src/new.cpp"], "what was found in the one says nothing of the other"


@pytest.mark.parametrize(
    ("file", "text", "expected"),
    [
        ("tests/new_test.cpp", "UNFORMATTED\n", "tests/new_test.cpp:1:1: error: code should be clang-formatted"),
        ("src/new.cpp", "FAULT\n", "src/new.cpp:1:1: error: a fault [bugprone-fault"),
    ],
)
def test_a_finding_is_shown_and_is_a_failure(tree: Tree, file: str, text: str, expected: str) -> None:
    tree.write(file, text)
    for _ in range(2):
        style = tree.check()
        assert style.code == 1 and expected in style.text
    tree.write(file)
    assert tree.check().code == 0


def test_a_file_that_was_clean_is_looked_at_again_once_a_header_changes(tree: Tree) -> None:
    assert tree.check().tidied == ["src/new.cpp"]
    assert tree.check().tidied == []
    tree.write("src/new.h")
    assert tree.check().tidied == ["src/new.cpp"]


def test_files_without_time_are_named(tree: Tree) -> None:
    style = tree.check("--seconds", "0")
    assert style.code == 0 and style.tidied == []
    assert "not checked, because 0 s were over: src/new.cpp" in style.text


def test_a_file_that_no_build_compiles_is_named(tree: Tree) -> None:
    tree.write("src/stray.cpp")
    style = tree.check()
    assert style.code == 0 and "not in build/release, so not checked: src/stray.cpp" in style.text


def test_without_a_build_it_says_what_to_do(tree: Tree) -> None:
    (tree.folder / "build" / "release" / "compile_commands.json").unlink()
    style = tree.check()
    assert style.code != 0 and "run scripts/build.sh first" in style.text


def test_a_clang_format_that_breaks_lines_elsewhere_is_not_asked(tree: Tree) -> None:
    style = tree.check(format_version="19.1.7")
    assert style.code == 0 and style.formatted == [] and style.tidied == ["src/new.cpp"]
    assert "clang-format: not checked" in style.text


@pytest.mark.parametrize("arguments", [["--seconds"], ["--seconds", "soon"], ["--fast"], ["no-such-commit"]])
def test_wrong_usage_is_refused(tree: Tree, arguments: list[str]) -> None:
    assert tree.check(*arguments).code == 2
