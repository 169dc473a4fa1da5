#!/usr/bin/env bash
# The official Python clients, each in a virtual environment of its own: prepare.sh [CLIENT...] makes those of clients/*.txt
# that are missing and prints a line with the folder of each. They lie in the user's cache, named by what is in them.
# CLIENT_LISTS: a folder of other lists.
set -euo pipefail
cd "$(dirname "$0")"
lists=${CLIENT_LISTS:-clients}

# Newer Pythons have no wheels of the older clients.
find_python() {
  local candidate
  for candidate in python3.11 python3 python3.12 python3.10 python3.13; do
    "$candidate" -c 'import sys, venv, ensurepip; sys.exit(not (3, 10) <= sys.version_info < (3, 14))' 2>/dev/null &&
      command -v "$candidate" && return
  done
  return 1
}

if ! python=$(find_python); then
  sudo=""
  [ "$(id -u)" -eq 0 ] || sudo="sudo"
  { $sudo apt-get update -qq && DEBIAN_FRONTEND=noninteractive $sudo apt-get install -y -qq --no-install-recommends python3 python3-venv; } >&2
  python=$(find_python) || { echo "prepare.sh: no Python of 3.10 to 3.13 with venv" >&2; exit 1; }
fi

make_client() {
  local name=$1 list="$lists/$1.txt" hash folder
  hash=$({ "$python" --version; cat "$list"; } | sha256sum | cut -c1-12)
  folder="${XDG_CACHE_HOME:-$HOME/.cache}/bittensor-conformance/$name-$hash"
  mkdir -p "$(dirname "$folder")"
  # One maker at a time; an environment that was not finished is made again.
  exec 9>"$folder.lock"
  flock 9
  if [ ! -e "$folder/complete" ]; then
    rm -rf "$folder"
    "$python" -m venv "$folder"
    "$folder/bin/python" -m pip install --quiet --disable-pip-version-check --only-binary=:all: -r "$list" >&2
    "$folder/bin/python" -m pip check >&2
    touch "$folder/complete"
  fi
  exec 9>&-
  echo "$name $folder"
}

if [ $# -eq 0 ]; then
  for list in "$lists"/*.txt; do set -- "$@" "$(basename "$list" .txt)"; done
fi
# Most of a first run is waiting for the network.
makers=() failed=0
for name in "$@"; do
  make_client "$name" &
  makers+=($!)
done
for maker in "${makers[@]}"; do wait "$maker" || failed=1; done
exit "$failed"
