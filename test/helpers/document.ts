/** What a page of the documents tells its reader to do, in order. */
export interface Part {
  readonly line: number;
  readonly kind: 'shell' | 'program' | 'file' | 'shown' | 'left out' | 'end';
  readonly text: string;
  /** Of `file`: its name. */
  readonly name?: string;
  /** Of `shell`: goes on in a terminal of its own, which is waited for until it shows `until`; `ends`: then it gets Ctrl-C. */
  readonly terminal?: { readonly until: string; readonly ends: boolean };
  /** Of `shell`: the exit code it must end with; default 0. */
  readonly exit?: number;
  /** Of `left out`: why it is not run. */
  readonly why?: string;
}

const BLOCK = /^<!-- all terminals end -->$|^(?:<!-- (?<note>[^\n]*?) -->\n)?```(?<language>\w*)\n(?<text>.*?)^```$/gms;

/**
 * Reads the fenced blocks of a page. `sh` blocks and `js` programs are run; a comment in the line before says otherwise:
 * `terminal: TEXT` (goes on in another terminal; the reader waits for TEXT), `until: TEXT` (Ctrl-C when it shows TEXT),
 * `exits: N`, `file: NAME` (the reader writes it), `not run: REASON`. Blocks without a language show what comes out. Where a comment says
 * `all terminals end`, the reader types Ctrl-C in each of them, and a local chain of theirs has the time to end.
 */
export function partsOf(page: string): Part[] {
  return [...page.matchAll(BLOCK)].map(found => {
    const { note, language = '', text = '' } = found.groups as { note?: string; language?: string; text?: string };
    const line = page.slice(0, found.index).split('\n').length + (note === undefined ? 0 : 1);
    const [, word, value = ''] = /^([a-z ]+): (.*)$/.exec(note ?? '') ?? [];
    const part = { line, text };
    if (found[0].startsWith('<!-- all')) return { ...part, kind: 'end' };
    if (word === 'not run') return { ...part, kind: 'left out', why: value };
    if (word === 'file') return { ...part, kind: 'file', name: value };
    if (language === 'js') return { ...part, kind: 'program' };
    if (language !== 'sh') return { ...part, kind: 'shown' };
    if (word === 'terminal' || word === 'until') {
      return { ...part, kind: 'shell', terminal: { until: value, ends: word === 'until' } };
    }
    return { ...part, kind: 'shell', exit: word === 'exits' ? Number(value) : 0 };
  });
}

const quoted = (text: string) => `'${text.replaceAll("'", "'\\''")}'`;

/** The head of the script: an own loopback, and the functions that the parts call. */
const HEAD = `set -uo pipefail
ip link set lo up
terminals=()
fail() { trap - EXIT; echo "FAILED: $1"; exit 1; }
here() { # LINE SCRIPT: in this shell, so that the reader's variables stay
  trap 'code=$?; fail "line '"$1"' ended with $code, not 0"' EXIT
  set -e; eval "$2" </dev/null; set +e
  trap - EXIT
}
refused() { # LINE EXIT SCRIPT
  bash -eo pipefail -c "$3" </dev/null; local code=$?
  [ "$code" = "$2" ] || fail "line $1 ended with $code, not $2"
}
beside() { # LINE UNTIL ENDS SCRIPT
  local log="$PWD/terminal-$1.log"
  setsid bash -eo pipefail -c "$4" </dev/null >"$log" 2>&1 &
  local pid=$!
  local tries=5000
  until grep -qF -- "$2" "$log"; do
    tries=$((tries - 1))
    if [ $tries = 0 ] || ! kill -0 $pid 2>/dev/null; then tail -n 40 "$log"; fail "line $1 never showed: $2"; fi
    sleep 0.1
  done
  if [ "$3" = true ]; then finish "$1" $pid; else terminals+=("$1 $pid"); fi
}
finish() { # LINE PID
  kill -TERM -- "-$2" 2>/dev/null
  wait "$2" 2>/dev/null; local code=$?
  case $code in 0|130|143) ;; *) tail -n 40 "terminal-$1.log"; fail "line $1 ended with $code";; esac
}
finish_all() {
  local terminal
  for terminal in "\${terminals[@]}"; do finish $terminal; done
  terminals=()
}
all_end() {
  local tries=200
  finish_all
  while [ $tries -gt 0 ] && (exec 3<>/dev/tcp/127.0.0.1/9944) 2>/dev/null; do
    tries=$((tries - 1))
    sleep 0.1
  done
}
command_not_found_handle() { fail "there is no command $1"; }
`;

/** A script of bash that does what the page says, in the current folder; it names the line of what fails. */
export function scriptOf(parts: readonly Part[]): string {
  const steps = parts.map(part => {
    const { kind, line, text } = part;
    if (kind === 'file')
      return `mkdir -p "$(dirname ${quoted(part.name!)})"; printf %s ${quoted(text)} > ${quoted(part.name!)}`;
    if (kind === 'program') {
      const name = `program-${line}.mjs`;
      return `printf %s ${quoted(text)} > ${name}\nhere ${line} 'node ${name}'`;
    }
    if (kind === 'end') return 'all_end';
    if (kind !== 'shell') return '';
    if (part.terminal) return `beside ${line} ${quoted(part.terminal.until)} ${part.terminal.ends} ${quoted(text)}`;
    return part.exit === 0 ? `here ${line} ${quoted(text)}` : `refused ${line} ${part.exit} ${quoted(text)}`;
  });
  const end = 'finish_all\necho FOLLOWED\n';
  return `${HEAD}${steps.filter(step => step !== '').join('\n')}\n${end}`;
}
