import { command, group } from '../../frame/command.js';
import {
  addressSchema,
  booleanSchema,
  integerSchema,
  listOf,
  nullable,
  numberSchema,
  objectOf,
  textSchema,
} from '../../frame/schema.js';
import { listRows, pullRows, runRows } from './rows.js';

const digest = { type: 'string', pattern: '^[0-9a-f]{64}$' };
const metric = objectOf({
  name: textSchema,
  value: numberSchema,
  count: integerSchema,
  correct: integerSchema,
  loss: numberSchema,
});
const student = {
  path: textSchema,
  id: nullable(digest),
  hotkey: nullable(addressSchema),
  model: textSchema,
  step: integerSchema,
  epoch: integerSchema,
  bytes: integerSchema,
  data: textSchema,
  metric: nullable(metric),
};

export const model = group({
  name: 'model',
  about: 'students: what others have learnt, to take away and to use without any network',
  commands: [
    command({
      name: 'pull',
      about: "fetches a neuron's student",
      long:
        "Fetches the student of a neuron from its axon, part by part. Each part is checked against a list that the neuron's hotkey signed; " +
        'what broke goes on where it was. Axons answer registered neurons, so it asks as --wallet.hotkey.',
      arguments: [{ name: 'hotkey', about: 'whose student, as an address' }],
      settings: pullRows,
      examples: [
        'model pull 5GrwvaEF5zXb26Fz9rcQpDWS57CtERHpNehXCPcNoHGKutQY',
        'model pull 5GrwvaEF5zXb26Fz9rcQpDWS57CtERHpNehXCPcNoHGKutQY --address 127.0.0.1:8091 --to digits',
      ],
      output: objectOf({ ...student, fetchedBytes: integerSchema, wasThere: booleanSchema }),
      load: async () => (await import('./pull.js')).pull,
    }),
    command({
      name: 'list',
      about: 'lists the students that were pulled',
      settings: listRows,
      examples: ['model list', 'model list --json'],
      output: objectOf({ models: textSchema, students: listOf(objectOf(student)) }),
      load: async () => (await import('./list.js')).list,
    }),
    command({
      name: 'show',
      about: 'shows what a student is, and checks its files and its signature',
      long: 'Shows what a student is. The exit code is 1 when its files are not those that the hotkey signed.',
      arguments: [{ name: 'student', about: 'its folder, its id, or the hotkey it is of (the newest one then)' }],
      settings: listRows,
      examples: ['model show digits', 'model show 5GrwvaEF5zXb26Fz9rcQpDWS57CtERHpNehXCPcNoHGKutQY'],
      output: objectOf({
        ...student,
        isSigned: booleanSchema,
        isWhole: booleanSchema,
        parameters: integerSchema,
        input: objectOf({ modality: textSchema, dtype: textSchema, shape: listOf(integerSchema) }),
        classes: nullable(listOf(textSchema)),
        sizes: { type: 'object' },
      }),
      load: async () => (await import('./show.js')).show,
    }),
    command({
      name: 'run',
      about: 'uses a student, with no network at all',
      long:
        'Uses a student: tells what images show (--input, or --sample for rows of the packaged test data), goes on with a text (--text, gpt2), or fills ' +
        '[MASK] in it (--text, bert).',
      arguments: [{ name: 'student', about: 'its folder, its id, or the hotkey it is of (the newest one then)' }],
      settings: runRows,
      examples: [
        'model run digits --input digit.png',
        'model run digits --sample 2000',
        'model run speeches --text "My fellow citizens" --tokens 50',
      ],
      output: objectOf({
        path: textSchema,
        model: textSchema,
        device: textSchema,
        'data?': textSchema,
        'predictions?': listOf(
          objectOf({
            row: integerSchema,
            answer: textSchema,
            probability: numberSchema,
            label: nullable(textSchema),
          }),
        ),
        'count?': integerSchema,
        'correct?': integerSchema,
        'accuracy?': numberSchema,
        'loss?': numberSchema,
        'perplexity?': numberSchema,
        'text?': textSchema,
        'masks?': listOf(listOf(objectOf({ word: textSchema, probability: numberSchema }))),
      }),
      load: async () => (await import('./run.js')).run,
    }),
  ],
});
