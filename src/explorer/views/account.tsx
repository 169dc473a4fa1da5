import { encodeAddress, formatAmount, formatTao, publicKeyOf, toHex } from '../../base/browser.js';
import { useLive, useLoaded } from '../app/live.js';
import { href, type View, type ViewProps } from '../app/routes.js';
import { type AccountData, readAccount, seenIn } from '../data/accounts.js';
import type { ChainData } from '../data/chain-data.js';
import { EventTable, ExtrinsicTable } from '../parts/acts.js';
import { Facts } from '../parts/facts.js';
import { Show } from '../parts/loaded.js';
import { Problem } from '../parts/problem.js';
import { Table } from '../parts/table.js';
import { Address } from '../parts/text.js';

/** Blocks in which the account is looked for. */
const SEARCHED = 100;

function AccountView({ params }: ViewProps) {
  const { id = '' } = params;
  try {
    const key = publicKeyOf(id);
    return <Found address={encodeAddress(key)} publicKey={toHex(key)} />;
  } catch (error) {
    return <Problem text={`"${id}" is no account: it ${(error as Error).message}`} />;
  }
}

async function readAll(chain: ChainData, address: string, signal: AbortSignal) {
  const place = await chain.place({ signal });
  const [account, blocks] = await Promise.all([
    readAccount(chain, address, place),
    chain.blocksBefore(place.hash, SEARCHED),
  ]);
  return { account, seen: seenIn(blocks, address), searched: blocks.length };
}

function Found({ address, publicKey }: { address: string; publicKey: string }) {
  const { chain, head } = useLive();
  const loaded = useLoaded(`account ${address}`, head?.hash, signal => readAll(chain, address, signal), !head);
  return (
    <Show loaded={loaded}>
      {({ account, seen, searched }) => (
        <>
          <About account={account} address={address} publicKey={publicKey} />
          <h2>Neurons</h2>
          <Table
            caption="Neurons of this account and of its hotkeys"
            rows={account.neurons}
            keyOf={({ netuid, uid }) => `${netuid}-${uid}`}
            columns={[
              { name: 'Subnet', isNumber: true, cell: ({ netuid }) => <a href={href('subnet', netuid)}>{netuid}</a> },
              {
                name: 'Uid',
                isNumber: true,
                cell: ({ netuid, uid }) => <a href={href('neuron', netuid, uid)}>{uid}</a>,
              },
              { name: 'Hotkey', cell: ({ hotkey }) => <Address address={hotkey} /> },
            ]}
          />
          <h2>Stake</h2>
          <Table
            caption="Stake of this coldkey"
            rows={account.stakes}
            keyOf={({ netuid, hotkey }) => `${netuid}-${hotkey}`}
            columns={[
              { name: 'Subnet', isNumber: true, cell: ({ netuid }) => <a href={href('subnet', netuid)}>{netuid}</a> },
              { name: 'Hotkey', cell: ({ hotkey }) => <Address address={hotkey} /> },
              {
                name: 'Amount',
                isNumber: true,
                cell: ({ rao, token }) => formatAmount(rao, token),
              },
            ]}
          />
          {account.hotkeys.length > 0 && (
            <>
              <h2>Hotkeys</h2>
              <ul>
                {account.hotkeys.map(hotkey => (
                  <li key={hotkey}>
                    <Address address={hotkey} isWhole />
                  </li>
                ))}
              </ul>
            </>
          )}
          <h2>Extrinsics of the newest {searched} blocks</h2>
          <ExtrinsicTable caption="Extrinsics that name this account" rows={seen.extrinsics} empty="None names it." />
          <h2>Events of the newest {searched} blocks</h2>
          <EventTable caption="Events that name this account" rows={seen.events} withBlock empty="None names it." />
        </>
      )}
    </Show>
  );
}

function About({ account, address, publicKey }: { account: AccountData; address: string; publicKey: string }) {
  const { coldkey, exists, freeRao, reservedRao, frozenRao, nonce } = account;
  return (
    <Facts
      rows={[
        [
          'Address',
          <span key="address" class="mono">
            {address}
          </span>,
        ],
        [
          'Public key',
          <span key="key" class="mono">
            {publicKey}
          </span>,
        ],
        ['Free', exists ? formatTao(freeRao) : 'no such account on this chain'],
        ['Reserved', reservedRao === 0n ? undefined : formatTao(reservedRao)],
        ['Frozen', frozenRao === 0n ? undefined : formatTao(frozenRao)],
        ['Nonce', nonce],
        ['Hotkey of', coldkey === undefined ? undefined : <Address key="coldkey" address={coldkey} isWhole />],
      ]}
    />
  );
}

export const account: View = {
  pattern: 'account/:id',
  title: ({ id = '' }) => `Account ${id.slice(0, 8)}…`,
  component: AccountView,
};
