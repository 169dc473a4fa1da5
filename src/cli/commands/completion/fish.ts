import type { Flag, Node, Tree } from './tree.js';

/** Completion for fish 3 and later. */
export function fishScript({ names, groups, commands }: Tree): string {
  const lines = [
    ...names.map(({ name, about }) => complete('__bittensor_cli_at', `-a ${quote(name)} -d ${quote(about)}`)),
    ...groups.flatMap(({ words, names: verbs, flags }) => [
      ...verbs.map(({ name, about }) => complete(at(words), `-a ${quote(name)} -d ${quote(about)}`)),
      ...flags.map(flag => complete(at(words), flagText(flag))),
    ]),
    ...commands.flatMap(linesOf),
  ];
  return `# Completion of bittensor-cli for fish: bittensor-cli completion fish > ~/.config/fish/completions/bittensor-cli.fish
# True when what is typed so far is one of these commands; a command of one word may have arguments behind it.
function __bittensor_cli_at
    set -l words (commandline -opc)
    set -e words[1]
    set -l found
    for word in $words
        string match -q -- '-*' $word; and break
        set -a found (string replace -a -- _ - $word)
    end
    set -l path (string join ' ' -- $found[1..2])
    test (count $argv) -eq 0; and test -z "$path"; and return 0
    for wanted in $argv
        test "$path" = "$wanted"; and return 0
        if string match -q -- '*/' $wanted
            test "$found[1]/" = "$wanted"; and return 0
        end
    end
    return 1
end
complete -c bittensor-cli -f
${lines.join('\n')}
`;
}

function linesOf({ words, flags, choices, takesFile }: Node): string[] {
  // Marked with a slash: a command without a group.
  const condition = at(words.map(word => (word.includes(' ') ? word : `${word}/`)));
  return [
    ...choices.map(choice => complete(condition, `-a ${quote(choice)}`)),
    ...(takesFile ? [complete(condition, '-F')] : []),
    ...flags.map(flag => complete(condition, flagText(flag))),
  ];
}

function flagText({ name, short, value, about }: Flag): string {
  // fish knows short flags of one letter, and calls longer ones old.
  const shortText = short === undefined ? '' : ` ${short.length === 2 ? '-s' : '-o'} ${quote(short.slice(1))}`;
  const values = {
    none: '',
    text: ' -x',
    file: ' -r -F',
    folder: " -x -a '(__fish_complete_directories)'",
  } as const;
  const valueText = typeof value === 'string' ? values[value] : ` -x -a ${quote(value.join(' '))}`;
  return `-l ${quote(name.slice(2))}${shortText}${valueText} -d ${quote(about)}`;
}

function at(words: readonly string[]): string {
  return `__bittensor_cli_at ${words.map(word => `"${word}"`).join(' ')}`;
}

function complete(condition: string, rest: string): string {
  return `complete -c bittensor-cli -n ${quote(condition)} ${rest}`;
}

function quote(text: string): string {
  return `'${text.replaceAll('\\', '\\\\').replaceAll("'", "\\'")}'`;
}
