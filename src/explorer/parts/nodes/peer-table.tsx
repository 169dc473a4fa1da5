import type { PeerStatus } from '../../../base/browser.js';
import { shortAddress } from '../table/columns.js';

const number = (value: number | undefined, digits: number) =>
  value === undefined || !Number.isFinite(value) ? '–' : value.toFixed(digits);

/** Whom a node asks, and what it thinks of them. */
export function PeerTable({ peers, label }: { peers: readonly PeerStatus[]; label: string }) {
  if (peers.length === 0) return <p>No peers yet.</p>;
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be within reach of the keyboard
    // biome-ignore lint/a11y/useSemanticElements: a <section> around each table would be a heading too many
    <div class="np-scroll" tabIndex={0} role="region" aria-label={label}>
      <table class="np-peers">
        <caption>{label}, best first</caption>
        <thead>
          <tr>
            <th scope="col">UID</th>
            <th scope="col">Hotkey</th>
            <th scope="col">Address</th>
            <th scope="col">Score</th>
            <th scope="col">Answer</th>
            <th scope="col">Latency</th>
          </tr>
        </thead>
        <tbody>
          {peers.map(peer => (
            <tr key={peer.hotkey} class={peer.lost ? 'np-lost' : undefined}>
              <td>{number(peer.uid, 0)}</td>
              <td title={peer.hotkey}>{shortAddress(peer.hotkey)}</td>
              <td>{peer.address ?? '–'}</td>
              <td>
                <meter min={0} max={1} value={Number.isFinite(peer.score) ? peer.score : 0} aria-label="score" />{' '}
                {number(peer.score, 3)}
              </td>
              <td>{peer.lost ? `lost${peer.lastCode ? ` (${peer.lastCode})` : ''}` : (peer.lastCode ?? '–')}</td>
              <td>{peer.latencyMs === undefined ? '–' : `${number(peer.latencyMs, 0)} ms`}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
