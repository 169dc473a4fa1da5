import { formatTao, toHex } from '../../base/browser.js';
import { href } from '../app/routes.js';
import type { Act, BlockEvent, Extrinsic } from '../data/blocks.js';
import { recordOf } from '../data/decoded.js';
import { Table } from './table.js';
import { Address } from './text.js';
import { Value } from './value.js';

/** `SubtensorModule.set_weights` */
export function actName({ pallet, name }: Act): string {
  return `${pallet}.${name}`;
}

/** Arguments by name; those of one that has no names as they are. */
export function Args({ args }: { args: Act['args'] }) {
  if (args === undefined) return <span class="quiet">no arguments</span>;
  const entries = Object.entries(recordOf(args));
  if (entries.length === 0) return <Value value={args} />;
  return (
    <ul class="value">
      {entries.map(([name, value]) => (
        <li key={name}>
          <span class="quiet">{name}:</span> <Value value={value} depth={1} />
        </li>
      ))}
    </ul>
  );
}

export function Outcome({ ok, failure, innerFailure }: Pick<Extrinsic, 'ok' | 'failure' | 'innerFailure'>) {
  if (ok === undefined) return <span class="quiet">unknown</span>;
  if (!ok) return <span class="bad">failed: {failure}</span>;
  if (innerFailure !== undefined) return <span class="bad">done, but a call in it failed: {innerFailure}</span>;
  return <span class="good">done</span>;
}

interface Extrinsics {
  readonly rows: readonly { readonly block: number; readonly extrinsic: Extrinsic }[];
  readonly caption: string;
  readonly empty?: string;
}

export function ExtrinsicTable({ rows, caption, empty = 'No extrinsics.' }: Extrinsics) {
  return (
    <Table
      caption={caption}
      rows={rows}
      empty={empty}
      keyOf={({ block, extrinsic }) => `${block}-${extrinsic.index}`}
      columns={[
        {
          name: 'Extrinsic',
          cell: ({ block, extrinsic: { index } }) => (
            <a href={href('extrinsic', block, index)}>
              {block}-{index}
            </a>
          ),
        },
        {
          name: 'Call',
          cell: ({ extrinsic: { call, problem } }) =>
            call ? actName(call) : <span class="bad">unreadable: {problem}</span>,
        },
        {
          name: 'Signer',
          cell: ({ extrinsic: { signer } }) =>
            signer === undefined ? <span class="quiet">nobody</span> : <Address address={signer} />,
        },
        { name: 'Result', cell: ({ extrinsic }) => <Outcome {...extrinsic} /> },
        {
          name: 'Fee',
          isNumber: true,
          cell: ({ extrinsic: { feeRao } }) => (feeRao === undefined ? '' : formatTao(feeRao)),
        },
      ]}
    />
  );
}

interface Events {
  readonly rows: readonly { readonly block: number; readonly event: BlockEvent }[];
  readonly caption: string;
  readonly empty?: string;
  readonly withBlock?: boolean;
}

export function EventTable({ rows, caption, empty = 'No events.', withBlock = false }: Events) {
  const block = {
    name: 'Block',
    cell: (row: Events['rows'][number]) => <a href={href('block', row.block)}>{row.block}</a>,
  };
  return (
    <Table
      caption={caption}
      rows={rows}
      empty={empty}
      keyOf={row => `${row.block}-${row.event.index}`}
      columns={[
        ...(withBlock ? [block] : []),
        { name: 'Event', cell: ({ event }) => actName(event.act) },
        {
          name: 'Because of',
          cell: ({ block: number, event }) =>
            event.extrinsic === undefined ? (
              <span class="quiet">the block ({event.phase})</span>
            ) : (
              <a href={href('extrinsic', number, event.extrinsic)}>
                {number}-{event.extrinsic}
              </a>
            ),
        },
        { name: 'Arguments', cell: ({ event }) => <Args args={event.act.args} /> },
      ]}
    />
  );
}

export function RawBytes({ bytes }: { bytes: Uint8Array }) {
  return (
    <details>
      <summary>Bytes ({bytes.length})</summary>
      <pre>{toHex(bytes)}</pre>
    </details>
  );
}
