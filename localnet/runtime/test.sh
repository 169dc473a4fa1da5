#!/usr/bin/env bash
# Runs the tests of the pallets and of the runtime natively, and each benchmark at its smallest and largest. Arguments go
# to `cargo test`.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")"
export CARGO_TARGET_DIR="${CARGO_TARGET_DIR:-${XDG_CACHE_HOME:-$HOME/.cache}/bittensor-runtime/target-native}"
export CARGO_BUILD_JOBS="${CARGO_BUILD_JOBS:-2}"
export VALUES_PER_COMPONENT=2
exec cargo test --locked --workspace --features bittensor-localnet-runtime/runtime-benchmarks "$@"
