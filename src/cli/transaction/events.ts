import type { ChainEvent } from '../../chain/index.js';

/** The first event of that name, its fields as text. */
export function eventOf(events: readonly ChainEvent[], name: string): readonly string[] | undefined {
  return events.find(event => event.name === name)?.data.map(String);
}
