import type { Call } from '@polkadot/types/interfaces';
import type { Signer } from '../../wallet/index.js';
import { type Chain, isDevelopmentChain } from '../connection/chain.js';
import type { Connection } from '../connection/connection.js';
import { chainError } from '../errors.js';
import { versionOf } from '../metadata/api.js';
import { checkAddress } from './actions.js';
import { type Args, createCall, createCallOf, nameOf, type Way } from './calls.js';
import { estimateFee } from './fee.js';
import type { Submitted } from './outcome.js';
import { type ShownArgument, type ShownCall, showCall } from './show-call.js';
import type { SubmitOptions, Submitter } from './submit.js';

/** A transaction as it will be signed, to be looked at before. */
export interface Prepared extends ShownCall {
  /** `SubtensorModule.add_stake`. */
  readonly call: string;
  /** Read from `callHex`, not from what was asked for. */
  readonly args: readonly ShownArgument[];
  /** The very bytes that `submit` signs. */
  readonly callHex: string;
  /** Who must sign. */
  readonly from: string;
  /** An estimate by the chain; undefined when it cannot tell. */
  readonly feeRao: bigint | undefined;
  /** Once signed it may be included for so long, and never after. */
  readonly era: { readonly blocks: number; readonly minutes: number };
  /**
   * Signs these bytes and sends them. Waits for two eras and a minute unless `timeoutMs` says otherwise, on a development
   * chain for a minute. Errors as the client's writes; `bad_argument` when another key signs, and
   * `rejected` when the chain's runtime has changed since, because the bytes may mean something else now.
   */
  submit(signer: Signer, options?: SubmitOptions): Promise<Submitted>;
}

/** A call by its name, or the first of several ways that the chain has. `from` will sign. */
export type PrepareRequest = { readonly from: string; readonly signal?: AbortSignal; readonly timeoutMs?: number } & (
  | { readonly ways: readonly Way[] }
  | { readonly call: string; readonly args: Args }
);

const PATIENCE_MS = 60_000;

export async function prepareCall(
  connection: Connection<Chain>,
  submitter: Submitter,
  request: PrepareRequest,
): Promise<Prepared> {
  const { api, blockTimeMs } = connection.chain;
  const from = checkAddress(request.from);
  const call = 'ways' in request ? createCallOf(api, request.ways).call : createCall(api, request.call, request.args);
  const callHex = call.toHex();
  const shown = showCall(api, callHex);
  const options = {
    ...(request.signal ? { signal: request.signal } : {}),
    ...(request.timeoutMs === undefined ? {} : { timeoutMs: request.timeoutMs }),
  };
  const [nonce, era] = await Promise.all([
    connection.call('system_accountNextIndex', [from], options),
    submitter.era(options),
  ]);
  const feeRao = await estimateFee(connection, call, { from, nonce: Number(nonce), era }, options);
  const { specVersion } = versionOf(api);
  const eraMs = era.period * blockTimeMs;
  // Somebody waits for it, who can stop it: long enough for a second era when the first has passed. Development chains
  // may have an hour of blocks in five minutes, or none at all.
  const patienceMs = isDevelopmentChain(connection.chain) ? PATIENCE_MS : 2 * eraMs + PATIENCE_MS;
  return {
    ...shown,
    callHex,
    from,
    feeRao,
    era: { blocks: era.period, minutes: eraMs / 60_000 },
    async submit(signer, submitOptions = {}) {
      if (signer.address !== from) {
        throw chainError('bad_argument', `${shown.call} was prepared for ${from}, and ${signer.address} would sign it`);
      }
      const now = connection.chain.api;
      if (versionOf(now).specVersion !== specVersion) {
        const what = `${shown.call}: the chain's runtime has changed since this was shown; look at it again`;
        throw chainError('rejected', what, { reason: 'the runtime has changed' });
      }
      const again = now.registry.createType('Call', callHex) as unknown as Call;
      return submitter.submit(nameOf(shown.call), again, signer, { timeoutMs: patienceMs, ...submitOptions });
    },
  };
}
