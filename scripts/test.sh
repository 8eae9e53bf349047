#!/usr/bin/env bash
# Installs what is missing, builds, exports the models that the slow tests measure, and runs all tests. On x86-64 these include
# the models on an emulated Graviton, which take most of the time: -LE emulated leaves them out. What is emulated is
# Debian's: on Ubuntu set DEBIAN_MIRROR to the address of one of its mirrors.
#
#   scripts/test.sh [--all] [CTEST OPTION...]     e.g. scripts/test.sh -L fast, scripts/test.sh -LE emulated
#
#   --all    what .ci/run has no time for too, about two hours more: clang-tidy on all of src, each fuzz target for ten minutes,
#            every unit test, ResNet50, a Graviton2 and old LibTorch under emulation, the statistics broken in many ways, and verdicts simulated
#            as often as tests/benchmarks/verdicts/README.md states them
set -euo pipefail
cd "$(dirname "$0")/.."

say() { printf 'test: %s\n' "$*" >&2; }

options=(--parallel 2)
is_all=no
emulated=()
if [ "${1:-}" = --all ]; then
  is_all=yes
  emulated=(--test)
  options+=(-C Long)
  shift
fi

scripts/setup.sh
scripts/engines.sh || say "going on without those named above: their tests are left out"
scripts/build.sh
if [ "$is_all" = yes ]; then
  say "the style of every file"
  scripts/check_style.sh --all
  say "fuzzing, ten minutes for each target"
  scripts/fuzz.sh 600
fi
say "exporting the models (up to date ones are left as they are)"
build/venv/bin/python scripts/export_models.py --weights auto
case "$(uname -m) $*" in
  x86_64*-LE\ emulated* | x86_64*-L\ fast*) ;;
  x86_64*)
    [ "$is_all" = no ] || scripts/engines.sh --emulated || say "no old LibTorch under emulation: its tests will fail, with the reason above"
    scripts/emulated_graviton.sh "${emulated[@]}" || say "no emulated Graviton: its tests will fail, with the reason above (-LE emulated leaves them out)" ;;
esac
say "running the tests"
ctest --preset release "${options[@]}" "$@"
