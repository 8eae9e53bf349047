#!/usr/bin/env bash
# From a clean clone to the main job: installs what is missing, builds, exports the models, measures three of them in strict
# and BF16 math, and ends with the table. The results document is results.json, or what -o says.
#
#   scripts/quickstart.sh [OPTION OF gravbench run...]     e.g. scripts/quickstart.sh --launches 10 -o mine.json
set -euo pipefail
folder=$(cd "$(dirname "$0")/.." && pwd)

say() { printf 'quickstart: %s\n' "$*" >&2; }

"$folder/scripts/setup.sh"
"$folder/scripts/build.sh" gravbench gravbench-torch gravbench-yardstick
say "exporting the models (up to date ones are left as they are)"
"$folder/build/venv/bin/python" "$folder/scripts/export_models.py" --weights auto

options=("$@")
case " $* " in
  *" -o "* | *" --output "* | *" --output="*) ;;
  *) options+=(-o results.json) ;;
esac
case " $* " in
  *" --launches"* | *" --min-launches"* | *" --precision"* | *" --max-time"*) ;;
  *) options+=(--launches 5) ;;
esac
say "measuring: 6 cells, 5 launches of each unless told otherwise, and then what really ran: about 2 minutes"
code=0
"$folder/build/release/bin/gravbench" run resnet50 distilbert-sst2 roberta-fill-mask --fpmath strict,bf16 \
  --models-dir "$folder/models" "${options[@]}" || code=$?
say "gravbench itself is $folder/build/release/bin/gravbench; gravbench run --help says what else it measures"
exit "$code"
