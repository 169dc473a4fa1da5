import { type Log, messageOf, sleep } from '../../base/browser.js';
import { chainError } from '../errors.js';
import { versionOf } from '../metadata/api.js';
import { type Chain, currentChain, isDevelopmentChain } from './chain.js';
import type { Connection } from './connection.js';
import { type Block, type Header, readHeader } from './header.js';
import type { CallOptions } from './json-rpc.js';

/** Nobody has told of a newer block for so many block times, and milliseconds at least, before an older one is believed. */
const SURE_BLOCKS = 60;
const SURE_MS = 6 * 60_000;
const FIRST_RETRY_MS = 500;
const LAST_RETRY_MS = 60_000;

/**
 * The newest finalized block, followed by subscription. What is final stays so: a node that is behind, as another one of the same name
 * may be, takes nobody back. A development chain may begin anew.
 */
export class Heads {
  private readonly callbacks = new Set<(block: Block) => void>();
  /** `performance.now()` when there was something new. */
  private toldAt = performance.now();
  /** What is known belongs to blocks that are gone: any head is newer than it. */
  private isStale = false;

  private constructor(
    private readonly connection: Connection<Chain>,
    private readonly log: Log,
    private current: Header,
    private readonly sureMs: number | undefined,
  ) {}

  /** `sureMs`: how long no older block is believed, instead of what the chain's pace makes it. */
  static async follow(connection: Connection<Chain>, log: Log, sureMs?: number): Promise<Heads> {
    const heads = new Heads(connection, log, await readHead(connection), sureMs);
    await connection.subscribe('chain_subscribeFinalizedHeads', 'chain_unsubscribeFinalizedHeads', [], json => {
      const header = readHeader(connection.chain.api, json);
      if (header) heads.hear(header);
    });
    return heads;
  }

  get head(): Block {
    return this.current;
  }

  on(callback: (block: Block) => void): () => void {
    this.callbacks.add(callback);
    return () => void this.callbacks.delete(callback);
  }

  /** After a revert the next head may have a lower number. */
  forget(): void {
    this.isStale = true;
  }

  /** Asks, because a subscription may lag behind what a transaction has just done. */
  async newest(options: Partial<CallOptions> = {}): Promise<Block> {
    const header = await readHead(this.connection, options, this.current);
    if (header.number > this.current.number || this.isStale) this.advance(header);
    return header;
  }

  private hear(header: Header): void {
    const { connection } = this;
    const behind = this.current.number - header.number;
    if (behind > 0 && !this.isStale && !isDevelopmentChain(connection.chain)) {
      const sureMs = this.sureMs ?? Math.max(SURE_MS, SURE_BLOCKS * connection.chain.blockTimeMs);
      if (performance.now() - this.toldAt < sureMs) return;
      this.log.warn(`${connection.endpoint} is ${behind} blocks behind what was seen: going on from there`);
    }
    this.advance(header);
  }

  private advance(header: Header): void {
    this.isStale = false;
    if (header.hash === this.current.hash) return;
    this.current = header;
    this.toldAt = performance.now();
    if (header.changesRuntime) void this.refresh();
    for (const callback of [...this.callbacks]) {
      try {
        callback({ number: header.number, hash: header.hash });
      } catch (error) {
        this.log.error(`a block subscriber failed: ${messageOf(error)}`);
      }
    }
  }

  private async refresh(): Promise<void> {
    const { connection } = this;
    for (let pauseMs = FIRST_RETRY_MS; !connection.isClosed; pauseMs = Math.min(2 * pauseMs, LAST_RETRY_MS)) {
      try {
        const chain = await currentChain(connection, connection.chain, connection.endpoint);
        if (chain === connection.chain) return;
        connection.update(chain);
        const { specName, specVersion } = versionOf(chain.api);
        this.log.info(`the chain's runtime is now ${specName} ${specVersion}`);
        return;
      } catch (error) {
        if (connection.isClosed) return;
        // By the old one nothing that is signed would be taken any more.
        this.log.warn(`cannot read the chain's new runtime: ${messageOf(error)}; trying again`);
        await sleep(pauseMs, connection.closed).catch(() => {});
      }
    }
  }
}

async function readHead(
  connection: Connection<Chain>,
  options: Partial<CallOptions> = {},
  known?: Header,
): Promise<Header> {
  const hash = await connection.call('chain_getFinalizedHead', [], options);
  if (known && known.hash === hash) return known;
  const header = readHeader(connection.chain.api, await connection.call('chain_getHeader', [hash], options));
  if (!header || header.hash !== hash)
    throw chainError('foreign_chain', `${connection.endpoint} gives headers of another kind`);
  return header;
}
