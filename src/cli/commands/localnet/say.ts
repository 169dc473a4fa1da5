import type { Options } from './settings.js';

/** Prints lines for people, or with `--json` one object and nothing else. */
export function say(options: Options, json: Readonly<Record<string, unknown>>, lines: readonly string[]): void {
  if (options['json'] === true) process.stdout.write(`${JSON.stringify(json, bigintAsText)}\n`);
  else for (const line of lines) process.stdout.write(`${line}\n`);
}

function bigintAsText(_: string, value: unknown): unknown {
  return typeof value === 'bigint' ? String(value) : value;
}

/** `1,234.5 TAO`, with as many decimals as there are. */
export function formatTao(rao: bigint): string {
  const whole = String(rao / RAO).replace(/\B(?=(\d{3})+$)/g, ',');
  const part = String(rao % RAO)
    .padStart(9, '0')
    .replace(/0+$/, '');
  return `${whole}${part === '' ? '' : `.${part}`} TAO`;
}

const RAO = 1_000_000_000n;
