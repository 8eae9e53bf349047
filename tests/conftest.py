from __future__ import annotations

import json
import subprocess
from pathlib import Path
from typing import Any

import pytest
from front import GRAVBENCH, Front


@pytest.fixture
def front(tmp_path: Path) -> Front:
    return Front(tmp_path)


@pytest.fixture(scope="session")
def results_schema() -> dict[str, Any]:
    return json.loads(subprocess.run([GRAVBENCH, "schema", "results"], capture_output=True, check=True).stdout)
