# Sourced by the setup scripts: installs npm packages that package.json does not name, beside those of an earlier setup, which npm would
# take away otherwise. Neither package.json nor the lock changes.
install_beside() {
  local kept=() package
  for package in @tensorflow/tfjs-node @tensorflow/tfjs-node-gpu @tensorflow/tfjs-backend-webgpu webgpu node-api-headers; do
    [ -e "node_modules/$package/package.json" ] || continue
    case " $* " in *" $package@"*) continue ;; esac
    kept+=("$package@$(node -p "require('./node_modules/$package/package.json').version")")
  done
  # npm unpacks every package anew, and with it goes what was compiled into it.
  local compiled
  compiled=$(mktemp -d)
  for package in tfjs-node tfjs-node-gpu; do
    [ -e "node_modules/@tensorflow/$package/lib/napi-v8/tfjs_binding.node" ] || continue
    mkdir -p "$compiled/$package/lib"
    cp -a "node_modules/@tensorflow/$package/lib/napi-v8" "$compiled/$package/lib/"
    cp -a "node_modules/@tensorflow/$package/deps" "$compiled/$package/"
  done
  npm install --no-save --ignore-scripts --no-fund --no-audit --loglevel=error "$@" "${kept[@]}"
  cp -a "$compiled/." node_modules/@tensorflow/
  rm -rf "$compiled"
}

# need TOOL...: says which tools are missing, and ends.
need() {
  local tool missing=()
  for tool in "$@"; do command -v "$tool" >/dev/null || missing+=("$tool"); done
  [ ${#missing[@]} -eq 0 ] && return
  echo "$(basename "$0" .sh): missing: ${missing[*]}; install with your system's package manager (Debian: apt-get install g++ unzip python3 python3-pip)" >&2
  exit 1
}
