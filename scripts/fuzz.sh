#!/usr/bin/env bash
# Feeds what reads other people's text (documents, journals, configs, manifests, logs, messages, tensor files) with damaged text,
# under AddressSanitizer and UndefinedBehaviorSanitizer, two readers at a time. Ends with each one's figures. A crash, or an input
# that takes more than 5 seconds, is a failure, and the input is kept.
#
#   scripts/fuzz.sh [--preset NAME] [SECONDS] [TARGET...]     default: 60 of each target
#
#   --preset NAME   the build (default: fuzz); asan-ubsan is the one that CI has made already, and slower
#
# A target is a file of tests/fuzz: "journal" is fuzz_journal.cpp.
set -euo pipefail
cd "$(dirname "$0")/.."

say() { printf 'fuzz: %s\n' "$*" >&2; }
usage() { sed -n '2,/^set -e/{/^#/s/^# \{0,1\}//p}' "$0"; exit 2; }

preset=fuzz
if [ "${1:-}" = --preset ]; then
  [ "$#" -ge 2 ] || usage
  preset=$2
  shift 2
fi
seconds=60
if [ "$#" -gt 0 ]; then
  case "$1" in
    -* | "") usage ;;
    *[!0-9]*) ;;
    *) seconds=$1; shift ;;
  esac
fi
mapfile -t all < <(printf '%s\n' tests/fuzz/fuzz_*.cpp | sed 's#.*/fuzz_##; s#\.cpp$##')
targets=("$@")
if [ "$#" -eq 0 ]; then
  targets=("${all[@]}")
fi
for target in "${targets[@]}"; do
  if [ ! -e "tests/fuzz/fuzz_$target.cpp" ]; then
    say "no target \"$target\"; there are ${all[*]}"
    exit 2
  fi
done

folder=build/fuzz

# Copies files as seeds, each under a name of its own, and no longer than an input may be.
copy() {
  local file
  for file in "$@"; do
    head -c "$most" "$file" > "$seeds/$(tr / _ <<< "$file")"
  done
}

# Two of each list's items: a whole document takes the fuzzer a hundredth of the tries.
shorten() {
  build/venv/bin/python - "$1" > "$seeds/$(basename "$1")" << 'END'
import json, sys

def short(value, name=""):
    if isinstance(value, dict):
        return {key: short(item, key) for key, item in value.items()}
    items = value[:2] if isinstance(value, list) else value
    return [short(item) for item in items] if isinstance(items, list) else items

def with_known_kernels(value):
    for item in value.values() if isinstance(value, dict) else value if isinstance(value, list) else []:
        with_known_kernels(item)
    if isinstance(value, dict) and isinstance(value.get("sequence"), dict):
        sequence = value["sequence"]
        sequence["kernels"] = list(range(min(len(value["kernels"]), len(sequence["kernels"]))))
        sequence["ms"] = sequence["ms"][:len(sequence["kernels"])]

document = short(json.load(open(sys.argv[1])))
with_known_kernels(document)
json.dump(document, sys.stdout, indent=1)
END
}

# A safetensors file of a header and zeros.
tensors() {
  local header=$1 bytes=$2
  # shellcheck disable=SC2059  # The length is the format.
  { printf "\\x$(printf %02x $((${#header} % 256)))\\x$(printf %02x $((${#header} / 256)))\\0\\0\\0\\0\\0\\0"
    printf '%s' "$header"
    head -c "$bytes" /dev/zero; } > "$seeds/${#header}"
}

