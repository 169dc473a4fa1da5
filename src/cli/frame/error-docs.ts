import { ERROR_TEXTS } from '../error-texts.js';
import { EXITS_TEXT, exitOf } from '../exit.js';

/** The text of docs/errors.md: every code of our own errors, as `bittensor-cli explain` tells it. */
export function errorDocs(): string {
  const codes = Object.keys(ERROR_TEXTS).sort();
  return `${[...HEAD, ...codes.flatMap(section)].join('\n').trimEnd()}\n`;
}

const HEAD = [
  '# Error codes',
  '',
  '<!-- Made by `npm run docs:cli` of src/cli/error-texts.ts; a test compares them. -->',
  '',
  'What `bittensor-cli explain CODE` says. With `--json` the code of a failure is `error.code`; in programs it is `code` of a',
  '`BittensorError`. What the chain itself refuses has the name that the chain gives it (`SubtensorModule.SettingWeightsTooFast`):',
  '`bittensor-cli explain` lists and explains those, too. What to look at first is in [troubleshooting.md](troubleshooting.md).',
  '',
  EXITS_TEXT,
  '',
];

function section(code: string): string[] {
  const [title, why, remedy] = ERROR_TEXTS[code]!;
  return [
    `## ${code}`,
    '',
    `${title[0]!.toUpperCase()}${title.slice(1)} (exit code ${exitOf(code)}).`,
    '',
    why,
    remedy,
    '',
  ];
}
