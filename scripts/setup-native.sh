#!/usr/bin/env bash
# Installs native TensorFlow for this checkout: `npm run setup:native [-- gpu]`. Trains two to six times faster than wasm.
# The addon of @tensorflow/tfjs-node is compiled here against the TensorFlow library inside the Python wheel, because its
# own installer fetches an older library from elsewhere. Needs g++, unzip, python3 with pip, and 0.7 GB of disk (gpu: 1.5 GB).
# Linux on x86-64; elsewhere use the package's own installer: npm install --no-save @tensorflow/tfjs-node
set -euo pipefail
cd "$(dirname "$0")/.."

kind=${1:-cpu}
case "$kind" in
  cpu) wheel=tensorflow-cpu==2.15.1 package=tfjs-node ;;
  gpu) wheel=tensorflow==2.15.1 package=tfjs-node-gpu ;;
  *) echo "usage: npm run setup:native [-- cpu|gpu]" >&2; exit 2 ;;
esac
. scripts/optional.sh
need g++ unzip python3 npm
python3 -m pip --version >/dev/null 2>&1 || { echo "setup-native: python3 has no pip; install python3-pip" >&2; exit 1; }
[ "$(uname -sm)" = "Linux x86_64" ] || { echo "setup-native: made for Linux on x86-64 only" >&2; exit 1; }
node -e 'process.exit(Number(process.versions.node.split(".")[0]) < 23 ? 0 : 1)' ||
  { echo "setup-native: the addon of tfjs-node 4.22 needs Node 20 or 22, this is $(node --version)" >&2; exit 1; }

# Unpacked once, outside the checkout, so that a second checkout is quick.
library="${XDG_CACHE_HOME:-$HOME/.cache}/bittensor-tensorflow/$kind"
if [ ! -e "$library/tensorflow/libtensorflow.so" ]; then
  work=$(mktemp -d)
  trap 'rm -rf "$work"' EXIT
  echo "Fetching $wheel ..."
  python3 -m pip download -q --disable-pip-version-check --no-deps --only-binary=:all: --python-version 311 \
    --platform manylinux2014_x86_64 --platform manylinux_2_17_x86_64 -d "$work" "$wheel"
  unzip -q "$work"/*.whl tensorflow/libtensorflow_cc.so.2 tensorflow/libtensorflow_framework.so.2 \
    'tensorflow/include/tensorflow/c/*' 'tensorflow/include/tensorflow/core/platform/*' 'tensorflow/include/tsl/*' -d "$work/out"
  ln -s libtensorflow_cc.so.2 "$work/out/tensorflow/libtensorflow.so"
  ln -s libtensorflow_framework.so.2 "$work/out/tensorflow/libtensorflow_framework.so"
  mkdir -p "$(dirname "$library")"
  rm -rf "$library"
  mv "$work/out" "$library"
fi

install_beside "@tensorflow/$package@4.22.0" node-api-headers@1.9.0
module=node_modules/@tensorflow/$package
mkdir -p "$module/deps" "$module/lib/napi-v8"
ln -sfn "$library/tensorflow" "$module/deps/lib"
ln -sfn "$library/tensorflow/include" "$module/deps/include"
addon=$module/lib/napi-v8/tfjs_binding.node
if [ ! -e "$addon" ]; then
  g++ -std=c++17 -O2 -fPIC -shared -DNAPI_VERSION=8 -Inode_modules/node-api-headers/include -I"$module" -I"$module/deps/include" \
    "$module"/binding/*.cc -L"$module/deps/lib" -ltensorflow -ltensorflow_framework -Wl,-rpath,'$ORIGIN/../../deps/lib' -o "$addon.new"
  mv "$addon.new" "$addon"
fi
TF_CPP_MIN_LOG_LEVEL=2 node -e "require('@tensorflow/$package').ones([2]).add(1).dataSync()" ||
  { echo "setup-native: the addon does not load" >&2; exit 1; }
echo "Installed. The next start computes on $package (--device wasm goes back)."
