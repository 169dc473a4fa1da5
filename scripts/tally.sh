# Sourced by .ci/run and test-all.sh: runs checks, counts what passed, and names at the end what failed.
passed=0 failed=0
tally_dir=$(mktemp -d)
trap 'rm -rf "$tally_dir"' EXIT
# One list for a check and the checks that it calls; whoever began it prints it.
own_failures=""
[ -n "${TALLY_FAILURES:-}" ] || own_failures="$tally_dir/failures"
export TALLY_FAILURES="${TALLY_FAILURES:-$own_failures}"
touch "$TALLY_FAILURES"

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
    echo "FAILED: $name ($((SECONDS - begin)) s)" | tee -a "$TALLY_FAILURES"
  fi
}

# suite NAME COMMAND...: a command that counts its own tests into the file named by TALLY_FILE as "passed failed", and may name those
# that failed in the one named by TALLY_FAILURES.
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
  local line="$name: $p passed, $f failed (exit $code, $((SECONDS - begin)) s)"
  echo "$line"
  [ "$f" -eq 0 ] || echo "$line" >>"$TALLY_FAILURES"
}

# beside KEY COMMAND...: begins what lives beside the next checks; `joined KEY`, as the command of a later step or suite, waits for it,
# and only then shows what it printed.
declare -A beside_pids
beside() {
  local key=$1
  shift
  TALLY_FILE="$tally_dir/$key.count" "$@" >"$tally_dir/$key.log" 2>&1 &
  beside_pids[$key]=$!
}
joined() {
  local code=0
  wait "${beside_pids[$1]}" || code=$?
  cat "$tally_dir/$1.log"
  if [ -n "${TALLY_FILE:-}" ] && [ -s "$tally_dir/$1.count" ]; then cp "$tally_dir/$1.count" "$TALLY_FILE"; fi
  return "$code"
}

# What failed, the count as the last line, and the exit status.
tally() {
  [ -n "${TALLY_FILE:-}" ] && echo "$passed $failed" >"$TALLY_FILE"
  if [ -n "$own_failures" ] && [ -s "$own_failures" ]; then printf '\nWhat failed:\n' && cat "$own_failures"; fi
  printf '\n%s passed, %s failed\n' "$passed" "$failed"
  [ "$failed" -eq 0 ]
}
