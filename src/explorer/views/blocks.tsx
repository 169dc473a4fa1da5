import { useLive, useLoaded } from '../app/live.js';
import { href, type View } from '../app/routes.js';
import { actName } from '../parts/acts.js';
import { LiveSwitch, useFollowing } from '../parts/live-switch.js';
import { Show } from '../parts/loaded.js';
import { Table } from '../parts/table.js';
import { formatTime, Hash } from '../parts/text.js';

const SHOWN = 30;

function Blocks() {
  const { chain, head } = useLive();
  const following = useFollowing();
  const { block } = following;
  const loaded = useLoaded('blocks', block?.hash, () => chain.blocksBefore(block!.hash, SHOWN), !block);
  return (
    <>
      <p>
        <LiveSwitch {...following} />
      </p>
      <Show loaded={loaded}>
        {blocks => (
          <Table
            caption={`The newest ${blocks.length} blocks`}
            rows={blocks}
            keyOf={({ hash }) => hash}
            columns={[
              { name: 'Block', cell: ({ number }) => <a href={href('block', number)}>{number}</a> },
              { name: 'Time', cell: ({ timeMs }) => (timeMs === undefined ? '' : formatTime(timeMs)) },
              { name: 'Extrinsics', isNumber: true, cell: ({ extrinsics }) => extrinsics.length },
              { name: 'Events', isNumber: true, cell: ({ events }) => events?.length ?? 'gone' },
              {
                name: 'Signed calls',
                cell: ({ extrinsics }) =>
                  extrinsics
                    .filter(({ signer, call }) => signer !== undefined && call)
                    .map(({ call }) => actName(call!))
                    .join(', '),
              },
              {
                name: 'Final',
                cell: ({ number }) => (number <= (head?.finalized ?? 0) ? 'yes' : <span class="quiet">not yet</span>),
              },
              { name: 'Hash', cell: ({ hash }) => <Hash hash={hash} /> },
            ]}
          />
        )}
      </Show>
    </>
  );
}

export const blocks: View = { pattern: 'blocks', title: () => 'Blocks', component: Blocks };
