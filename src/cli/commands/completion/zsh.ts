import type { Described, Flag, Node, Tree } from './tree.js';

/** Completion for zsh 5 and later. */
export function zshScript({ names, groups, commands }: Tree): string {
  const groupCases = groups.map(
    ({ words, names: verbs, flags }) =>
      `    ${words.map(word => quote(`${word} `)).join('|')}${offer(described(verbs), flags)}`,
  );
  return `#compdef bittensor-cli
# Completion of bittensor-cli for zsh: source <(bittensor-cli completion zsh)
_bittensor_cli() {
  emulate -L zsh
  local cur="\${words[CURRENT]}" prev="\${words[CURRENT-1]//[._]/-}" first='' second='' word='' value=''
  local -a names flags
  local -i i
  for ((i = 2; i < CURRENT; i++)); do
    word="\${words[i]//_/-}"
    [[ "$word" == -* ]] && break
    if [[ -z "$first" ]]; then first="$word"; elif [[ -z "$second" ]]; then second="$word"; fi
  done
  case "$first $second" in
    ' ') names=(${described(names)}) flags=('--help:what there is' '--version:its version') ;;
${groupCases.join('\n')}
${commands.map(caseOf).join('\n')}
  esac
  case "$value" in
    file) _files ;;
    folder) _files -/ ;;
    text) ;;
    ?*) compadd -- \${=value} ;;
    *)
      if [[ "$cur" == -* ]]; then _describe -o 'flag' flags
      elif [[ "\${names[1]}" == '<file>' ]]; then _files
      else _describe 'command' names
      fi ;;
  esac
}
if [[ "\${funcstack[1]}" == _bittensor_cli ]]; then _bittensor_cli "$@"; else compdef _bittensor_cli bittensor-cli; fi
`;
}

function caseOf({ words, flags, choices, takesFile }: Node): string {
  const names = takesFile ? "'<file>'" : choices.map(quote).join(' ');
  return `    ${words.map(word => (word.includes(' ') ? quote(word) : `${quote(`${word} `)}*`)).join('|')}${offer(names, flags)}`;
}

/** The rest of a case: what can stand next. */
function offer(names: string, flags: readonly Flag[]): string {
  const cases = flags
    .filter(({ value }) => value !== 'none')
    .map(flag => `        ${spellings(flag)}) value=${quote(valueText(flag))} ;;`);
  return `)
      names=(${names})
      flags=(${described(flags)})
      case "$prev" in
${cases.join('\n')}
      esac ;;`;
}

function spellings({ name, short }: Flag): string {
  return [`--${name.slice(2).replaceAll(/[._]/g, '-')}`, ...(short ? [short] : [])].join('|');
}

function valueText({ value }: Flag): string {
  return typeof value === 'string' ? value : value.join(' ');
}

/** `name:what it is`, as _describe takes it. */
function described(list: readonly Described[]): string {
  return list.map(({ name, about }) => quote(`${name.replaceAll(':', '\\:')}:${about}`)).join(' ');
}

function quote(text: string): string {
  return `'${text.replaceAll("'", `'\\''`)}'`;
}
