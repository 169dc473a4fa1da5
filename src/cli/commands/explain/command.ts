import { command } from '../../frame/command.js';
import { integerSchema, listOf, objectOf, oneOf, textSchema } from '../../frame/schema.js';

export const explain = command({
  name: 'explain',
  about: 'says what an error means, and what to do',
  long: 'Says what an error means, why it comes, and what to do: errors of this program and of the chain. Without a name it lists the names.',
  arguments: [
    {
      name: 'error',
      about: 'name of the error, as a message or a JSON document has it, or a number of the transaction pool',
      optional: true,
    },
  ],
  settings: {},
  examples: ['explain NotEnoughBalanceToStake', 'explain needs_password', 'explain 1010', 'explain --json'],
  output: objectOf({
    errors: listOf(
      objectOf({
        name: textSchema,
        of: oneOf('chain', 'program'),
        title: textSchema,
        why: textSchema,
        remedy: textSchema,
        exit: integerSchema,
      }),
    ),
  }),
  ignoresConfig: true,
  load: async () => (await import('./explain.js')).explain,
});
