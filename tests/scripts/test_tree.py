"""The scripts and the documentation: checked by their linters, and for commands and files that are not there."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from front import GRAVBENCH, ROOT

SHELL = [*sorted(ROOT.glob("scripts/*.sh")), ROOT / ".ci" / "run"]
FOLDERS = (".", "docs", "results", "models", "tests/benchmarks/verdicts")
DOCUMENTS = [path for folder in FOLDERS for path in sorted((ROOT / folder).glob("*.md"))]


def succeeds(*command: object) -> None:
    process = subprocess.run([str(part) for part in command], capture_output=True, text=True, cwd=ROOT)
    assert process.returncode == 0, process.stdout + process.stderr


def test_shell_scripts_are_shellcheck_clean() -> None:
    shellcheck = shutil.which("shellcheck")
    assert shellcheck, "scripts/setup.sh installs it"
    succeeds(shellcheck, *SHELL)


def test_python_is_ruff_clean() -> None:
    succeeds(sys.executable, "-m", "ruff", "check", "--no-cache", "engines", "scripts", "tests")


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: path.name)
def test_what_a_document_links_to_is_there(document: Path) -> None:
    targets = re.findall(r"\]\((?!https?:)([^)#]+)", document.read_text(encoding="utf-8"))
    missing = [target for target in targets if not (document.parent / target).exists()]
    assert missing == []


def prose(document: Path) -> list[str]:
    """Lines that can be broken: what is no code, no table and no picture."""
    text = re.sub(r"```.*?```", "", document.read_text(encoding="utf-8"), flags=re.DOTALL)
    return [line for line in text.splitlines() if not line.startswith(("|", "    ", "`", "<"))]


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: path.name)
def test_a_document_has_at_most_100_columns(document: Path) -> None:
    assert [line for line in prose(document) if len(line) > 100] == []


def linked_by_cmake(folder: str) -> tuple[set[str], set[str]]:
    """Folders that who links this one sees too, and those that its own sources use."""
    text = (ROOT / "src" / folder / "CMakeLists.txt").read_text(encoding="utf-8")
    library = re.search(r"gravbench_library\((.*?)\)", text, re.DOTALL)
    assert library is not None, folder
    shared, _, own = library[1].partition("USES")
    return set(re.findall(r"gravbench_(\w+)", shared)), set(re.findall(r"gravbench_(\w+)", own))


def folders_of_the_table(links: str) -> set[str]:
    """As CMake calls them: engines/common is gravbench_engines_common."""
    return {name.replace("/", "_") for name in re.findall(r"[\w/]+", links)}


def test_folders_link_what_the_architectures_table_says() -> None:
    text = (ROOT / "docs" / "architecture.md").read_text(encoding="utf-8")
    rows = re.findall(r"^\| `src/([\w/]+)` \|[^|]*\| ([^|]*) \|$", text, re.MULTILINE)
    built = (path.parent.relative_to(ROOT / "src").as_posix() for path in (ROOT / "src").glob("*/**/CMakeLists.txt"))
    assert {name for name, _ in rows} == set(built)
    names = [name for name, _ in rows]
    said = {}
    for name, links in rows:
        own = folders_of_the_table("".join(re.findall(r"\(.*?\)", links)))
        said[name] = (folders_of_the_table(re.sub(r"\(.*?\)", "", links)), own)
    said["base"] = (set(), set())  # "nothing of ours"
    between = names[names.index("machine") : names.index("document")]
    said["document"] = ({"base", *between} - {"doctor"}, set())
    del said["cli"]  # An executable, which may link all.
    assert {name: linked_by_cmake(name) for name in said} == said


def test_ci_runs_both_commands_of_the_readme_and_ends_with_the_tests() -> None:
    steps = [line for line in (ROOT / ".ci" / "run").read_text(encoding="utf-8").splitlines() if line.strip()]
    assert any(step.startswith("scripts/quickstart.sh ") for step in steps)
    assert steps[-1] == "scripts/test.sh"


def test_what_ci_leaves_out_is_named() -> None:
    tests = "\n".join(path.read_text(encoding="utf-8") for path in ROOT.glob("tests/**/CMakeLists.txt"))
    left_out = [re.sub(r"\$\{.*\}", "KIND", name) for name in re.findall(r"NAME (\S+) CONFIGURATIONS Long", tests)]
    contributing = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")
    assert left_out and [name for name in left_out if f"`{name}`" not in contributing] == []


def commands_of(document: Path) -> list[str]:
    """Lines of shell blocks, continued ones joined."""
    blocks = re.findall(r"```sh\n(.*?)```", document.read_text(encoding="utf-8"), flags=re.DOTALL)
    return [line for block in blocks for line in block.replace("\\\n", " ").splitlines() if line and not line.startswith("#")]


@pytest.mark.parametrize("document", ["README.md", "docs/audit.md", "docs/engines.md", "docs/yardstick.md"])
def test_every_measurement_that_a_document_shows_is_one_that_gravbench_accepts(document: str) -> None:
    runs = [line for line in commands_of(ROOT / document) if re.match(r"gravbench (run|audit|noise) ", line)]
    assert runs, "it shows how to measure"
    for line in runs:
        if "--baseline" in line:
            continue  # Needs a document that a run has made: tests/cli/test_verdicts.py.
        plain = re.sub(r"\s+(#.*|> *\S+)$", "", line).replace("gravbench", str(GRAVBENCH), 1)
        plain = "MODEL=resnet50; BASE=torch; NEW=torch; " + plain
        # A dry run asks each engine who it is, and emulated ones are there only where scripts/emulated_graviton.sh was run.
        needed = ["build/emulated/qemu-aarch64"]
        old = set(re.findall(r"torch-(?:1\.13|2\.0)(?=-graviton)", plain))
        needed += [f"build/engines/{name}-aarch64/build/bin/gravbench-torch" for name in old]
        if not all((ROOT / path).exists() for path in needed):
            plain = re.sub(r"--engine \S*graviton\S*", "--engine torch", plain)
        succeeds("bash", "-c", plain.replace(" model.pt ", f" {ROOT / 'models/resnet50/fp32.pt'} ") + " --dry-run")


def test_every_script_that_the_readme_names_is_there() -> None:
    for name in re.findall(r"scripts/[\w./]+\w", (ROOT / "README.md").read_text(encoding="utf-8")):
        assert (ROOT / name).exists(), name


def test_the_readme_names_every_flag() -> None:
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    for command in ("run", "audit", "compare", "noise", "show"):
        shown = subprocess.run([GRAVBENCH, command, "--help"], capture_output=True, text=True, check=True).stdout
        flags = set(re.findall(r"(--[a-z][a-z-]+)", "\n".join(line[:30] for line in shown.splitlines()))) - {"--help"}
        assert [flag for flag in sorted(flags) if flag not in text] == [], command
