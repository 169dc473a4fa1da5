import { networkInterfaces } from 'node:os';

/** Is the host of a URL a loopback address, or one of this machine's own? */
export function isOwnAddress(hostname: string): boolean {
  const name = hostname.replace(/^\[(.*)\]$/, '$1');
  if (/^127\.\d+\.\d+\.\d+$/.test(name) || name === '::1') return true;
  return Object.values(networkInterfaces()).some(list => list?.some(({ address }) => address === name));
}