make_seeds() {
  case "$target" in
    config) copy configs/examples/*.json configs/presets/*.json ;;
    document) for file in results/main-*.json tests/fuzz/seeds/results.json; do shorten "$file"; done ;;
    engine_definition) copy configs/engines/*.json ;;
    journal) copy tests/fuzz/seeds/*.journal ;;
    manifest) copy tests/fuzz/seeds/manifest.json ;;
    messages)
      # The examples of the protocol's page, where a message may go on in further lines.
      awk -v folder="$seeds" '/^    \{/ { name = folder "/" ++count } /^    / && name != "" { print substr($0, 5) > name } /^$/ { name = "" }' \
        docs/protocol.md ;;
    tensor_file)
      tensors '{"x":{"dtype":"F32","shape":[2,3],"data_offsets":[0,24]}}' 24
      tensors '{"__metadata__":{"format":"pt"},"a":{"dtype":"BF16","shape":[0],"data_offsets":[0,0]},"b":{"dtype":"I64","shape":[],"data_offsets":[0,8]},"c":{"dtype":"BOOL","shape":[3],"data_offsets":[8,11]}}' 11 ;;
    verbose_log)
      # Pieces of the captured logs; the first two bytes are the target's own.
      for log in tests/audit/logs/*.log; do
        { printf '\100\003'; head -n 40 "$log" | head -c $((most - 2)); } > "$seeds/$(basename "$log")"
      done ;;
  esac
}

# The words that the fuzzer puts together: a target's own list, or the names and short texts of its seeds.
make_dictionary() {
  if [ -e "tests/fuzz/$target.dict" ]; then
    cp "tests/fuzz/$target.dict" "$own/words.dict"
  else
    { grep -ohaE '"[A-Za-z0-9_./-]{1,40}"' -r "$seeds" || true; } | sort -u | head -n 500 | sed 's/^"\(.*\)"$/"\\"\1\\""/' > "$own/words.dict"
  fi
}

# With CI set the inputs are the same each time, as far as the time goes: what an unrelated change does not touch must not fail it.
fuzz() {
  local status=0 seed=0
  [ -z "${CI:-}" ] || seed=1
  "build/$preset/bin/fuzz_$target" -seed="$seed" -max_total_time="$seconds" -max_len="$most" -timeout=5 -rss_limit_mb=2048 -print_final_stats=1 \
    -verbosity=1 -dict="$own/words.dict" -artifact_prefix="$own/" "$own/corpus" "$seeds" > "$own/log" 2>&1 || status=$?
  echo "$status" > "$own/status"
}

# One line of libFuzzer's figures: "journal: 123456 inputs, 2057 a second, 1234 edges, 200 MB".
figures() {
  awk -v name="$target" '
    / cov: / { for (i = 1; i < NF; ++i) if ($i == "cov:") edges = $(i + 1) }
    /^stat::number_of_executed_units/ { inputs = $2 }
    /^stat::average_exec_per_sec/ { rate = $2 }
    /^stat::peak_rss_mb/ { memory = $2 }
    END { printf "fuzz: %s: %d inputs, %d a second, %d edges, %d MB\n", name, inputs, rate, edges, memory }' "$own/log"
}

scripts/setup.sh --fuzz
mkdir -p "$folder"
say "building"
if ! { cmake --preset "$preset" && cmake --build --preset "$preset" --target "${targets[@]/#/fuzz_}"; } > "$folder/build.log" 2>&1; then
  tail -n 60 "$folder/build.log" >&2
  exit 1
fi

most=16384
running=0
trap 'jobs -p | xargs -r kill 2> /dev/null || true' EXIT
say "running ${targets[*]}, each for $seconds s"
for target in "${targets[@]}"; do
  own=$folder/$target
  seeds=$own/seeds
  rm -rf "$seeds" "$own/status"
  mkdir -p "$seeds" "$own/corpus"
  make_seeds
  make_dictionary
  if [ "$running" -ge 2 ]; then
    wait -n
  fi
  fuzz &
  running=$((running + 1))
done
wait

failed=()
for target in "${targets[@]}"; do
  own=$folder/$target
  figures
  if [ "$(cat "$own/status")" != 0 ]; then
    failed+=("$target")
    grep -v -E '^#|^"|NEW_FUNC' "$own/log" | tail -n 60 >&2
  fi
done
if [ "${#failed[@]}" -gt 0 ]; then
  say "FAILED: ${failed[*]}; the inputs are kept in $folder/TARGET, for build/$preset/bin/fuzz_TARGET FILE"
  exit 1
fi
