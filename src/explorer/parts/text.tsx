import { href } from '../app/routes.js';

/** The beginning and the end of what is too long to be read; the whole is in its title and is what gets copied. */
export function shorten(text: string, keep = 6): string {
  return text.length <= 2 * keep + 1 ? text : `${text.slice(0, keep)}…${text.slice(-keep)}`;
}

/** An account's address, leading to its page. */
export function Address({ address, isWhole = false }: { address: string; isWhole?: boolean }) {
  return (
    <a class="mono" href={href('account', address)} title={address}>
      {isWhole ? address : shorten(address)}
    </a>
  );
}

export function BlockLink({ number }: { number: number }) {
  return <a href={href('block', number)}>{formatNumber(number)}</a>;
}

export function Hash({ hash, isWhole = false }: { hash: string; isWhole?: boolean }) {
  return (
    <span class="mono" title={hash}>
      {isWhole ? hash : shorten(hash, 8)}
    </span>
  );
}

const NUMBERS = new Intl.NumberFormat('en', { maximumFractionDigits: 0 });

export function formatNumber(value: number | bigint): string {
  return NUMBERS.format(value);
}

export function formatTime(ms: number): string {
  return Number.isFinite(new Date(ms).getTime())
    ? new Date(ms).toISOString().replace('T', ' ').replace('Z', ' UTC')
    : '?';
}
