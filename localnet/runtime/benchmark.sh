#!/usr/bin/env bash
# Measures what calls cost, in the engine that runs them, and writes the weights: weight_info.rs of the pallets and
# storage_weight.rs of the runtime. Afterwards: build.sh --update. On a machine that does little else.
#
#   benchmark.sh                      everything
#   benchmark.sh --repeats 30         options go to bench/weights/main.ts
#   benchmark.sh --only epoch --dry   some of them, nothing written
set -euo pipefail
here="$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)"
write=(--write "$here") options=()
for option in "$@"; do
  if [ "$option" = --dry ]; then write=(); else options+=("$option"); fi
done
folder="$(mktemp -d)"
trap 'rm -rf "$folder"' EXIT
"$here/build.sh" --benchmarks --out "$folder/runtime.wasm"
cd "$here/../.."
npm run -s build
node dist/bench/weights/main.js "$folder/runtime.wasm" "${write[@]}" "${options[@]}"
