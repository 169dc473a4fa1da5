import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import type { Action } from '../../frame/command.js';
import { configPath } from '../../frame/config-file.js';

export const path: Action<Record<never, never>> = async ({ configFile }) => {
  const file = resolve(configPath(configFile));
  const exists = existsSync(file);
  return {
    json: { path: file, exists },
    show(ui) {
      ui.line(file);
      if (!exists) ui.note('There is no such file yet; `bittensor-cli config set` makes it.');
    },
  };
};
