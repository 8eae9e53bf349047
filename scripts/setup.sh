#!/usr/bin/env bash
# Installs what is missing to build gravbench, to export models and to run the tests. Quick when nothing is.
#
#   scripts/setup.sh [--front | --emulated | --engines | --libtorch | --fuzz | --style]
#
#   --emulated   the cross-compiler for aarch64 too (scripts/emulated_graviton.sh)
#   --engines    what checks Debian's packages too (scripts/engines.sh)
#   --libtorch   Debian's LibTorch too, beside the one of the Python environment (scripts/engines.sh torch-1.13)
#   --fuzz       clang with libFuzzer too (scripts/fuzz.sh)
#   --front      only what the front and its unit tests need: no Python environment, no LibTorch
#   --style      as --front, and clang-format and clang-tidy (scripts/check_style.sh)
#
# System packages come from apt-get, as root or through sudo; without either, and with something missing, it says which
# and stops. Python packages go to build/venv, with PyTorch's CPU build, whose LibTorch the engine is linked with.
#   TORCH_DIR   LibTorch of your own for the engine: the zip's folder, or the torch folder of an installed wheel
#   PYTHON      the interpreter for build/venv (default: python3)
set -euo pipefail
cd "$(dirname "$0")/.."

torch_version=2.13.0
# PyTorch's own builds for machines without a GPU; on PyPI the wheels of most platforms are CUDA builds of several gigabytes.
torch_cpu_index=https://download.pytorch.org/whl/cpu
debian_keys=/usr/share/keyrings/debian-archive-keyring.gpg
python=${PYTHON:-python3}
venv=build/venv

say() { printf 'setup: %s\n' "$*" >&2; }
fail() { say "$*"; exit 1; }

has_header() { printf '#include <%s>\n' "$1" | g++ -E -x c++ - > /dev/null 2>&1; }
has_cmake() { command -v cmake > /dev/null && cmake --version | awk 'NR == 1 { split($3, v, "."); exit !(v[1] > 3 || v[2] >= 22) }'; }
has_catch2() { has_header catch2/catch.hpp || has_header catch2/catch_all.hpp; }
has_fuzzer() {
  printf 'extern "C" int LLVMFuzzerTestOneInput(const unsigned char*, unsigned long) { return 0; }' \
    | clang++ -x c++ -fsanitize=fuzzer,address - -o /dev/null > /dev/null 2>&1
}
has_python() { command -v "$python" > /dev/null && "$python" -c 'import ensurepip, venv' 2> /dev/null; }

has_onednn() { has_header oneapi/dnnl/dnnl.hpp; }

needs_python() { [ "$1" != front ] && [ "$1" != style ]; }

# Names the Debian and Ubuntu packages of what is missing. g++ comes first: the headers are looked for with it.
missing_packages() {
  command -v g++ > /dev/null || echo g++
  has_cmake || echo cmake
  command -v ninja > /dev/null || echo ninja-build
  command -v git > /dev/null || echo git
  has_header openssl/evp.h || echo libssl-dev
  has_header boost/math/distributions/students_t.hpp || echo libboost-dev
  has_header fmt/format.h || echo libfmt-dev
  has_header nlohmann/json.hpp || echo nlohmann-json3-dev
  has_header CLI/CLI.hpp || echo libcli11-dev
  has_header simdjson.h || echo libsimdjson-dev
  has_catch2 || echo catch2
  if [ "$1" = emulated ]; then
    command -v aarch64-linux-gnu-g++ > /dev/null || echo g++-aarch64-linux-gnu
  fi
  if [ "$1" = emulated ] || [ "$1" = engines ]; then
    [ -e "$debian_keys" ] || echo debian-archive-keyring
  fi
  if [ "$1" = libtorch ]; then
    has_header torch/script.h || echo libtorch-dev
  fi
  if [ "$1" = style ]; then
    command -v clang-format > /dev/null || echo clang-format
    command -v clang-tidy > /dev/null || echo clang-tidy
  fi
  if needs_python "$1"; then
    has_python || echo python3-venv
    command -v shellcheck > /dev/null || echo shellcheck
  fi
}

install_packages() {
  local packages=("$@") sudo=()
  if [ "$(id -u)" -ne 0 ]; then
    sudo=(sudo -n)
    sudo -n true 2> /dev/null || fail "missing: ${packages[*]}; install them, or run this as root (apt-get install ${packages[*]})"
  fi
  command -v apt-get > /dev/null || fail "missing: ${packages[*]} (Debian's names); there is no apt-get to install them with"
  say "installing ${packages[*]}"
  "${sudo[@]}" apt-get update -qq
  "${sudo[@]}" env DEBIAN_FRONTEND=noninteractive apt-get install -qq -y --no-install-recommends "${packages[@]}" > /dev/null
}

# PyTorch before all else: a package that pulls it would fetch another build.
install_torch() {
  if "$venv/bin/python" -c 'import torch' 2> /dev/null; then
    return
  fi
  say "installing PyTorch $torch_version (CPU build)"
  "$venv/bin/pip" install -q "torch==$torch_version+cpu" 2> /dev/null \
    || "$venv/bin/pip" install -q --retries 1 --timeout 20 --index-url "$torch_cpu_index" "torch==$torch_version" 2> /dev/null \
    || "$venv/bin/pip" install -q "torch==$torch_version" \
    || fail "PyTorch $torch_version cannot be installed; pip's message is above"
}

# With LibTorch of an installed wheel, models are exported by that very PyTorch.
venv_options() {
  if [ -n "${TORCH_DIR:-}" ] && "$python" -c 'import torch' 2> /dev/null; then
    echo --system-site-packages
  fi
}

set_up_python() {
  local wanted
  wanted=$(cat scripts/requirements*.txt <("$python" --version) <(echo "$torch_version ${TORCH_DIR:-}") | sha256sum)
  if [ "$(cat "$venv/set-up" 2> /dev/null)" = "$wanted" ]; then
    return
  fi
  say "making the Python environment $venv"
  # Cleared: of an environment that another interpreter made, half would stay.
  # shellcheck disable=SC2046  # No option is no argument.
  "$python" -m venv --clear $(venv_options) "$venv"
  install_torch
  "$venv/bin/pip" install -q -r scripts/requirements.txt -r scripts/requirements-dev.txt
  echo "$wanted" > "$venv/set-up"
}

what=all
case "${1:-}" in
  "") ;;
  --front) what=front ;;
  --emulated) what=emulated ;;
  --engines) what=engines ;;
  --libtorch) what=libtorch ;;
  --fuzz) what=fuzz ;;
  --style) what=style ;;
  *) sed -n '2,/^set -e/{/^#/s/^# \{0,1\}//p}' "$0"; exit 2 ;;
esac

mapfile -t missing < <(missing_packages "$what")
if [ "${#missing[@]}" -gt 0 ]; then
  install_packages "${missing[@]}"
fi
if [ "$what" = fuzz ] && ! has_fuzzer; then
  install_packages clang
  # Its runtime libraries are a package of their own, named after its version.
  has_fuzzer || install_packages "libclang-rt-$(clang -dumpversion | cut -d . -f 1)-dev"
fi
# Optional: a front that is built without it measures all but the practical peak (docs/yardstick.md).
if [ "$what" != emulated ] && ! has_onednn && ! (install_packages libdnnl-dev); then
  say "going on without libdnnl-dev"
fi
if needs_python "$what"; then
  set_up_python
fi
say "everything is there"
