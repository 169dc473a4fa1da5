#!/bin/sh
# Regenerates src/net/gen from proto/. Needs protoc (Debian: protobuf-compiler); ts-proto comes with npm.
# `scripts/proto.sh --check` changes nothing and fails when the committed code differs.
set -eu
cd "$(dirname "$0")/.."
out=src/net/gen
if [ "${1:-}" = "--check" ]; then
  out=$(mktemp -d)
  trap 'rm -rf "$out"' EXIT
fi
# env=browser: bytes are views of the message, not copies. forceLong=number: throws beyond 2^53 instead of rounding.
protoc --plugin=node_modules/.bin/protoc-gen-ts_proto --proto_path=proto --ts_proto_out="$out" \
  --ts_proto_opt=env=browser,forceLong=number,esModuleInterop=true,importSuffix=.js \
  --ts_proto_opt=outputServices=none,outputJsonMethods=false,enumsAsLiterals=true,annotateFilesWithVersion=false \
  bittensor.proto
if [ "$out" != src/net/gen ]; then
  diff -u src/net/gen/bittensor.ts "$out/bittensor.ts"
fi
