import { BittensorError, messageOf } from '../../../base/index.js';
import { raoOf } from '../../terminal/amounts.js';

const UNITS: Readonly<Record<string, number>> = { ms: 1, s: 1e3, m: 60e3, h: 3600e3, d: 86_400e3, w: 7 * 86_400e3 };
const PART = /(\d+(?:\.\d+)?)(ms|s|m|h|d|w)/g;

/** `90s`, `1h30m`, `2d` as a step in time; `2027-01-01T00:00:00Z` as a place in it. Error `bad_setting`. */
export function parseTravel(text: string): { ms: number } | { to: number } {
  if (text.startsWith('-')) {
    throw badArgument(
      `${JSON.stringify(text.slice(0, 80))} is no time to travel to: a chain's clock only goes forward`,
    );
  }
  const parts = [...text.matchAll(PART)];
  if (parts.length > 0 && parts.map(([part]) => part).join('') === text) {
    const ms = Math.round(parts.reduce((sum, [, count, unit]) => sum + Number(count) * UNITS[unit!]!, 0));
    if (ms > 0 && Number.isSafeInteger(ms)) return { ms };
  } else if (/^\d{4}-\d\d-\d\d/.test(text)) {
    const to = Date.parse(text);
    if (!Number.isNaN(to)) return { to };
  }
  throw badArgument(`${JSON.stringify(text.slice(0, 80))} is no time: 90s, 1h30m, 2d, or 2027-01-01T00:00:00Z`);
}

/** An amount of TAO with up to nine decimals, in rao. Error `bad_setting`. */
export function parseTao(text: string): bigint {
  try {
    return raoOf(text);
  } catch (error) {
    throw badArgument(`${JSON.stringify(text.slice(0, 80))} is no amount of TAO to give: it ${messageOf(error)}`);
  }
}

export function parseCount(text: string, most: number): number {
  const count = /^\d+$/.test(text) ? Number(text) : 0;
  if (count >= 1 && count <= most) return count;
  throw badArgument(`${JSON.stringify(text.slice(0, 80))} is no number from 1 to ${most}`);
}

export function badArgument(message: string): BittensorError {
  return new BittensorError('bad_setting', message);
}
