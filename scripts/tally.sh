# Sourced by .ci/run and test-all.sh: runs checks, counts what passed, and says so.
passed=0 failed=0
tally_dir=$(mktemp -d)
trap 'rm -rf "$tally_dir"' EXIT

# step NAME COMMAND...: one check that passes or fails as a whole.
step() {
  local name=$1 begin=$SECONDS
  shift
  printf '\n=== %s\n' "$name"
  if "$@"; then
    passed=$((passed + 1))
    echo "ok: $name ($((SECONDS - begin)) s)"
  else
    failed=$((failed + 1))
    echo "FAILED: $name ($((SECONDS - begin)) s)"
  fi
}

# suite NAME COMMAND...: a command that counts its own tests into the file named by TALLY_FILE as "passed failed".
suite() {
  local name=$1 begin=$SECONDS code=0 p=0 f=0
  shift
  printf '\n=== %s\n' "$name"
  rm -f "$tally_dir/count"
  TALLY_FILE="$tally_dir/count" "$@" || code=$?
  [ -s "$tally_dir/count" ] && read -r p f <"$tally_dir/count"
  # A suite that ran nothing, or that failed without a failing test, has failed.
  if [ "$((p + f))" -eq 0 ] || { [ "$code" -ne 0 ] && [ "$f" -eq 0 ]; }; then f=$((f + 1)); fi
  passed=$((passed + p)) failed=$((failed + f))
  echo "$name: $p passed, $f failed ($((SECONDS - begin)) s)"
}

# The last line, and the exit status.
tally() {
  [ -n "${TALLY_FILE:-}" ] && echo "$passed $failed" >"$TALLY_FILE"
  printf '\n%s passed, %s failed\n' "$passed" "$failed"
  [ "$failed" -eq 0 ]
}
