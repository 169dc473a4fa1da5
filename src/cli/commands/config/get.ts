import type { Action } from '../../frame/command.js';
import { currentValue, knownSetting } from './lookup.js';

export const get: Action<Record<never, never>> = async input => {
  const { key, value, source, defaults } = currentValue(knownSetting(input.args[0] ?? ''), input);
  return {
    json: { key, value, source },
    show(ui) {
      if (value === null) ui.note(`${key} is not set; its default: ${defaults[0]}`);
      else ui.line(String(value));
    },
  };
};
