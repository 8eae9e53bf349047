#!/usr/bin/env bash
# Checks the C++ files that changed since BASE, committed or not: all of them with clang-format, those in src with clang-tidy too.
# It changes no file. The exit code is 1 where something is to be mended.
#
#   scripts/check_style.sh [--all] [--seconds N] [BASE]
#
#   BASE          a commit (default: the newest one that is a day older than HEAD, or the first)
#   --all         every file, whether it changed or not, with no limit of time
#   --seconds N   how long clang-tidy may take (default: 240); files that there was no time for are named
#
# clang-tidy needs a build in build/release (scripts/build.sh). What it found clean is not looked at again, so a second call goes on
# where the first one had no time left.
set -euo pipefail
cd "$(dirname "$0")/.."

build=build/release
folder=build/style
workers=2

say() { printf 'check_style: %s\n' "$*" >&2; }
fail() { say "$*"; exit 2; }
usage() { sed -n '2,/^set -e/{/^#/s/^# \{0,1\}//p}' "$0"; exit 2; }

# Git's hash of the empty tree: since then, every file is new.
nothing() { git hash-object -t tree /dev/null; }

default_base() {
  local day_before
  day_before=$(($(git show -s --format=%ct HEAD) - 24 * 60 * 60))
  base=$(git rev-list -1 --before="$day_before" HEAD)
  [ -n "$base" ] || base=$(git rev-list --max-parents=0 HEAD | tail -n 1)
  # A shallow clone has no older commit: nothing would be looked at.
  [ "$base" != "$(git rev-parse HEAD)" ] || base=$(nothing)
}

# C++ files that differ from BASE, and new ones that are not ignored.
changed_files() {
  { git diff --name-only --diff-filter=d "$base" -- '*.cpp' '*.h'; git ls-files --others --exclude-standard -- '*.cpp' '*.h'; } | sort -u
}

# Versions 14 to 18 agree about this tree; 19 breaks lines elsewhere.
find_clang_format() {
  local name version
  for name in clang-format clang-format-{14..18}; do
    version=$("$name" --version 2> /dev/null | grep -o -E '[0-9]+' | head -n 1) || continue
    if [ "$version" -ge 14 ] && [ "$version" -le 18 ]; then
      echo "$name"
      return
    fi
  done
}

check_format() {
  local program
  program=$(find_clang_format)
  if [ -z "$program" ]; then
    say "clang-format: not checked, because it needs a version from 14 to 18 (others break lines elsewhere)"
    return
  fi
  if ! "$program" --dry-run --Werror "$@" 2> "$folder/format"; then
    grep -E 'error:' "$folder/format" || cat "$folder/format"
    say "clang-format: mend these with $program -i FILE"
    return 1
  fi
  say "clang-format: $# files are as they should be"
}

# The build's commands without GCC's precompiled headers, which clang cannot read.
write_commands() {
  [ -e "$build/compile_commands.json" ] || fail "$build/compile_commands.json is missing; run scripts/build.sh first"
  sed -E 's# -Winvalid-pch -include [^ ]*cmake_pch\.hxx##' "$build/compile_commands.json" > "$folder/compile_commands.json"
}

# What was changed last comes first; of one commit, the smallest.
in_order() {
  local file time
  for file in "$@"; do
    time=$(git log -1 --format=%ct -- "$file")
    git diff --quiet HEAD -- "$file" 2> /dev/null || time=
    printf '%s\t%s\t%s\n' "${time:-9999999999}" "$(wc -c < "$file")" "$file"
  done | sort -k 1,1nr -k 2,2n | cut -f 3
}

# All that clang-tidy's verdict about a file depends on beside its name and text, but for the system's headers.
headers_hash() {
  { clang-tidy --version; cat .clang-tidy; git ls-files -co --exclude-standard -- 'src/*.h' | sort | xargs -r cat; } | sha256sum
}

# tidy_one FILE: one word and the file on stdout: clean, faulty, unknown or late. Findings go to a file of their own.
tidy_one() {
  local file=$1 log left code=0 key
  log=$folder/tidy/${file//\//+}
  key=$({ echo "$headers $file"; cat "$file"; } | sha256sum | cut -d ' ' -f 1)
  left=$((deadline - $(date +%s)))
  if [ -e "$folder/clean/$key" ]; then
    echo "clean $file"
  elif ! grep -q -F "\"file\": \"$PWD/$file\"" "$folder/compile_commands.json"; then
    echo "unknown $file"
  elif [ "$left" -le 0 ]; then
    echo "late $file"
  else
    timeout "$left" clang-tidy -p "$folder" --quiet --warnings-as-errors='*' --extra-arg=-Wno-unknown-warning-option "$file" \
      > "$log" 2> "$log.errors" || code=$?
    case $code in
      0) touch "$folder/clean/$key"; echo "clean $file" ;;
      124) echo "late $file" ;;
      *) echo "faulty $file" ;;
    esac
  fi
}

told() { sed -n "s/^$1 //p" "$folder"/verdicts.*; }
count() { told "$1" | wc -l; }

check_tidy() {
  local file ordered worker i
  command -v clang-tidy > /dev/null || fail "clang-tidy is missing; scripts/setup.sh --style installs it"
  write_commands
  rm -rf "$folder"/tidy "$folder"/verdicts.*
  mkdir -p "$folder/tidy" "$folder/clean"
  headers=$(headers_hash)
  deadline=$(($(date +%s) + seconds))
  mapfile -t ordered < <(in_order "$@")
  for ((worker = 0; worker < workers; worker++)); do
    for ((i = worker; i < $#; i += workers)); do
      tidy_one "${ordered[i]}"
    done > "$folder/verdicts.$worker" &
  done
  wait
  for file in $(told faulty); do
    grep -h -A 3 -E '(warning|error):' "$folder/tidy/${file//\//+}" || cat "$folder/tidy/${file//\//+}.errors"
  done
  say "clang-tidy: $(count clean) of $# files clean, $(count faulty) with findings"
  [ "$(count unknown)" = 0 ] || say "clang-tidy: not in $build, so not checked: $(told unknown | paste -s -d ' ')"
  [ "$(count late)" = 0 ] || say "clang-tidy: not checked, because $seconds s were over: $(told late | paste -s -d ' ')"
  [ "$(count faulty)" = 0 ]
}

base=
seconds=240
is_all=no
while [ $# -gt 0 ]; do
  case "$1" in
    --all) is_all=yes ;;
    --seconds) seconds=${2:-}; shift ;;
    -*) usage ;;
    *) base=$1 ;;
  esac
  shift || usage
done
case "$seconds" in *[!0-9]* | "") usage ;; esac

if [ "$is_all" = yes ]; then
  base=$(nothing)
  seconds=86400
elif [ -n "$base" ]; then
  git rev-parse -q --verify "$base^{commit}" > /dev/null || fail "$base is no commit"
else
  default_base
fi

mapfile -t files < <(changed_files)
if [ "${#files[@]}" = 0 ]; then
  say "no C++ file has changed since ${base:0:12}"
  exit 0
fi
scripts/setup.sh --style
mkdir -p "$folder"
code=0
check_format "${files[@]}" || code=1
mapfile -t sources < <(printf '%s\n' "${files[@]}" | grep -E '^src/.*\.cpp$' || true)
if [ "${#sources[@]}" -gt 0 ]; then
  check_tidy "${sources[@]}" || code=1
fi
exit "$code"
