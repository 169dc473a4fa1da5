import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import type { Action } from '../../frame/command.js';
import { configPath } from '../../frame/config-file.js';

export const path: Action<Record<never, never>> = async ({ configFile }) => {
  const file = resolve(configPath(configFile));
  return { json: { path: file, exists: existsSync(file) }, show: ui => ui.line(file) };
};
