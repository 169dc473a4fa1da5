import type { ApiPromise } from '@polkadot/api';
import type { Call } from '@polkadot/types/interfaces';
import { concat, fromHex, isBittensorError, toHex, u32le } from '../../base/browser.js';
import type { Chain } from '../connection/chain.js';
import type { Connection } from '../connection/connection.js';
import type { CallOptions } from '../connection/json-rpc.js';
import { findApiMethod } from '../metadata/api.js';
import { decodeAll } from '../metadata/scale/decode-all.js';
import { compileValue } from '../metadata/scale/values.js';
import type { Era } from './era.js';

const METHOD = 'TransactionPaymentApi.query_info';

/**
 * What the chain would take for this call now, by a transaction of the same length whose signature is zeros. Undefined
 * when the chain has no way to tell.
 */
export async function estimateFee(
  connection: Connection<Chain>,
  call: Call,
  { from, nonce, era }: { from: string; nonce: number; era: Era },
  options: Partial<CallOptions> = {},
): Promise<bigint | undefined> {
  const { api } = connection.chain;
  const bytes = unsigned(api, call, { from, nonce, era });
  const ways = [() => byRuntime(connection, bytes, options), () => byNode(connection, bytes, options)];
  for (const way of ways) {
    try {
      const fee = await way();
      if (fee !== undefined) return fee;
    } catch (error) {
      // A node or a runtime without it says so in its own ways; that nobody answers is another matter.
      if (!isBittensorError(error) || (error.code !== 'rpc' && error.code !== 'unsupported')) throw error;
    }
  }
  return undefined;
}

function unsigned(
  api: ApiPromise,
  call: Call,
  { from, nonce, era }: { from: string; nonce: number; era: Era },
): Uint8Array {
  const transaction = api.tx(call).signFake(from, {
    nonce,
    era: api.registry.createType('ExtrinsicEra', { current: era.birth, period: era.period }),
    blockHash: era.birthHash,
    genesisHash: api.genesisHash,
    runtimeVersion: api.runtimeVersion,
  });
  return transaction.toU8a();
}

async function byRuntime(connection: Connection<Chain>, bytes: Uint8Array, options: Partial<CallOptions>) {
  const method = findApiMethod(connection.chain.api, METHOD);
  if (!method) return undefined;
  const params = [method.name, toHex(concat(bytes, u32le(bytes.length)))];
  const answer = await connection.call('state_call', params, options);
  const info = decodeAll(METHOD, fromHex(String(answer)), compileValue(method.layout)) as { partial_fee?: unknown };
  return typeof info.partial_fee === 'bigint' ? info.partial_fee : undefined;
}

/** For chains whose metadata does not describe the runtime's answer. */
async function byNode(connection: Connection<Chain>, bytes: Uint8Array, options: Partial<CallOptions>) {
  const answer = await connection.call('payment_queryInfo', [toHex(bytes)], options);
  const fee = (answer as { partialFee?: unknown } | null)?.partialFee;
  return typeof fee === 'string' && /^(\d+|0x[0-9a-f]+)$/.test(fee) ? BigInt(fee) : undefined;
}
