"""Checks results documents against the schema that the gravbench beside this checkout prints.

build/venv/bin/python tests/validate.py FILE...
"""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import jsonschema

GRAVBENCH = Path(__file__).resolve().parent.parent / "build" / "release" / "bin" / "gravbench"


def main(files: list[str]) -> None:
    schema = json.loads(subprocess.run([GRAVBENCH, "schema", "results"], capture_output=True, check=True).stdout)
    for file in files:
        document = json.loads(Path(file).read_text(encoding="utf-8"))
        jsonschema.Draft202012Validator(schema).validate(document)
        print(f"{file}: {len(document['cells'])} cells, valid")


if __name__ == "__main__":
    main(sys.argv[1:])
