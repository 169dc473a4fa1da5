import { toHex } from '../../base/browser.js';
import type { BlockEvent, Extrinsic } from './blocks.js';
import { bigOf, numberOf, recordOf } from './decoded.js';
import type { Runtime } from './runtime.js';
import { Choice, type Decoded } from './scale/values.js';

/** What became of an extrinsic, by its events; undefined events are those of a state that is gone. */
export function outcomeOf(
  runtime: Pick<Runtime, 'errorName'>,
  events: readonly BlockEvent[] | undefined,
): Pick<Extrinsic, 'ok' | 'failure' | 'innerFailure' | 'feeRao'> {
  const find = (pallet: string, name: string) =>
    events?.find(({ act }) => act.pallet === pallet && act.name === name)?.act.args;
  const failed = find('System', 'ExtrinsicFailed');
  const paid = recordOf(find('TransactionPayment', 'TransactionFeePaid'));
  const inner = events?.flatMap(({ act }) => innerErrors(act.pallet, act.args))[0];
  return {
    ok: events === undefined ? undefined : failed === undefined,
    failure: failed === undefined ? undefined : failureOf(runtime, recordOf(failed)['dispatch_error']),
    innerFailure: inner === undefined ? undefined : failureOf(runtime, inner),
    feeRao: bigOf(paid['actual_fee']),
  };
}

/**
 * Calls that hold another one (as root, for another account, several at once) succeed although that one failed; their
 * event has its result, or, of a batch, its error.
 */
const WRAPPERS: ReadonlySet<string> = new Set(['Sudo', 'Proxy', 'Multisig', 'Utility']);

function innerErrors(pallet: string, args: Decoded): Decoded[] {
  if (!WRAPPERS.has(pallet)) return [];
  const fields: readonly (readonly [name: string, value: Decoded])[] =
    args instanceof Choice ? [['result', args]] : Object.entries(recordOf(args));
  return fields.flatMap(([name, value]) => {
    if (!(value instanceof Choice)) return [];
    if (value.name === 'Err') return [value.value];
    return name === 'error' ? [value] : [];
  });
}

/** What a dispatch error says: `SubtensorModule.NotEnoughStake`, or its kind. */
export function failureOf(runtime: Pick<Runtime, 'errorName'>, error: Decoded): string {
  if (!(error instanceof Choice)) return 'unknown';
  const { index, error: code } = recordOf(error.value);
  if (error.name === 'Module' && code instanceof Uint8Array) {
    const found = runtime.errorName(numberOf(index) ?? -1, code[0] ?? -1);
    return found?.name ?? `Module ${String(index)}, error ${toHex(code)}`;
  }
  return error.value instanceof Choice ? `${error.name}.${error.value.name}` : error.name;
}
