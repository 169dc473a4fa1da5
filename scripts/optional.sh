# Sourced by the setup scripts: installs npm packages that package.json does not name, beside those of an earlier setup, which npm would
# take away otherwise. Neither package.json nor the lock changes.
install_beside() {
  local kept=() package
  for package in @tensorflow/tfjs-node @tensorflow/tfjs-node-gpu @tensorflow/tfjs-backend-webgpu webgpu node-api-headers; do
    [ -e "node_modules/$package/package.json" ] || continue
    case " $* " in *" $package@"*) continue ;; esac
    kept+=("$package@$(node -p "require('./node_modules/$package/package.json').version")")
  done
  npm install --no-save --ignore-scripts --no-fund --no-audit --loglevel=error "$@" "${kept[@]}"
}

# need TOOL...: says which tools are missing, and ends.
need() {
  local tool missing=()
  for tool in "$@"; do command -v "$tool" >/dev/null || missing+=("$tool"); done
  [ ${#missing[@]} -eq 0 ] && return
  echo "$(basename "$0" .sh): missing: ${missing[*]}; install with your system's package manager (Debian: apt-get install g++ unzip python3 python3-pip)" >&2
  exit 1
}
