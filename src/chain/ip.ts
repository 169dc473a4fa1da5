import type { IpNumber } from '../base/browser.js';
import { chainError } from './errors.js';

/** Reads dotted IPv4 or any spelling of IPv6. Error `bad_argument` for anything else, host names included. */
export function parseIp(text: string): IpNumber {
  const address = text.trim().replace(/^\[(.*)\]$/, '$1');
  const v4 = parseV4(address);
  if (v4 !== undefined) return { value: v4, type: 4 };
  const v6 = parseV6(address);
  if (v6 !== undefined) return { value: v6, type: 6 };
  throw chainError('bad_argument', `not an IP address: ${text.slice(0, 80)}`);
}

function parseV4(text: string): bigint | undefined {
  const match = /^(\d{1,3})\.(\d{1,3})\.(\d{1,3})\.(\d{1,3})$/.exec(text);
  const parts = match?.slice(1).map(Number);
  if (!parts || parts.some(part => part > 255)) return undefined;
  return parts.reduce((sum, part) => (sum << 8n) | BigInt(part), 0n);
}

function parseV6(text: string): bigint | undefined {
  if (!text.includes(':')) return undefined;
  const halves = text.split('::');
  if (halves.length > 2) return undefined;
  const groups = halves.map(half => (half === '' ? [] : half.split(':')).flatMap(splitV4Tail));
  const [head, tail] = [groups[0]!, groups[1] ?? []];
  const missing = 8 - head.length - tail.length;
  if (halves.length === 2 ? missing < 1 : missing !== 0) return undefined;
  const all = [...head, ...Array<string>(missing).fill('0'), ...tail];
  if (all.some(group => !/^[0-9a-fA-F]{1,4}$/.test(group))) return undefined;
  return all.reduce((sum, group) => (sum << 16n) | BigInt(`0x${group}`), 0n);
}

/** `::ffff:1.2.3.4` ends in an IPv4 address, which is two groups. */
function splitV4Tail(group: string): string[] {
  const v4 = parseV4(group);
  return v4 === undefined ? [group] : [(v4 >> 16n).toString(16), (v4 & 0xffffn).toString(16)];
}
