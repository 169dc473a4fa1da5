import { type Log, messageOf } from '../../base/browser.js';
import { chainError } from '../errors.js';
import { versionOf } from '../metadata/api.js';
import { type Chain, currentChain } from './chain.js';
import type { Connection } from './connection.js';
import { type Block, type Header, readHeader } from './header.js';
import type { CallOptions } from './json-rpc.js';

/** The newest finalized block, followed by subscription. */
export class Heads {
  private readonly callbacks = new Set<(block: Block) => void>();
  /** What is known belongs to blocks that are gone: any head is newer than it. */
  private isStale = false;

  private constructor(
    private readonly connection: Connection<Chain>,
    private readonly log: Log,
    private current: Header,
  ) {}

  static async follow(connection: Connection<Chain>, log: Log): Promise<Heads> {
    const heads = new Heads(connection, log, await readHead(connection));
    await connection.subscribe('chain_subscribeFinalizedHeads', 'chain_unsubscribeFinalizedHeads', [], json => {
      const header = readHeader(connection.chain.api, json);
      if (header) heads.advance(header);
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

  private advance(header: Header): void {
    this.isStale = false;
    if (header.hash === this.current.hash) return;
    this.current = header;
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
    try {
      const chain = await currentChain(connection, connection.chain, connection.endpoint);
      if (chain === connection.chain) return;
      connection.update(chain);
      const { specName, specVersion } = versionOf(chain.api);
      this.log.info(`the chain's runtime is now ${specName} ${specVersion}`);
    } catch (error) {
      if (!connection.isClosed) this.log.warn(`cannot read the chain's new runtime: ${messageOf(error)}`);
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
