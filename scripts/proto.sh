#!/bin/sh
# Regenerates src/net/gen from proto/. Needs protoc (Debian: protobuf-compiler); ts-proto comes with npm.
# `scripts/proto.sh --check` changes nothing and fails when the committed code differs.
set -eu
cd "$(dirname "$0")/.."
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
out=src/net/gen
if [ "${1:-}" = "--check" ]; then
  out=$scratch/gen
  mkdir "$out"
fi
# env=browser: bytes are views of the message, not copies. forceLong=number: throws beyond 2^53 instead of rounding.
protoc --plugin=node_modules/.bin/protoc-gen-ts_proto --proto_path=proto --ts_proto_out="$out" \
  --ts_proto_opt=env=browser,forceLong=number,esModuleInterop=true,importSuffix=.js \
  --ts_proto_opt=outputServices=none,outputJsonMethods=false,enumsAsLiterals=true,annotateFilesWithVersion=false \
  bittensor.proto health.proto reflection.proto
# What reflection answers with. Its older package has the same messages under another name.
cp proto/*.proto "$scratch"
sed 's/^package grpc.reflection.v1;/package grpc.reflection.v1alpha;/' proto/reflection.proto >"$scratch/reflection_v1alpha.proto"
protoc --proto_path="$scratch" --descriptor_set_out="$scratch/all.binpb" \
  bittensor.proto health.proto reflection.proto reflection_v1alpha.proto
node scripts/descriptors.mjs "$scratch/all.binpb" "$out/descriptors.ts"
if [ "$out" != src/net/gen ]; then
  diff -ru src/net/gen "$out"
fi
