#!/usr/bin/env bash
# Clippy over all crates, tests and benchmarks, warnings being errors; and rustfmt where the toolchain has it.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")"
export CARGO_TARGET_DIR="${CARGO_TARGET_DIR:-${XDG_CACHE_HOME:-$HOME/.cache}/bittensor-runtime/target-native}"
export CARGO_BUILD_JOBS="${CARGO_BUILD_JOBS:-2}"
cargo clippy --version >/dev/null || { echo "lint.sh: cargo has no clippy; install rust-web-clippy rustfmt-web" >&2; exit 3; }
cargo clippy --locked --workspace --all-targets --features bittensor-localnet-runtime/runtime-benchmarks -- -D warnings
if cargo fmt --version >/dev/null 2>&1; then cargo fmt --all -- --check; else echo "lint.sh: no rustfmt, no check of it"; fi
