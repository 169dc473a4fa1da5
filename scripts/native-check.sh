#!/usr/bin/env bash
# Installs native TensorFlow and WebGPU into a copy of this checkout and runs the tests that need them there, so that node_modules here
# stays what package-lock.json says. The copy lies in the user's cache; a second run is quick. WebGPU computes on SwiftShader, a Vulkan
# without hardware, out of Debian's chromium-common.
set -euo pipefail
cd "$(dirname "$0")/.."
cache="${XDG_CACHE_HOME:-$HOME/.cache}/bittensor-native-check"
copy="$cache/$(sha256sum package-lock.json scripts/setup-native.sh scripts/setup-webgpu.sh scripts/optional.sh | sha256sum | cut -c1-12)"
mkdir -p "$copy"
git ls-files -z --cached --others --exclude-standard | tar -c --null --files-from=- | tar -x -C "$copy"

vulkan="$cache/vulkan"
if [ ! -e "$vulkan/complete" ]; then
  rm -rf "$vulkan"
  mkdir -p "$vulkan"
  fetch() { (cd "$vulkan" && apt-get download -qq chromium-common libvulkan1); }
  fetch || { apt-get update -qq && fetch; }
  for package in "$vulkan"/*.deb; do
    dpkg-deb --fsys-tarfile "$package" | tar -x -C "$vulkan" --wildcards './usr/lib/*vk_swiftshader*' './usr/lib/*/libvulkan*' 2>/dev/null || true
  done
  rm -f "$vulkan"/*.deb
  ls "$vulkan"/usr/lib/chromium/libvk_swiftshader.so "$vulkan"/usr/lib/*-linux-gnu/libvulkan.so.1 >/dev/null
  touch "$vulkan/complete"
fi

cd "$copy"
if [ ! -e node_modules/.native-complete ]; then
  npm ci --ignore-scripts --no-fund --no-audit --loglevel=error
  bash scripts/setup-webgpu.sh
  bash scripts/setup-native.sh
  touch node_modules/.native-complete
fi
export TF_CPP_MIN_LOG_LEVEL=2 VK_ICD_FILENAMES="$vulkan/usr/lib/chromium/vk_swiftshader_icd.json"
export LD_LIBRARY_PATH="$(dirname "$vulkan"/usr/lib/*-linux-gnu/libvulkan.so.1)${LD_LIBRARY_PATH:+:$LD_LIBRARY_PATH}"
COMPARED_DEVICE=cpu npx vitest run --config vitest.native.config.ts
