import { command, group } from '../../frame/command.js';
import { booleanSchema, listOf, nullable, objectOf, oneOf, textSchema } from '../../frame/schema.js';

const value = nullable({ type: ['string', 'number', 'boolean'] });
const source = oneOf('default', 'file', 'environment');

export const config = group({
  name: 'config',
  about: 'settings: where they come from, and the file that keeps them',
  commands: [
    command({
      name: 'get',
      about: 'prints the value of a setting',
      long: 'Prints the value that a setting has without a flag: from the environment, the config file, or its default.',
      arguments: [{ name: 'key', about: 'setting, as in the config file' }],
      settings: {},
      examples: ['config get wallet_name', 'config get wallet.path --json'],
      output: objectOf({ key: textSchema, value, source }),
      load: async () => (await import('./get.js')).get,
    }),
    command({
      name: 'set',
      about: 'writes a setting into the config file',
      long: 'Writes a setting into the config file, whose comments stay, or makes the file. Name and value are checked before.',
      arguments: [
        { name: 'key', about: 'setting, as in the config file' },
        { name: 'value', about: 'its value' },
      ],
      settings: {},
      examples: ['config set wallet_name alice', 'config set subtensor.network test'],
      output: objectOf({ key: textSchema, value, path: textSchema }),
      ignoresConfig: true,
      load: async () => (await import('./set.js')).set,
    }),
    command({
      name: 'path',
      about: 'says which config file is read',
      long: 'Says which config file is read: ./configuration.yaml if it is there, else ~/.bittensor/configuration.yaml.',
      settings: {},
      examples: ['config path'],
      output: objectOf({ path: textSchema, exists: booleanSchema }),
      ignoresConfig: true,
      load: async () => (await import('./path.js')).path,
    }),
    command({
      name: 'explain',
      about: 'says what each setting is, its value, and where that comes from',
      arguments: [{ name: 'key', about: 'one setting instead of all', optional: true }],
      settings: {},
      examples: ['config explain', 'config explain wallet_name'],
      output: objectOf({
        settings: listOf(
          objectOf({
            key: textSchema,
            value,
            source,
            about: textSchema,
            flag: textSchema,
            environment: listOf(textSchema),
            defaults: listOf(textSchema),
            exceptions: listOf(objectOf({ commands: listOf(textSchema), default: textSchema })),
            commands: listOf(textSchema),
          }),
        ),
        file: nullable(textSchema),
      }),
      load: async () => (await import('./explain.js')).explain,
    }),
  ],
});
