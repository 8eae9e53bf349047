#!/usr/bin/env bash
# Fetches the libraries of other engines than gravbench-torch into build/engines, and builds these engines. Quick when all is there.
# Then `gravbench run MODEL --engine torch,onnxruntime,openvino` measures them side by side.
#
#   scripts/engines.sh [onnxruntime] [openvino]     default: both
#
# The libraries come from PyPI's wheels, pinned by hash (scripts/engines.txt), whichever Python is here; ONNX Runtime's headers from
# Debian 13, which work with newer libraries.
#   DEBIAN_MIRROR   where Debian's packages come from; on Debian itself it is taken from apt's sources
set -euo pipefail
cd "$(dirname "$0")/.."

headers_suite=trixie
folder=$PWD/build/engines

say() { printf 'engines: %s\n' "$*" >&2; }
fail() { say "$*"; exit 1; }

# shellcheck source=scripts/debian.sh
. scripts/debian.sh

# Of one library: changes when another version is pinned.
wanted() { { grep -A 2 "^$1==" scripts/engines.txt; uname -m; } | sha256sum; }
is_there() { [ "$(cat "$folder/$1/done" 2> /dev/null)" = "$(wanted "$1")" ]; }

# Unpacks what begins with these paths of the library's wheel into build/engines/NAME/wheel.
fetch_wheel() {
  local name=$1 glibc platforms=()
  shift
  say "fetching $name"
  rm -rf "${folder:?}/$name"
  mkdir -p "$folder/$name"/{wheel,lib}
  grep -A 2 "^$name==" scripts/engines.txt > "$folder/$name/requirement"
  # The wheels say by the age of the C library which machines they are for.
  for glibc in 28 31 35; do
    platforms+=(--platform "manylinux_2_${glibc}_$(uname -m)")
  done
  build/venv/bin/pip download -q --disable-pip-version-check --no-deps --only-binary=:all: --require-hashes --python-version 3.11 \
    "${platforms[@]}" -d "$folder/$name/wheel" -r "$folder/$name/requirement"
  build/venv/bin/python - "$folder/$name/wheel" "$@" << 'END'
import sys, zipfile
from pathlib import Path

folder, prefixes = Path(sys.argv[1]), tuple(sys.argv[2:])
(wheel,) = folder.glob("*.whl")
with zipfile.ZipFile(wheel) as archive:
    archive.extractall(folder, [name for name in archive.namelist() if name.startswith(prefixes)])
wheel.unlink()
END
}

# The name that linkers look for, beside the one of the version.
link() {
  local library
  library=$(cd "$1" && echo "$2".so.*)
  [ -e "$1/$library" ] || fail "the wheel has no $2"
  ln -sf "$library" "$1/$2.so"
}

# Dependents name the library by its soname.
link_soname() {
  local soname
  soname=$(objdump -p "$1/$2.so" | awk '$1 == "SONAME" { print $2 }')
  [ -e "$1/$soname" ] || ln -sf "$2.so" "$1/$soname"
}

fetch_onnxruntime() {
  local at=$folder/onnxruntime
  fetch_wheel onnxruntime onnxruntime/capi/libonnxruntime.so onnxruntime/LICENSE onnxruntime/ThirdPartyNotices
  mv "$at"/wheel/onnxruntime/capi/libonnxruntime.so.* "$at/lib"
  mv "$at"/wheel/onnxruntime/{LICENSE,ThirdPartyNotices.txt} "$at"
  link "$at/lib" libonnxruntime
  link_soname "$at/lib" libonnxruntime
  debian_packages "$folder/apt" "$(dpkg --print-architecture) $headers_suite" -- "libonnxruntime-dev/$headers_suite"
  dpkg-deb -x "$folder"/apt/packages/libonnxruntime-dev_*.deb "$at/headers"
  mv "$at/headers/usr/include" "$at/include"
  rm -r "$at/headers" "$folder/apt" "$at/wheel"
}

# Without the plugins of other devices and the readers of other formats.
fetch_openvino() {
  local at=$folder/openvino of=openvino/libs
  fetch_wheel openvino openvino/include/ "$of/libopenvino.so" "$of/libopenvino_intel_cpu_plugin" "$of/libopenvino_arm_cpu_plugin" \
    "$of/libopenvino_onnx_frontend" "$of/libtbb" "$of/libhwloc" openvino-
  rmdir "$at/lib"
  mv "$at/wheel/openvino/libs" "$at/lib"
  mv "$at/wheel/openvino/include" "$at/include"
  mv "$at"/wheel/openvino-*.dist-info/licenses "$at/licenses" 2> /dev/null || true
  link "$at/lib" libopenvino
  rm -r "$at/wheel"
}

engines=("$@")
[ "${#engines[@]}" -gt 0 ] || engines=(onnxruntime openvino)
for engine in "${engines[@]}"; do
  case "$engine" in
    onnxruntime | openvino) ;;
    *) sed -n '2,/^set -e/{/^#/s/^# \{0,1\}//p}' "$0"; exit 2 ;;
  esac
done

scripts/setup.sh --engines
for engine in "${engines[@]}"; do
  if ! is_there "$engine"; then
    "fetch_$engine"
    wanted "$engine" > "$folder/$engine/done"
  fi
done
scripts/build.sh gravbench "${engines[@]/#/gravbench-}"
say "ready: gravbench run MODEL --engine torch$(printf ',%s' "${engines[@]}")"
