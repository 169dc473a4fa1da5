import { connect, type LocalChain, type Prepared } from '../../../chain/index.js';
import type { Action } from '../../frame/command.js';
import { sendAndMine } from './funds.js';
import { withLocalChain } from './local-chain.js';
import { badArgument } from './parse.js';
import { say } from './say.js';
import type { callSettings, targetSettings } from './settings.js';

const HEX = /^0x([0-9a-f]{2})*$/i;

export const setStorage: Action<typeof targetSettings> = async ({ args: [key = '', value = ''], settings, signal }) => {
  if (!HEX.test(key) || key === '0x') throw badArgument(`the key is hexadecimal (0x...), not ${key.slice(0, 80)}`);
  const isRemoved = value === 'null';
  if (!isRemoved && !HEX.test(value)) {
    throw badArgument(`the value is hexadecimal (0x...) or null, not ${value.slice(0, 80)}`);
  }
  const done = await withLocalChain(settings, signal, chain =>
    sendAndMine(chain, () => chain.setStorage([[key, isRemoved ? null : value]])),
  );
  const did = isRemoved ? 'Removed' : 'Wrote';
  return say({ key, value: isRemoved ? null : value, ...done.json }, [`${did} ${key} ${done.text}.`]);
};

/** Makes a call as root, or in the name of any account, whoever has its keys. */
export const call: Action<typeof callSettings> = async ({ args: [what = '', text], settings, signal }) => {
  const isRoot = settings.as === 'root';
  const done = await withLocalChain(settings, signal, async chain => {
    const { call, args, callHex } = await encode(chain, what, text, signal);
    const sent = await sendAndMine(chain, () => (isRoot ? chain.sudo(callHex) : chain.callAs(settings.as, callHex)));
    return { call, args, callHex, sent };
  });
  const { call: name, args, callHex, sent } = done;
  const shown = args.map(({ name, value }) => `  ${name}: ${value}`);
  const by = isRoot ? 'root' : settings.as;
  return say({ call: name, callHex, as: settings.as, ...sent.json }, [`${name} as ${by} ${sent.text}:`, ...shown]);
};

async function encode(
  chain: LocalChain,
  what: string,
  text: string | undefined,
  signal: AbortSignal,
): Promise<Pick<Prepared, 'call' | 'args' | 'callHex'>> {
  if (HEX.test(what) && what.length > 4) return { call: what, args: [], callHex: what };
  if (!/^\w+\.\w+$/.test(what)) throw badArgument(`a call is Pallet.name or 0x..., not ${what.slice(0, 80)}`);
  const [richest] = await chain.accounts();
  if (!richest) throw badArgument('this chain has no development accounts');
  await using client = await connect({ endpoints: [chain.url], signal });
  // Awaited here, before the client is closed.
  return await client.prepare({ call: what, args: argumentsOf(text), from: richest.address, signal });
}

function argumentsOf(text = '{}'): Record<string, unknown> {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    // Said below.
  }
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value as Record<string, unknown>;
  throw badArgument(`arguments are a JSON object like '{"netuid": 1}', not ${text.slice(0, 80)}`);
}
