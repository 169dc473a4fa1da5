#!/usr/bin/env bash
# Builds ../tiny-runtime.wasm. The toolchain is that of localnet/runtime/build.sh (Debian: rustc-web cargo-web rust-web-src lld).
set -euo pipefail
here="$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)"
target="${CARGO_TARGET_DIR:-${XDG_CACHE_HOME:-$HOME/.cache}/bittensor-runtime/target-tiny}"
export RUSTC=/usr/bin/rustc RUSTC_BOOTSTRAP=1 CARGO_TARGET_DIR="$target" PATH="/usr/bin:$PATH"
unset RUSTFLAGS
flags=(-Ctarget-cpu=mvp -Clinker=wasm-ld -Clink-arg=--import-memory -Clink-arg=--export=__heap_base -Clink-arg=--no-entry)
flags+=(-Clink-arg=-zstack-size=65536 "--remap-path-prefix=$here=/build")
CARGO_ENCODED_RUSTFLAGS="$(IFS=$'\x1f'; echo "${flags[*]}")"
export CARGO_ENCODED_RUSTFLAGS
cd "$here"
/usr/bin/cargo build --release --target wasm32v1-none -Zbuild-std=core,alloc
install -m 644 "$target/wasm32v1-none/release/tiny_runtime.wasm" "$here/../tiny-runtime.wasm"
# The test compares this with the source.
cat Cargo.toml src/lib.rs build.sh | sha256sum | cut -d' ' -f1 > "$here/built-from"
