import { foldKey, nearest } from '../../../base/index.js';
import { chainErrorNames, explainChainError } from '../../../chain/index.js';
import { ERROR_TEXTS } from '../../error-texts.js';
import { cliError } from '../../errors.js';
import { EXIT, exitOf } from '../../exit.js';
import type { Action } from '../../frame/command.js';

interface Explanation {
  readonly name: string;
  readonly of: 'chain' | 'program';
  readonly title: string;
  readonly why: string;
  readonly remedy: string;
  /** Exit code of a command that ends with it. */
  readonly exit: number;
}

export const explain: Action<Record<never, never>> = async ({ args: [name] }) => {
  if (name !== undefined) {
    const found = explanationOf(name);
    return {
      json: { errors: [found] },
      show(ui) {
        ui.line(`${ui.colors.bold(found.name)}: ${found.title}`);
        ui.line();
        ui.line(found.why);
        ui.line(found.remedy);
        ui.line();
        ui.line(`A command that meets it ends with exit code ${found.exit}.`);
      },
    };
  }
  const all = [...Object.keys(ERROR_TEXTS), ...chainErrorNames()].map(explanationOf);
  return {
    json: { errors: all },
    show(ui) {
      for (const [title, names] of groupsOf(all)) {
        ui.line(ui.colors.bold(title));
        ui.words(names.map((own, i) => (i < names.length - 1 ? `${own},` : own)));
      }
      ui.note('bittensor-cli explain NAME says what it means; with --json all are explained.');
    },
  };
};

/** Names without their pallets, by what they are of. */
function groupsOf(all: readonly Explanation[]): Map<string, string[]> {
  const found = new Map<string, string[]>();
  for (const { name, of } of all) {
    const dot = name.indexOf('.');
    const pallet = dot === -1 ? 'The chain' : name.slice(0, dot);
    const title = of === 'program' ? 'This program' : pallet;
    found.set(title, [...(found.get(title) ?? []), name.slice(dot + 1)]);
  }
  return found;
}

/** Error `usage` names the nearest. */
function explanationOf(name: string): Explanation {
  const code = foldKey(name.trim()).toLowerCase();
  const own = Object.hasOwn(ERROR_TEXTS, code) ? ERROR_TEXTS[code] : undefined;
  if (own) {
    const [title, why, remedy] = own;
    return { name: code, of: 'program', title, why, remedy, exit: exitOf(code) };
  }
  const text = explainChainError(name);
  if (text) {
    const { name: full, title, why, remedy } = text;
    return { name: full, of: 'chain', title, why, remedy, exit: EXIT.refused };
  }
  throw unknownName(name);
}

function unknownName(name: string) {
  const full = chainErrorNames();
  // Names are mistyped with and without their pallet, and in any case of letters.
  const spellings = new Map([
    ...Object.keys(ERROR_TEXTS).map(code => [code, code] as const),
    ...full.map(entry => [entry.toLowerCase(), entry] as const),
    ...full.map(entry => [entry.slice(entry.indexOf('.') + 1).toLowerCase(), entry] as const),
  ]);
  const near = spellings.get(nearest(name.trim().toLowerCase(), [...spellings.keys()]) ?? '');
  const hint = near === undefined ? '`bittensor-cli explain` lists all' : `did you mean ${near}?`;
  return cliError('usage', `there is no error ${JSON.stringify(name.slice(0, 80))}; ${hint}`);
}
