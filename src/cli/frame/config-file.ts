import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { homeFolder, readConfigFile } from '../../base/index.js';

const NAME = 'configuration.yaml';

/** Where settings are read from: the file of that name in the working folder if it is there, else the user's. */
export function configPath(asked?: string): string {
  if (asked !== undefined) return asked;
  return existsSync(NAME) ? NAME : join(homeFolder(), '.bittensor', NAME);
}

/** Error `bad_config_file`, also when a file that was asked for is missing. */
export function readConfig(asked: string | undefined) {
  return readConfigFile(configPath(asked), { required: asked !== undefined });
}
