import type { SettingTable } from '../../base/index.js';
import type { JsonSchema } from '../frame/command.js';
import {
  addressSchema,
  booleanSchema,
  hashSchema,
  integerSchema,
  listOf,
  nullable,
  objectOf,
  oneOf,
  raoSchema,
  textSchema,
} from '../frame/schema.js';
import { networkRows } from './network.js';
import { transactionRows } from './output.js';
import { passwordRows, walletRows } from './wallet.js';

/** What every command that signs a transaction takes. */
export const signingRows = {
  ...walletRows,
  ...passwordRows,
  ...networkRows,
  ...transactionRows,
} satisfies SettingTable;

/** The JSON document of a command that signs a transaction; with `--dry-run` without what only a block can tell. */
export function transactionOutput(extra: Readonly<Record<string, JsonSchema>> = {}): JsonSchema {
  const argument = objectOf({
    name: textSchema,
    type: textSchema,
    value: textSchema,
    raw: {},
    'calls?': { type: 'array' },
  });
  const always = {
    network: textSchema,
    endpoint: textSchema,
    genesisHash: hashSchema,
    signer: addressSchema,
    call: textSchema,
    args: listOf(argument),
    callHex: hexSchema,
    feeRao: nullable(raoSchema),
    effect: objectOf({
      balanceRao: raoSchema,
      beforeRao: raoSchema,
      afterRao: raoSchema,
      more: { type: 'object' },
    }),
    validBlocks: integerSchema,
    // Transactions of the signer that wait in the pool already.
    pending: integerSchema,
  };
  const done = {
    hash: hashSchema,
    blockHash: hashSchema,
    blockNumber: integerSchema,
    finalized: booleanSchema,
    paidFeeRao: nullable(raoSchema),
    balanceRao: nullable(raoSchema),
    events: listOf(
      objectOf({ pallet: textSchema, name: textSchema, data: { type: 'array' }, 'fields?': listOf(textSchema) }),
    ),
    ...extra,
  };
  const both = [objectOf({ ...always, dryRun: oneOf(true) }), objectOf({ ...always, dryRun: oneOf(false), ...done })];
  return { type: 'object', oneOf: both };
}

const hexSchema: JsonSchema = { type: 'string', pattern: '^0x[0-9a-f]*$' };
