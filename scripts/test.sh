#!/usr/bin/env bash
# Installs what is missing, builds, exports the models that the slow tests measure, and runs all tests. On x86-64 these include
# the models on an emulated Graviton, which take about twenty minutes: -LE emulated leaves them out. What is emulated is
# Debian's: on Ubuntu set DEBIAN_MIRROR to the address of one of its mirrors.
#
#   scripts/test.sh [CTEST OPTION...]     e.g. scripts/test.sh -L fast, scripts/test.sh -LE emulated
set -euo pipefail
cd "$(dirname "$0")/.."

say() { printf 'test: %s\n' "$*" >&2; }

scripts/setup.sh
scripts/build.sh
say "exporting the models (up to date ones are left as they are)"
build/venv/bin/python scripts/export_models.py --weights auto
case "$(uname -m) $*" in
  x86_64*-LE\ emulated* | x86_64*-L\ fast*) ;;
  x86_64*) scripts/emulated_graviton.sh || say "no emulated Graviton: its tests will fail, with the reason above (-LE emulated leaves them out)" ;;
esac
say "running the tests"
ctest --preset release "$@"
