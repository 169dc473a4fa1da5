import { invalidParams, RpcError } from '../../rpc-error.js';
import type { Engine, Family } from '../family.js';
import { type Faults, NO_FAULTS } from '../server/faults.js';

const DELAY_AT_MOST_MS = 60_000;
const CUT_AT_MOST_MS = 3_600_000;

/** Faults on request: what a client does about lost answers, slow ones and broken connections can be tried with them. */
export function faultFamily({ connections }: Engine): Family {
  const shown = () => {
    const { faults } = checked();
    return faults === NO_FAULTS ? null : faults;
  };
  const checked = () => {
    if (!connections) throw new RpcError(-32000, 'there is no server here whose connections could fail');
    return connections;
  };
  return {
    methods: {
      dev_faults: shown,
      dev_setFaults(params) {
        const { faults, cut } = readFaults(params.at(0));
        checked().setFaults(faults, cut);
        return shown();
      },
    },
  };
}

/** `{drop, delayMs, refuse, cutAfterMs, seed, cut}`, or null for none; error -32602 for anything else. */
export function readFaults(value: unknown): { faults: Faults; cut: boolean } {
  if (value === undefined || value === null) return { faults: NO_FAULTS, cut: false };
  if (typeof value !== 'object' || Array.isArray(value)) throw invalidParams('faults are an object, or null for none');
  const { cut = false, ...rest } = value as Record<string, unknown>;
  const unknown = Object.keys(rest).find(name => !Object.hasOwn(NO_FAULTS, name));
  if (unknown !== undefined) throw invalidParams(`there is no fault ${unknown.slice(0, 80)}`);
  if (typeof cut !== 'boolean') throw invalidParams('cut has to be true or false');
  const { drop, delayMs, refuse, cutAfterMs, seed } = { ...NO_FAULTS, ...rest } as Record<keyof Faults, unknown>;
  if (typeof refuse !== 'boolean') throw invalidParams('refuse has to be true or false');
  const faults: Faults = {
    drop: numberIn('drop', drop, 0, 1),
    delayMs: numberIn('delayMs', delayMs, 0, DELAY_AT_MOST_MS),
    refuse,
    cutAfterMs: cutAfterMs === null ? null : numberIn('cutAfterMs', cutAfterMs, 1, CUT_AT_MOST_MS),
    seed: numberIn('seed', seed, 0, 2 ** 32 - 1),
  };
  return { faults: Object.keys(rest).length === 0 ? NO_FAULTS : faults, cut };
}

function numberIn(name: string, value: unknown, least: number, most: number): number {
  if (typeof value === 'number' && value >= least && value <= most) return value;
  throw invalidParams(`${name} has to be a number from ${least} to ${most}`);
}
