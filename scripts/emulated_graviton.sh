#!/usr/bin/env bash
# Builds front and engine for aarch64, and fetches what runs them on an emulated Graviton: QEMU, LibTorch's aarch64 wheel, the
# libraries of Debian's arm64. Quick when all is there. Then `gravbench run MODEL --engine graviton3-emulated` works, and so does
# graviton2-emulated. What runs there and what it computes is good evidence; its times mean nothing.
#
#   scripts/emulated_graviton.sh [--test [FOLDER...]]
#
#   --test    the front's unit tests too, run under emulation: those of these folders of src, or all
#
#   DEBIAN_MIRROR   where Debian's packages come from; on Debian itself it is taken from apt's sources
set -euo pipefail
cd "$(dirname "$0")/.."

torch_version=2.13.0
libraries_suite=bookworm  # its libc is older than any cross-compiler's, so what is linked against it always loads
qemu_suite=trixie         # QEMU 7.2, Debian 12's own, crashes on LibTorch; 10 works
folder=$PWD/build/emulated

say() { printf 'emulated_graviton: %s\n' "$*" >&2; }
fail() { say "$*"; exit 1; }

# shellcheck source=scripts/debian.sh
. scripts/debian.sh

usage() { sed -n '2,/^set -e/{/^#/s/^# \{0,1\}//p}' "$0"; }

fetch_packages() {
  local list=$libraries_suite
  [ -e "$folder/apt/done" ] && return
  say "fetching QEMU and the libraries for arm64"
  debian_packages "$folder/apt" "amd64,arm64 $libraries_suite" "amd64 $qemu_suite" -- \
    "qemu-user/$qemu_suite" "libssl-dev:arm64/$list" "libfmt-dev:arm64/$list" "libfmt9:arm64/$list" "libsimdjson-dev:arm64/$list" \
    "libsimdjson14:arm64/$list" "libboost1.74-dev:arm64/$list" "nlohmann-json3-dev/$list" "libcli11-dev/$list" "catch2:arm64/$list"
  for package in "$folder"/apt/packages/*_arm64.deb "$folder"/apt/packages/*_all.deb; do
    dpkg-deb -x "$package" "$folder/sysroot"
  done
  dpkg-deb -x "$folder"/apt/packages/qemu-user_*.deb "$folder/qemu"
  cp "$folder/qemu/usr/bin/qemu-aarch64" "$folder/qemu-aarch64"
  build/venv/bin/python scripts/ease_qemu.py "$folder/qemu-aarch64"
  rm -r "$folder/qemu" "$folder/apt/packages"
  touch "$folder/apt/done"
}

pip_download() {
  # The wheels say by the age of the C library which machines they are for; any of these will do.
  local platforms=() glibc
  for glibc in 17 25 26 27 28; do
    platforms+=(--platform "manylinux_2_${glibc}_aarch64")
  done
  build/venv/bin/pip download -q --disable-pip-version-check --no-deps --only-binary=:all: --platform manylinux2014_aarch64 \
    "${platforms[@]}" --python-version 3.11 -d "$folder/wheels" "$@"
}

# PyPI's wheel for aarch64 is a CUDA build: libtorch_cpu needs two small CUDA libraries to load, the large ones not.
fetch_libtorch() {
  [ -e "$folder/torch/done" ] && return
  say "fetching LibTorch $torch_version for aarch64 (430 MB)"
  pip_download "torch==$torch_version"
  pip_download 'nvidia-cuda-runtime>=13.0,<13.1' 'nvidia-cuda-cupti>=13.0,<13.1'
  build/venv/bin/python - "$folder" << 'END'
import sys, zipfile
from pathlib import Path, PurePosixPath

folder = Path(sys.argv[1])
libraries = ("libtorch_cpu.so", "libtorch.so", "libc10.so", "libarm_compute.so", "libarm_compute_graph.so", "libgomp.so.1",
             "libgfortran.so.5", "libnvpl_", "libcudart.so", "libcupti.so")
for wheel in (folder / "wheels").glob("*.whl"):
    with zipfile.ZipFile(wheel) as archive:
        for name in archive.namelist():
            if name.startswith("torch/include/"):
                archive.extract(name, folder)
            elif PurePosixPath(name).name.startswith(libraries):
                target = folder / "torch/lib" / PurePosixPath(name).name
                target.parent.mkdir(parents=True, exist_ok=True)
                target.write_bytes(archive.read(name))
END
  rm -r "$folder/wheels"
  touch "$folder/torch/done"
}

build() {
  local log=$folder/build.log
  say "building for aarch64 (${*:-everything}; a few minutes the first time)"
  local targets=()
  for target in "$@"; do
    targets+=(--target "$target")
  done
  if ! { cmake --preset aarch64 "-DGRAVBENCH_WERROR=$([ -n "${CI:-}" ] && echo ON || echo OFF)" \
         && cmake --build --preset aarch64 "${targets[@]}"; } > "$log" 2>&1; then
    tail -n 60 "$log" >&2
    fail "the build failed"
  fi
}

has_tests=no
case "${1:-}" in
  "") ;;
  --test) has_tests=yes; shift ;;
  -h | --help) usage; exit 0 ;;
  *) usage; exit 2 ;;
esac

[ "$(uname -m)" = x86_64 ] || fail "this emulates aarch64 on x86-64; on a $(uname -m) machine measure natively: scripts/quickstart.sh"
scripts/setup.sh --emulated
fetch_packages
fetch_libtorch
if [ "$has_tests" = no ]; then
  build gravbench gravbench-torch
elif [ "$#" -eq 0 ]; then
  build
  say "running the front's unit tests as a Neoverse V1"
  ctest --preset aarch64 --parallel 2
else
  build gravbench gravbench-torch "${@/%/_tests}"
  say "running the unit tests of $* as a Neoverse V1"
  ctest --preset aarch64 --parallel 2 --no-tests=error -R "^($(IFS='|'; echo "$*"))\$"
fi
say "ready: gravbench run MODEL --engine graviton3-emulated (or graviton2-emulated)"
