#!/usr/bin/env bash
# How much longer an inference takes under gravbench than in a bare C++ loop against LibTorch: on a model of about 20
# microseconds and on resnet50, launches interleaved. scripts/quickstart.sh or scripts/test.sh comes first.
#
#   tests/benchmarks/overhead.sh [ROUNDS]     default: 30 of each; about 3 minutes
set -euo pipefail
cd "$(dirname "$0")/../.."

rounds=${1:-30}
bin=build/release/bin
small=build/small.pt

scripts/build.sh overhead bare_loop make_small_model gravbench-torch
"$bin/make_small_model" "$small"
echo "A model of about 20 microseconds:"
"$bin/overhead" "$bin/bare_loop" "$bin/gravbench-torch" "$small" "$rounds" 1 128
echo "resnet50:"
"$bin/overhead" "$bin/bare_loop" "$bin/gravbench-torch" models/resnet50/fp32.pt "$rounds" 1 3 224 224
