import { command, group } from '../../command.js';
import { booleanSchema, objectOf, textSchema } from '../../schema.js';

export const config = group({
  name: 'config',
  about: 'settings: where they come from, and the file that keeps them',
  commands: [
    command({
      name: 'path',
      about: 'says which config file is read',
      long: 'Says which config file is read: ./configuration.yaml if it is there, else ~/.bittensor/configuration.yaml.',
      settings: {},
      examples: ['config path'],
      output: objectOf({ path: textSchema, exists: booleanSchema }),
      load: async () => (await import('./path.js')).path,
    }),
  ],
});
