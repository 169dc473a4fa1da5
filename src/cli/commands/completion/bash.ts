import type { Flag, Node, Tree } from './tree.js';

/** Completion for bash 3.2 and later. */
export function bashScript({ names, groups, commands }: Tree): string {
  const groupCases = groups.map(
    ({ words, names: verbs, flags }) => `    ${pattern(words.map(word => `${word} `))}${offer(listOf(verbs), flags)}`,
  );
  return `# Completion of bittensor-cli for bash: source <(bittensor-cli completion bash)
_bittensor_cli_paths() {
  # A name per line, whatever else is in it.
  local IFS=$'\\n'
  COMPREPLY=($(compgen "$1" -- "$2"))
  compopt -o filenames 2>/dev/null
}
_bittensor_cli() {
  local cur="\${COMP_WORDS[COMP_CWORD]}" prev='' first='' second='' word='' i
  local names='' flags='' value=''
  [ "$COMP_CWORD" -gt 1 ] && prev="\${COMP_WORDS[COMP_CWORD-1]}"
  prev="\${prev//[._]/-}"
  for ((i = 1; i < COMP_CWORD; i++)); do
    word="\${COMP_WORDS[i]//_/-}"
    case "$word" in -*) break ;; esac
    if [ -z "$first" ]; then first="$word"; elif [ -z "$second" ]; then second="$word"; fi
  done
  COMPREPLY=()
  case "$first $second" in
    ' ') names=${quote(listOf(names))} flags='--help --version' ;;
${groupCases.join('\n')}
${commands.map(caseOf).join('\n')}
  esac
  case "$value" in
    file) _bittensor_cli_paths -f "$cur"; return ;;
    folder) _bittensor_cli_paths -d "$cur"; return ;;
    text) return ;;
    ?*) COMPREPLY=($(compgen -W "$value" -- "$cur")); return ;;
  esac
  case "$cur" in
    -*) COMPREPLY=($(compgen -W "$flags" -- "$cur")) ;;
    *)
      if [ "$names" = '<file>' ]; then
        _bittensor_cli_paths -f "$cur"
      else
        COMPREPLY=($(compgen -W "$names" -- "$cur"))
      fi ;;
  esac
}
complete -F _bittensor_cli bittensor-cli
`;
}

function caseOf({ words, flags, choices, takesFile }: Node): string {
  const names = takesFile ? '<file>' : choices.join(' ');
  const patterns = words.map(
    word => `${quote(word.includes(' ') ? word : `${word} `)}${word.includes(' ') ? '' : '*'}`,
  );
  return `    ${patterns.join(' | ')}${offer(names, flags)}`;
}

/** The rest of a case: what can stand next. */
function offer(names: string, flags: readonly Flag[]): string {
  const all = flags.flatMap(({ name, short }) => (short ? [name, short] : [name]));
  const values = flags.filter(({ value }) => value !== 'none');
  const cases = values.map(flag => `        ${spellings(flag)}) value=${quote(valueText(flag))} ;;`);
  return `)
      names=${quote(names)}
      flags=${quote(all.join(' '))}
      case "$prev" in
${cases.join('\n')}
      esac ;;`;
}

function spellings({ name, short }: Flag): string {
  const long = `--${name.slice(2).replaceAll(/[._]/g, '-')}`;
  return [long, ...(short ? [short] : [])].join(' | ');
}

function valueText({ value }: Flag): string {
  return typeof value === 'string' ? value : value.join(' ');
}

function pattern(words: readonly string[]): string {
  return words.map(quote).join(' | ');
}

function listOf(names: readonly { name: string }[]): string {
  return names.map(({ name }) => name).join(' ');
}

function quote(text: string): string {
  return `'${text.replaceAll("'", `'\\''`)}'`;
}
