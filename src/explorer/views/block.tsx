import { useLive, useLoaded } from '../app/live.js';
import { href, type View, type ViewProps } from '../app/routes.js';
import type { Block } from '../data/blocks.js';
import type { ChainData } from '../data/chain-data.js';
import { EventTable, ExtrinsicTable } from '../parts/acts.js';
import { Facts } from '../parts/facts.js';
import { Show } from '../parts/loaded.js';
import { Problem } from '../parts/problem.js';
import { formatTime, Hash } from '../parts/text.js';
import { blockParam } from './params.js';

/** A block by what an address names: a number or a hash. */
export async function findBlock(chain: ChainData, id: string, signal: AbortSignal): Promise<Block> {
  const number = blockParam(id);
  return chain.block(number === undefined ? id : await chain.hashOf(number, signal));
}

export function isBlockId(id: string): boolean {
  return blockParam(id) !== undefined || /^0x[0-9a-f]{64}$/i.test(id);
}

function BlockView({ params }: ViewProps) {
  const id = params['id'] ?? '';
  return isBlockId(id) ? <Found id={id} /> : <Problem text={`"${id}" is neither a block's number nor its hash.`} />;
}

function Found({ id }: { id: string }) {
  const { chain, head } = useLive();
  const loaded = useLoaded(`block ${id}`, id, async signal => {
    const block = await findBlock(chain, id, signal);
    const best = await chain.hashOf(block.number, signal).catch(() => undefined);
    return { block, isOnChain: best === block.hash };
  });
  return (
    <Show loaded={loaded}>
      {({ block, isOnChain }) => {
        const { number, hash, parentHash, timeMs, extrinsics, events } = block;
        return (
          <>
            <nav class="tabs" aria-label="Neighbouring blocks">
              <ul>
                {number > 0 && (
                  <li>
                    <a href={href('block', number - 1)}>Block {number - 1}</a>
                  </li>
                )}
                {number < (head?.number ?? 0) && (
                  <li>
                    <a href={href('block', number + 1)}>Block {number + 1}</a>
                  </li>
                )}
              </ul>
            </nav>
            <Facts
              rows={[
                ['Number', number],
                ['Time', timeMs === undefined ? undefined : formatTime(timeMs)],
                ['Final', finality(isOnChain, number <= (head?.finalized ?? 0))],
                ['Runtime', block.spec],
                ['Hash', <Hash key="hash" hash={hash} isWhole />],
                [
                  'Parent',
                  number === 0 ? undefined : (
                    <a key="parent" href={href('block', parentHash)}>
                      <Hash hash={parentHash} isWhole />
                    </a>
                  ),
                ],
                ['State root', <Hash key="state" hash={block.stateRoot} isWhole />],
                ['Extrinsics root', <Hash key="extrinsics" hash={block.extrinsicsRoot} isWhole />],
              ]}
            />
            <h2>Extrinsics</h2>
            <ExtrinsicTable
              caption={`Extrinsics of block ${number}`}
              rows={extrinsics.map(extrinsic => ({ block: number, extrinsic }))}
            />
            <h2>Events</h2>
            {events === undefined ? (
              <p class="empty">The node keeps no state of this block any more, and events are in the state.</p>
            ) : (
              <EventTable
                caption={`Events of block ${number}`}
                rows={events.map(event => ({ block: number, event }))}
              />
            )}
            <h2>Digest</h2>
            {block.digest.length === 0 ? (
              <p class="empty">Empty.</p>
            ) : (
              <pre>{block.digest.map(log => `${digestName(log)} ${log}`).join('\n')}</pre>
            )}
          </>
        );
      }}
    </Show>
  );
}

/** A hash may name a block that the chain left for another one. */
function finality(isOnChain: boolean, isOld: boolean): string {
  if (!isOnChain) return 'no, the chain has another block of this number';
  return isOld ? 'yes' : 'not yet';
}

/** Source: sp-runtime's `generic/digest.rs`. */
const DIGESTS: Readonly<Record<string, string>> = {
  '04': 'consensus',
  '05': 'seal',
  '06': 'pre-runtime',
  '08': 'runtime updated',
};

function digestName(log: string): string {
  const kind = DIGESTS[log.slice(2, 4)] ?? 'other';
  const engine = log
    .slice(4, 12)
    .replace(/../g, byte => String.fromCharCode(Number.parseInt(byte, 16)))
    .replace(/[^\x20-\x7e]/g, '?');
  return ['04', '05', '06'].includes(log.slice(2, 4)) ? `${kind} ${engine}:` : `${kind}:`;
}

export const block: View = {
  pattern: 'block/:id',
  title: ({ id = '' }) => (id.startsWith('0x') ? `Block ${id.slice(0, 10)}…` : `Block ${id}`),
  component: BlockView,
};
