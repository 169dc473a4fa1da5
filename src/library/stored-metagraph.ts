import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { homeFolder, messageOf, writeFileAtomic } from '../base/index.js';
import { libraryError } from './errors.js';
import { Metagraph, type MetagraphOptions } from './metagraph.js';
import { netuidOf, networkOf } from './settings.js';

/** A metagraph that can be kept in a file. */
export class StoredMetagraph extends Metagraph {
  /** Default file: `~/.bittensor/metagraph-NETWORK-NETUID.json`. Errors `disk`; the signal's reason, before anything is written. */
  async save(path = this.defaultPath(), { signal }: { signal?: AbortSignal } = {}): Promise<this> {
    signal?.throwIfAborted();
    writeFileAtomic(path, this.toText());
    return this;
  }

  /**
   * What `save()` wrote; no chain is asked. Errors: `bad_metagraph_file`, which is also said of a file that is not there; the
   * signal's reason.
   */
  async load(path = this.defaultPath(), { signal }: { signal?: AbortSignal } = {}): Promise<this> {
    let text: string;
    try {
      text = await readFile(path, { encoding: 'utf8', signal });
    } catch (error) {
      signal?.throwIfAborted();
      throw libraryError('bad_metagraph_file', `cannot read ${path}: ${messageOf(error)}`, { path }, error);
    }
    return this.fromText(text);
  }

  private defaultPath(): string {
    const name = this.network.name.replaceAll(/[^A-Za-z0-9]+/g, '-');
    return join(homeFolder(), '.bittensor', `metagraph-${name}-${this.netuid}.json`);
  }
}

/**
 * A subnet's metagraph; nothing is read before `sync()` or `load()`. Errors `bad_network`, `bad_argument`.
 *
 * ```ts
 * const graph = await bittensor.metagraph().sync();
 * console.log(graph.n, graph.hotkeys, graph.S);
 * ```
 */
export function metagraph(options: MetagraphOptions = {}): StoredMetagraph {
  return new StoredMetagraph(networkOf(options), netuidOf(options.netuid));
}
