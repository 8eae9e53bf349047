#!/usr/bin/env bash
# Installs what is missing, builds, exports the models that the slow tests measure, and runs all tests.
#
#   scripts/test.sh [CTEST OPTION...]     e.g. scripts/test.sh -L fast
set -euo pipefail
cd "$(dirname "$0")/.."

say() { printf 'test: %s\n' "$*" >&2; }

scripts/setup.sh
scripts/build.sh
say "exporting the models (up to date ones are left as they are)"
build/venv/bin/python scripts/export_models.py --weights auto
say "running the tests"
ctest --preset release "$@"
