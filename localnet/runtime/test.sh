#!/usr/bin/env bash
# Runs the tests of the pallet and of the runtime natively. Arguments go to `cargo test`.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")"
export CARGO_TARGET_DIR="${CARGO_TARGET_DIR:-${XDG_CACHE_HOME:-$HOME/.cache}/bittensor-runtime/target-native}"
export CARGO_BUILD_JOBS="${CARGO_BUILD_JOBS:-2}"
exec cargo test --locked --workspace "$@"
