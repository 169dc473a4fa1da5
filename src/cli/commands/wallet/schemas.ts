import type { JsonSchema } from '../../frame/command.js';
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
} from '../../frame/schema.js';
import { neuronFields } from '../subnet/neuron-json.js';

/** A key file that was written. */
export function keptSchema(more: Readonly<Record<string, JsonSchema>> = {}): JsonSchema {
  return objectOf({
    ...more,
    address: addressSchema,
    publicKey: hashSchema,
    path: textSchema,
    encryption: oneOf('nacl', 'strong', null),
  });
}

/** A key in a list: its address, or why there is none. */
export const keySchema: JsonSchema = objectOf({ address: nullable(addressSchema), problem: nullable(textSchema) });

const described = {
  file: textSchema,
  address: nullable(addressSchema),
  form: oneOf('json', 'public', 'nacl', 'strong', 'ansible', 'fernet', 'none', 'unknown'),
  encrypted: booleanSchema,
  warnings: listOf(textSchema),
};

export const inspectSchema: JsonSchema = objectOf({
  path: textSchema,
  wallets: listOf(
    objectOf({
      name: textSchema,
      folder: textSchema,
      coldkey: nullable(objectOf(described)),
      hotkeys: listOf(objectOf({ name: textSchema, ...described, endorsement: oneOf('valid', 'absent', 'bad') })),
      warnings: listOf(textSchema),
    }),
  ),
});

const account = {
  wallet: nullable(textSchema),
  address: addressSchema,
  freeRao: raoSchema,
  reservedRao: raoSchema,
  transferableRao: raoSchema,
  stakedRao: nullable(raoSchema),
  totalRao: nullable(raoSchema),
};

export const balanceSchema: JsonSchema = objectOf({
  network: textSchema,
  accounts: listOf(objectOf(account)),
  freeRao: raoSchema,
  stakedRao: nullable(raoSchema),
  totalRao: nullable(raoSchema),
});

const neuron = objectOf({ netuid: integerSchema, name: nullable(textSchema), ...neuronFields });

export const overviewSchema: JsonSchema = objectOf({
  network: textSchema,
  wallets: listOf(objectOf({ ...account, block: integerSchema, neurons: listOf(neuron) })),
});
