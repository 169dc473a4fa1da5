import { command, group } from '../../frame/command.js';
import {
  addressSchema,
  booleanSchema,
  integerSchema,
  listOf,
  nullable,
  numberSchema,
  objectOf,
  oneOf,
  raoSchema,
  textSchema,
} from '../../frame/schema.js';
import { describeRows, probeRows } from './rows.js';

const tensor = objectOf({ modality: textSchema, dtype: textSchema, shape: listOf(integerSchema) });
const synapse = objectOf({
  key: textSchema,
  inputs: listOf(tensor),
  outputs: listOf(tensor),
  priceRao: raoSchema,
  workMs: nullable(numberSchema),
  backward: booleanSchema,
});
const answer = objectOf({
  peer: textSchema,
  seenAddress: nullable(textSchema),
  reachable: nullable(booleanSchema),
  message: textSchema,
});

export const axon = group({
  name: 'axon',
  about: 'axons of neurons: what one serves, and whether yours is reached',
  commands: [
    command({
      name: 'describe',
      about: 'asks an axon what it serves',
      long: 'Asks an axon what it serves. The answer is signed, and all of it is verified. Where nobody answers, the exit code is 3.',
      arguments: [{ name: 'address', about: 'host:port of the axon' }],
      settings: describeRows,
      examples: ['axon describe 127.0.0.1:8091', 'axon describe 203.0.113.5:8091 --json'],
      output: objectOf({
        address: textSchema,
        hotkey: addressSchema,
        coldkey: nullable(addressSchema),
        version: textSchema,
        network: nullable(textSchema),
        bodyBytes: integerSchema,
        clockMs: numberSchema,
        synapses: listOf(synapse),
      }),
      load: async () => (await import('./describe.js')).describe,
    }),
    command({
      name: 'probe',
      about: 'asks peers whether they reach your axon',
      long:
        'Asks up to three axons to dial back the address that this machine has for them, where the axon of --hotkey runs. ' +
        'The exit code is 0 when one of them reaches it, 1 when none does, and 3 when none answers.',
      arguments: [{ name: 'peers', about: 'host:port of each peer', variadic: true }],
      settings: probeRows,
      examples: [
        'axon probe 203.0.113.5:8091 --axon.port 8091 --hotkey 5GrwvaEF5zXb26Fz9rcQpDWS57CtERHpNehXCPcNoHGKutQY',
      ],
      output: objectOf({
        outcome: { ...oneOf('reachable', 'unreachable'), description: 'exit code 0; exit code 1' },
        text: textSchema,
        answers: listOf(answer),
      }),
      load: async () => (await import('./probe.js')).probe,
    }),
  ],
});
