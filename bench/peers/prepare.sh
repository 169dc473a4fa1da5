#!/usr/bin/env bash
# What `npm run bench:net` measures against: prepare.sh PEER... makes what is missing, in the user's cache, and prints a line
# with the program of each: tonic (cargo and a C compiler), aio, bittensor, hivemind (Python; hivemind takes 5 GB).
set -euo pipefail
cd "$(dirname "$0")"
python_of() {
  local lists=$1 name=$2 line
  line=$(CLIENT_LISTS=$lists bash ../../test/conformance/prepare.sh "$name")
  echo "${line#* }/bin/python"
}
for peer in "$@"; do
  case $peer in
    tonic)
      target="${XDG_CACHE_HOME:-$HOME/.cache}/bittensor-bench/tonic"
      CARGO_TARGET_DIR=$target cargo build --release --locked --quiet --manifest-path tonic/Cargo.toml >&2
      echo "tonic $target/release/tonic-peer"
      ;;
    aio | hivemind) echo "$peer $(python_of "$PWD/python" "$peer")" ;;
    bittensor) echo "bittensor $(python_of clients bittensor-9.12.2)" ;;
    *) echo "prepare.sh: no such peer: $peer" >&2 && exit 2 ;;
  esac
done
