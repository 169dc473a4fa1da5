#!/usr/bin/env bash
# Builds the runtime to wasm, byte for byte the same wherever the same toolchain version is installed.
#
#   build.sh              builds and prints the SHA-256
#   build.sh --out FILE   also copies the wasm to FILE
#   build.sh --check      compares with runtime.json: with the toolchain recorded there the hash must be equal;
#                         another toolchain builds as well, says that it differs, and does not fail
#   build.sh --update     replaces ../runtime.wasm and ../runtime.json
#   build.sh --benchmarks with the benchmarks that benchmark.sh runs, for --out only
#
# Toolchain (Debian): rustc-web cargo-web rust-web-src rust-web-llvm lld. `build.sh --install` gets it with apt-get.
set -euo pipefail
here="$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)"
packages=(rustc-web cargo-web rust-web-src rust-web-llvm lld)
out="" check="" update="" features=()
while [ $# -gt 0 ]; do
  case "$1" in
    --out) out="$(realpath -m "${2:?--out needs a file}")"; shift ;;
    --check) check=1 ;;
    --update) update=1 ;;
    --benchmarks) features=(--features runtime-benchmarks) ;;
    --install) apt-get update -q && apt-get install -q -y "${packages[@]}" ;;
    *) echo "build.sh: unknown option $1" >&2; exit 2 ;;
  esac
  shift
done
if [ ${#features[@]} -gt 0 ] && [ -n "$check$update" ]; then
  echo "build.sh: a runtime with benchmarks is not the one that is published" >&2
  exit 2
fi

# Debian's compiler carries a wasm-capable standard library source; rustup's may shadow it on PATH.
export RUSTC=/usr/bin/rustc
cargo=/usr/bin/cargo
for tool in "$RUSTC" "$cargo" "$(command -v wasm-ld || echo wasm-ld)"; do
  [ -x "$tool" ] || { echo "build.sh: $tool is missing; install ${packages[*]} (build.sh --install)" >&2; exit 3; }
done
export PATH="/usr/bin:$PATH"
export CARGO_HOME="${CARGO_HOME:-$HOME/.cargo}"
export CARGO_TARGET_DIR="${CARGO_TARGET_DIR:-${XDG_CACHE_HOME:-$HOME/.cache}/bittensor-runtime/target-wasm}"
# build-std is unstable; the flag opens it on a stable compiler.
export RUSTC_BOOTSTRAP=1
sysroot="$("$RUSTC" --print sysroot)"
# An own flag list, so that settings of the caller cannot change the bytes.
unset RUSTFLAGS CARGO_BUILD_RUSTFLAGS RUSTC_WRAPPER RUSTC_WORKSPACE_WRAPPER RUNTIME_METADATA_HASH
# Paths end up in panic messages: make them the same everywhere, whichever registry the sources came from.
"$cargo" fetch --quiet --locked --manifest-path "$here/Cargo.toml"
flags=(--cfg substrate_runtime -Ctarget-cpu=mvp -Clinker=wasm-ld)
flags+=(-Clink-arg=--export-dynamic -Clink-arg=--import-memory -Clink-arg=--export=__heap_base -Clink-arg=--no-entry)
flags+=("--remap-path-prefix=$CARGO_HOME=/cargo" "--remap-path-prefix=$here=/build")
flags+=("--remap-path-prefix=$CARGO_TARGET_DIR=/target" "--remap-path-prefix=$sysroot/lib/rustlib/src/rust=/rust")
for registry in "$CARGO_HOME"/registry/src/*/; do flags+=("--remap-path-prefix=${registry%/}=/crates"); done
CARGO_ENCODED_RUSTFLAGS="$(IFS=$'\x1f'; echo "${flags[*]}")"
export CARGO_ENCODED_RUSTFLAGS

cd "$here"
"$cargo" rustc --locked --release -j "${CARGO_BUILD_JOBS:-2}" --target wasm32v1-none \
  -Zbuild-std=core,alloc --no-default-features "${features[@]}" --package bittensor-localnet-runtime --crate-type cdylib

wasm="$CARGO_TARGET_DIR/wasm32v1-none/release/bittensor_localnet_runtime.wasm"
sha="$(sha256sum "$wasm" | cut -d' ' -f1)"
toolchain="$(dpkg-query -W -f '${Package} ${Version}\n' "${packages[@]}")"
echo "$sha  $(stat -c %s "$wasm") bytes"
[ -z "$out" ] || { mkdir -p "$(dirname "$out")"; install -m 644 "$wasm" "$out"; }
[ -z "$update" ] || { install -m 644 "$wasm" "$here/../runtime.wasm"; TOOLCHAIN="$toolchain" node "$here/record.mjs" update "$wasm"; }
[ -z "$check" ] || TOOLCHAIN="$toolchain" node "$here/record.mjs" check "$wasm"
