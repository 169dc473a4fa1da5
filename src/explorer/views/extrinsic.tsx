import { formatTao } from '../../base/browser.js';
import { useLive, useLoaded } from '../app/live.js';
import { href, type View, type ViewProps } from '../app/routes.js';
import { Args, actName, EventTable, Outcome, RawBytes } from '../parts/acts.js';
import { Facts } from '../parts/facts.js';
import { Show } from '../parts/loaded.js';
import { Problem } from '../parts/problem.js';
import { Address, formatTime, Hash } from '../parts/text.js';
import { Value } from '../parts/value.js';
import { findBlock, isBlockId } from './block.js';
import { numberParam } from './params.js';

function ExtrinsicView({ params }: ViewProps) {
  const { block = '', index } = params;
  const place = numberParam(index);
  if (!isBlockId(block) || place === undefined) return <Problem text={`There is no extrinsic "${block}-${index}".`} />;
  return <Found id={block} index={place} />;
}

function Found({ id, index }: { id: string; index: number }) {
  const { chain } = useLive();
  const loaded = useLoaded(`extrinsic ${id} ${index}`, id, signal => findBlock(chain, id, signal));
  return (
    <Show loaded={loaded}>
      {block => {
        const extrinsic = block.extrinsics[index];
        if (!extrinsic)
          return <Problem text={`Block ${block.number} has ${block.extrinsics.length} extrinsics only.`} />;
        const { call, signer, nonce, tipRao, feeRao, extra } = extrinsic;
        const events = block.events?.filter(event => event.extrinsic === index) ?? [];
        return (
          <>
            <Facts
              rows={[
                ['Call', call ? actName(call) : `unreadable: ${extrinsic.problem}`],
                ['Result', <Outcome key="result" {...extrinsic} />],
                [
                  'Block',
                  <a key="block" href={href('block', block.number)}>
                    {block.number}
                  </a>,
                ],
                ['Time', block.timeMs === undefined ? undefined : formatTime(block.timeMs)],
                ['Signer', signer === undefined ? 'nobody' : <Address key="signer" address={signer} isWhole />],
                ['Nonce', nonce],
                ['Fee', feeRao === undefined ? undefined : formatTao(feeRao)],
                ['Tip', tipRao === undefined ? undefined : formatTao(tipRao)],
                ['Hash', <Hash key="hash" hash={extrinsic.hash} isWhole />],
              ]}
            />
            <h2>Arguments</h2>
            <div class="value">{call ? <Args args={call.args} /> : <p class="empty">Unknown.</p>}</div>
            {extra.length > 0 && (
              <>
                <h2>Signed with it</h2>
                <Facts rows={extra.map(([name, value]) => [name, <Value key={name} value={value} />])} />
              </>
            )}
            <h2>Events</h2>
            <EventTable
              caption={`Events of extrinsic ${block.number}-${index}`}
              rows={events.map(event => ({ block: block.number, event }))}
            />
            <h2>Encoded</h2>
            <RawBytes bytes={extrinsic.bytes} />
          </>
        );
      }}
    </Show>
  );
}

export const extrinsic: View = {
  pattern: 'extrinsic/:block/:index',
  title: ({ block = '', index }) => `Extrinsic ${block.startsWith('0x') ? `${block.slice(0, 10)}…` : block}-${index}`,
  component: ExtrinsicView,
};
