import type { Result } from '../../frame/command.js';

/** What a verb has to say: its JSON, and lines for people. */
export function say(json: Readonly<Record<string, unknown>>, lines: readonly string[]): Result {
  return {
    json,
    show(ui) {
      for (const line of lines) ui.line(line);
    },
  };
}
