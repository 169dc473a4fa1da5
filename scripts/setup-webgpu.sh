#!/usr/bin/env bash
# Installs WebGPU for this checkout: `npm run setup:webgpu`. `--device gpu` then computes on any graphics processor with a Vulkan, Metal
# or D3D12 driver where there is no CUDA. Dawn comes inside the npm package webgpu; nothing is compiled. About 200 MB of disk.
set -euo pipefail
cd "$(dirname "$0")/.."
. scripts/optional.sh
need npm node
install_beside @tensorflow/tfjs-backend-webgpu@4.22.0 webgpu@0.6.2
echo "Installed. --device gpu computes on WebGPU where CUDA is not there."
