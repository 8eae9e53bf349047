#!/usr/bin/env bash
# Configures and builds into build/release; scripts/setup.sh comes first. With CI set, warnings are errors.
#
#   scripts/build.sh [TARGET...]     default: everything, tests too
set -euo pipefail
cd "$(dirname "$0")/.."

say() { printf 'build: %s\n' "$*" >&2; }

log=build/build.log
mkdir -p build
run() {
  if ! "$@" > "$log" 2>&1; then
    tail -n 60 "$log" >&2
    say "failed: $*"
    exit 1
  fi
}

say "configuring build/release"
run cmake --preset release "-DGRAVBENCH_WERROR=$([ -n "${CI:-}" ] && echo ON || echo OFF)"
say "building ${*:-everything} (a few minutes the first time)"
targets=()
for target in "$@"; do
  targets+=(--target "$target")
done
run cmake --build --preset release "${targets[@]}"
