#!/usr/bin/env bash
# Installs what is missing, builds when sources changed, and runs a neuron: `-n` names a role (miner, server, validator) or a model
# (mnist, cifar, bert, gpt2). `./start_bittensor.sh -n miner --help` lists the flags of a role.
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)

fail() { echo "start_bittensor.sh: $*" >&2; exit 1; }
command -v node >/dev/null || fail "Node.js is missing: install version 20.19 or later (nodejs.org)"
command -v npm >/dev/null || fail "npm is missing: it comes with Node.js (nodejs.org)"
node -e 'const [a,b]=process.versions.node.split(".").map(Number);process.exit(a>20||(a===20&&b>=19)?0:1)' ||
  fail "Node.js $(node --version) is too old: version 20.19 or later is needed"

# Two terminals may start at once: one installs and builds, the other waits for it.
lock="$here/.setup-lock"
holder_of() { cat "$lock/pid" 2>/dev/null || true; }
waited=0
until mkdir "$lock" 2>/dev/null; do
  [ -d "$lock" ] || fail "cannot make $lock: is this folder writable?"
  holder=$(holder_of)
  # A lock without a running owner was left behind by a crash; a fresh one gets its owner's number within a second.
  if [ -n "$holder" ] && ! kill -0 "$holder" 2>/dev/null || { [ -z "$holder" ] && [ $((waited % 25)) -eq 24 ]; }; then
    [ "$(holder_of)" = "$holder" ] && mv "$lock" "$lock.stale.$$" 2>/dev/null && rm -rf "$lock.stale.$$"
    continue
  fi
  [ "$waited" -eq 0 ] && echo "Waiting for another start to install and build ..."
  waited=$((waited + 1))
  sleep 0.2
done
trap 'rm -rf "$lock"' EXIT
echo $$ >"$lock/pid"
if ! cmp -s "$here/package-lock.json" "$here/node_modules/.installed-lock.json"; then
  [ ! -L "$here/node_modules" ] ||
    fail "node_modules is a symbolic link to $(readlink "$here/node_modules"), whose packages are not known to be those of package-lock.json; npm ci would empty that folder: run this where it lies, or remove the link"
  echo "Installing packages (npm ci) ..."
  (cd "$here" && npm ci --no-fund --no-audit --loglevel=error)
  cp "$here/package-lock.json" "$here/node_modules/.installed-lock.json"
fi
(cd "$here" && node scripts/build.mjs)
rm -rf "$lock"
trap - EXIT

exec node "$here/dist/src/cli/main.js" run "$@"
