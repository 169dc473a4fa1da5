#!/usr/bin/env bash
# Installs with apt what the checks need beyond Node, as far as it is missing.
set -euo pipefail
missing=()
for package in rustc-web cargo-web rust-web-src rust-web-llvm rust-web-clippy rustfmt-web lld protobuf-compiler g++ unzip \
  python3-pip python3-venv chromium systemd iproute2 curl; do
  dpkg -s "$package" >/dev/null 2>&1 || missing+=("$package")
done
[ ${#missing[@]} -gt 0 ] || exit 0
sudo=""
[ "$(id -u)" -eq 0 ] || sudo="sudo"
$sudo apt-get update -qq
DEBIAN_FRONTEND=noninteractive $sudo apt-get install -y -qq --no-install-recommends "${missing[@]}"
