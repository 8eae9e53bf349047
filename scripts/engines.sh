#!/usr/bin/env bash
# Fetches the libraries of other engines than gravbench-torch into build/engines, and builds these engines. Quick when all is there.
# Then `gravbench run MODEL --engine torch,onnxruntime,openvino` measures them side by side.
#
#   scripts/engines.sh [ENGINE...]                          default: onnxruntime openvino
#   scripts/engines.sh --emulated [torch-1.13] [torch-2.0]  default: both
#
#   onnxruntime, openvino   from PyPI's wheels; ONNX Runtime's headers from Debian 13, which work with newer libraries
#   torch-1.13, torch-2.0   old LibTorch, for what a release brought: on aarch64 from PyPI's wheels, on x86-64 from PyTorch's own CPU
#                           builds; where these cannot be had, 1.13 alone, from Debian 12, with a reference BLAS and slow
#   --emulated              old LibTorch for aarch64, on an emulated Graviton: gravbench audit MODEL --engine torch-2.0-graviton3
#
# PyPI's wheels are pinned by hash (scripts/engines.txt), whichever Python is here.
#   DEBIAN_MIRROR   where Debian's packages come from; on Debian itself it is taken from apt's sources
set -euo pipefail
cd "$(dirname "$0")/.."

headers_suite=trixie
# PyTorch's builds for machines without a GPU; those of old versions for x86-64 on PyPI are CUDA builds of a gigabyte.
torch_cpu_index=https://download.pytorch.org/whl/cpu
folder=$PWD/build/engines

say() { printf 'engines: %s\n' "$*" >&2; }
fail() { say "$*"; exit 1; }
usage() { sed -n '2,/^set -e/{/^#/s/^# \{0,1\}//p}' "$0"; }

# shellcheck source=scripts/debian.sh
. scripts/debian.sh

# The requirement of scripts/engines.txt by which an engine's library is pinned.
pin_of() {
  case "$1" in
    torch-1.13*) echo torch==1.13.0 ;;
    torch-2.0*) echo torch==2.0.0 ;;
    *) sed -n "s/^\($1==[^ ]*\).*/\1/p" scripts/engines.txt ;;
  esac
}

# The same with its hashes.
requirement_of() { sed -n "/^$(pin_of "$1") /,/[^\\\\]\$/p" scripts/engines.txt; }

# Of one library: changes when another version is pinned.
wanted() { { requirement_of "$1"; uname -m; } | sha256sum; }
is_there() {
  [ "$(cat "$folder/$1/done" 2> /dev/null)" = "$(wanted "$1")" ] || return 1
  # Debian's LibTorch lies outside of build/engines, and may be gone.
  [[ $1 != torch-* ]] || [ -e "$folder/$1/torch/include/torch/script.h" ]
}

# unpack_wheel FOLDER PREFIX...: what begins with these paths of the folder's one wheel.
unpack_wheel() {
  build/venv/bin/python - "$@" << 'END'
import sys, zipfile
from pathlib import Path

folder, prefixes = Path(sys.argv[1]), tuple(sys.argv[2:])
(wheel,) = folder.glob("*.whl")
with zipfile.ZipFile(wheel) as archive:
    archive.extractall(folder, [name for name in archive.namelist() if name.startswith(prefixes)])
wheel.unlink()
END
}

pip_download() {
  build/venv/bin/pip download -q --disable-pip-version-check --no-deps --only-binary=:all: "$@"
}

# fetch_wheel ENGINE MACHINE PREFIX...: the pinned wheel for such a machine into build/engines/ENGINE/wheel.
fetch_wheel() {
  local name=$1 machine=$2 glibc platforms=(--platform "manylinux2014_$2")
  shift 2
  say "fetching $(pin_of "$name") for $machine"
  rm -rf "${folder:?}/$name"
  mkdir -p "$folder/$name"/{wheel,lib}
  requirement_of "$name" > "$folder/$name/requirement"
  # The wheels say by the age of the C library which machines they are for.
  for glibc in 28 31 35; do
    platforms+=(--platform "manylinux_2_${glibc}_$machine")
  done
  # Old PyTorch has no wheel for a newer Python. What is taken of it is the same for all.
  pip_download --require-hashes --python-version "$([[ $name = torch* ]] && echo 3.10 || echo 3.11)" "${platforms[@]}" \
    -d "$folder/$name/wheel" -r "$folder/$name/requirement"
  unpack_wheel "$folder/$name/wheel" "$@"
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
  fetch_wheel onnxruntime "$(uname -m)" onnxruntime/capi/libonnxruntime.so onnxruntime/LICENSE onnxruntime/ThirdPartyNotices
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
  fetch_wheel openvino "$(uname -m)" openvino/include/ "$of/libopenvino.so" "$of/libopenvino_intel_cpu_plugin" \
    "$of/libopenvino_arm_cpu_plugin" "$of/libopenvino_onnx_frontend" "$of/libtbb" "$of/libhwloc" openvino-
  rmdir "$at/lib"
  mv "$at/wheel/openvino/libs" "$at/lib"
  mv "$at/wheel/openvino/include" "$at/include"
  mv "$at"/wheel/openvino-*.dist-info/licenses "$at/licenses" 2> /dev/null || true
  link "$at/lib" libopenvino
  rm -r "$at/wheel"
}

