#!/usr/bin/env bash
# The checks that need more than Node: Rust, the wasm toolchain, protoc, Python and its package index, root.
# Installs with apt what is missing; builds are cached outside the clone. A tool that cannot be had is a failure.
set -uo pipefail
cd "$(dirname "$0")/.."
. scripts/tally.sh

pallet_tests() {
  bash localnet/runtime/test.sh 2>&1 | tee "$tally_dir/cargo"
  local code=${PIPESTATUS[0]}
  awk '/^test result:/ { p += $4; f += $6 } END { print p + 0, f + 0 }' "$tally_dir/cargo" >"$TALLY_FILE"
  return "$code"
}

# A network of processes lives beside the other checks, which takes little but time: two validators and six miners.
beside soak npm run -s soak:network -- --minutes 10 --block-time 500 --cap 400

step "tools" bash scripts/tools.sh
built="$tally_dir/runtime.wasm"
# Most of it is one thread, and it has a target folder of its own. Behind in the queue, so that it delays nothing else.
beside wasm nice -n 10 bash localnet/runtime/build.sh --check --out "$built"
# On a bare machine these two download for minutes.
beside clients bash test/conformance/prepare.sh
beside native nice -n 10 bash scripts/native-check.sh
suite "pallet tests" pallet_tests
step "clippy finds nothing in the runtime" bash localnet/runtime/lint.sh
step "generated protobuf code is current" bash scripts/proto.sh --check
step "official Python clients are installed" joined clients
step "the reference of the library has no warnings" npm run -s docs:api:check
suite "official Python clients" npx vitest run --config vitest.conformance.config.ts
suite "native TensorFlow and WebGPU" joined native
step "runtime.wasm is what its sources make" joined wasm
# Another toolchain than the recorded one makes other bytes: then what it made has to pass the tests.
if [ -s "$built" ] && ! cmp -s "$built" localnet/runtime.wasm; then
  cp "$built" localnet/runtime.wasm
  suite "the local chain on the runtime built here" npx vitest run test/localnet test/chain
  git checkout -q -- localnet/runtime.wasm
fi
step "the build is current" npm run -s build
# Each of the two has one worker.
beside kills nice -n 10 env SOAK_KEY_KILLS=200 npx vitest run test/wallet/kill.test.ts
suite "the explorer in Chromium" npx vitest run --config vitest.browser.config.ts
suite "200 kills while keys are written" joined kills
suite "system tests" npx vitest run --config vitest.system.config.ts
step "ten minutes of a network: memory, weights, rejections" joined soak
tally
