#!/usr/bin/env bash
# How much longer an inference takes under gravbench than in a bare C++ loop against the same library: on a model of about 20
# microseconds and on resnet50, launches interleaved. scripts/quickstart.sh or scripts/test.sh comes first; ONNX Runtime and OpenVINO
# are measured where scripts/engines.sh has built their engines.
#
#   tests/benchmarks/overhead.sh [ROUNDS]     default: 30 of each; about 3 minutes for each library
set -euo pipefail
cd "$(dirname "$0")/../.."

rounds=${1:-30}
bin=build/release/bin
small=build/small

scripts/build.sh
"$bin/make_small_model" "$small.pt"
build/venv/bin/python - "$small.pt" "$small.onnx" << 'END'
import sys, warnings
import torch

warnings.simplefilter("ignore")
torch.onnx.export(torch.jit.load(sys.argv[1]), (torch.zeros(1, 128),), sys.argv[2], dynamo=False, opset_version=17)
END

measure() {
  echo "$1, a model of about 20 microseconds:"
  "$bin/overhead" "$bin/$2" "$bin/gravbench-$1" "$small.$3" "$rounds" 1 128
  echo "$1, resnet50:"
  "$bin/overhead" "$bin/$2" "$bin/gravbench-$1" "models/resnet50/fp32.$3" "$rounds" 1 3 224 224
}

measure torch bare_loop pt
for engine in onnxruntime openvino; do
  [ ! -e "$bin/bare_loop_$engine" ] || measure "$engine" "bare_loop_$engine" onnx
done
