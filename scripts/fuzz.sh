#!/usr/bin/env bash
# Feeds the audit's reader of oneDNN logs with damaged ones, under AddressSanitizer and UndefinedBehaviorSanitizer. Ends with
# libFuzzer's figures; a crash or an input that takes more than 5 seconds is a failure, and the input is kept.
#
#   scripts/fuzz.sh [SECONDS]     default: 60
set -euo pipefail
cd "$(dirname "$0")/.."

say() { printf 'fuzz: %s\n' "$*" >&2; }

seconds=${1:-60}
case "$seconds" in
  *[!0-9]* | "") sed -n '2,/^set -e/{/^#/s/^# \{0,1\}//p}' "$0"; exit 2 ;;
esac

scripts/setup.sh --fuzz
folder=build/fuzz
mkdir -p "$folder/corpus" "$folder/seeds"
say "building"
if ! { cmake --preset fuzz && cmake --build --preset fuzz --target fuzz_verbose_log; } > "$folder/build.log" 2>&1; then
  tail -n 60 "$folder/build.log" >&2
  exit 1
fi
# Pieces of the captured logs, as long as the fuzzer's inputs may be; the first two bytes are the target's own.
for log in tests/audit/logs/*.log; do
  { printf '\100\003'; head -n 40 "$log" | head -c 16000; } > "$folder/seeds/$(basename "$log")"
done
say "running for $seconds s"
"$folder/bin/fuzz_verbose_log" -max_total_time="$seconds" -max_len=16384 -timeout=5 -rss_limit_mb=2048 -print_final_stats=1 \
  -verbosity=1 -dict=tests/audit/fuzz/verbose_log.dict -artifact_prefix="$folder/" "$folder/corpus" "$folder/seeds" \
  2>&1 | grep -v -E '^#|^"|NEW_FUNC|^Dictionary|^INFO: +[0-9]+ files'