# What an engine needs of a wheel of LibTorch: build/engines/ENGINE/torch, and beside it the libraries that came with it.
torch_parts=(torch/include/ torch/lib/lib torch/share/cmake/Torch/ torch.libs/ torch-)

keep_torch() {
  local at=$folder/$1
  mv "$at"/wheel/torch* "$at"
  rmdir "$at/wheel" "$at/lib"
}

fetch_torch_of_pypi() {
  fetch_wheel "$1" aarch64 "${torch_parts[@]}"
  keep_torch "$1"
}

# Not pinned by hash: these are of PyTorch's own server.
fetch_torch_of_pytorch() {
  local name=$1 version
  version=$(pin_of "$name")
  [ "$version" = torch==1.13.0 ] && version=torch==1.13.1  # 1.13.1 lacks oneDNN on aarch64 only
  say "fetching $version (CPU build)"
  rm -rf "${folder:?}/$name"
  mkdir -p "$folder/$name"/{wheel,lib}
  pip_download --retries 1 --timeout 20 --index-url "$torch_cpu_index" --python-version 3.10 --platform linux_x86_64 \
    -d "$folder/$name/wheel" "$version+cpu" 2> "$folder/$name/pip.log" \
    || { grep -v '^WARNING: Location' "$folder/$name/pip.log" | head -n 1 >&2; return 1; }
  unpack_wheel "$folder/$name/wheel" "${torch_parts[@]}" && keep_torch "$name"
}

# Its build has a reference BLAS, so its times are no measure of 1.13.
fetch_torch_of_debian() {
  local version
  version=$(LC_ALL=C apt-cache policy libtorch-dev 2> /dev/null | awk '$1 == "Candidate:" { print $2 }')
  [[ $version = 1.13.* ]] || fail "PyTorch's own CPU build cannot be had, and this system has no libtorch 1.13 (Debian 12 has)"
  say "PyTorch's own CPU build cannot be had: taking Debian's libtorch $version, which has a reference BLAS and is slow" \
      "(rm -r build/engines/$1 makes the next call try again)"
  scripts/setup.sh --libtorch
  ln -sfn /usr "$folder/$1/torch"
}

fetch_torch() {
  case "$1 $(uname -m)" in
    *-aarch64\ * | *\ aarch64) fetch_torch_of_pypi "$1" ;;
    torch-1.13\ *) fetch_torch_of_pytorch "$1" || fetch_torch_of_debian "$1" ;;
    *) fetch_torch_of_pytorch "$1" || fail "PyTorch's own CPU build cannot be had, and nobody else has $(pin_of "$1") for x86-64" ;;
  esac
}

fetch() {
  case "$1" in
    torch-*) fetch_torch "$1" ;;
    *) "fetch_$1" ;;
  esac
  wanted "$1" > "$folder/$1/done"
}

# Each LibTorch has a build of its own, of gravbench-torch alone: what is linked against it has its string ABI.
build_torch() {
  local at=$folder/$1 preset=release log
  [[ $1 = *-aarch64 ]] && preset=aarch64
  log=$at/build.log
  say "building gravbench-torch in ${at#"$PWD/"} (a few minutes the first time)"
  if ! { cmake --preset "$preset" -B "$at/build" -DGRAVBENCH_TORCH_PACKAGE=OFF "-DTORCH_DIR=$(realpath -s "$at/torch")" \
           -DGRAVBENCH_TESTS=OFF "-DGRAVBENCH_WERROR=$([ -n "${CI:-}" ] && echo ON || echo OFF)" \
         && cmake --build "$at/build" --target gravbench-torch; } > "$log" 2>&1; then
    tail -n 60 "$log" >&2
    fail "the build failed"
  fi
}

is_emulated=no
case "${1:-}" in
  --fetch) fetch "$2"; exit ;;  # one of a call's own
  --emulated) is_emulated=yes; shift ;;
  -h | --help) usage; exit ;;
esac
if [ "$is_emulated" = yes ]; then
  known=(torch-1.13 torch-2.0) default=(torch-1.13 torch-2.0)
else
  known=(onnxruntime openvino torch-1.13 torch-2.0) default=(onnxruntime openvino)
fi
engines=("$@")
[ "${#engines[@]}" -gt 0 ] || engines=("${default[@]}")
for engine in "${engines[@]}"; do
  [[ " ${known[*]} " = *" $engine "* ]] || { say "no engine \"$engine\" here: one of ${known[*]}"; exit 2; }
done

if [ "$is_emulated" = yes ]; then
  scripts/emulated_graviton.sh
  engines=("${engines[@]/%/-aarch64}")
else
  scripts/setup.sh --engines
fi

# One that cannot be had is no reason to go without the others.
missing=() programs=() names=()
for engine in "${engines[@]}"; do
  if ! is_there "$engine" && ! scripts/engines.sh --fetch "$engine"; then
    missing+=("$engine")
  elif [[ $engine = torch-* ]]; then
    (build_torch "$engine") || { missing+=("$engine"); continue; }
    names+=("${engine/-aarch64/-graviton3}")
  else
    programs+=("gravbench-$engine")
    names+=("$engine")
  fi
done
if [ "$is_emulated" = no ]; then
  scripts/build.sh gravbench "${programs[@]}"
fi
[ "${#names[@]}" -eq 0 ] || say "ready: gravbench run MODEL --engine $(IFS=,; echo "${names[*]}")"
[ "${#missing[@]}" -eq 0 ] || fail "could not be had: ${missing[*]} (the reason is above)"
