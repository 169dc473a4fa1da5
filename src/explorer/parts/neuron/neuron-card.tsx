import type { NeuronRow } from '../../data/types.js';
import { amount, axonText } from '../table/columns.js';

export interface NeuronCardProps {
  row: NeuronRow;
  accountHref: (address: string) => string;
}

/** The columns of one neuron, and links to who owns it. */
export function NeuronCard({ row, accountHref }: NeuronCardProps) {
  const share = (value: number) => value.toFixed(5);
  const facts: [string, string][] = [
    ['Stake', `${amount(row.stake)} ${row.token}`],
    ['Emission', `${amount(row.emission)} ${row.token} an epoch`],
    ['Rank', share(row.rank)],
    ['Trust', share(row.trust)],
    ['Validator trust', share(row.validatorTrust)],
    ['Consensus', share(row.consensus)],
    ['Incentive', share(row.incentive)],
    ['Dividends', share(row.dividends)],
    ['Updated', `${row.updated} blocks ago`],
    ['Active', row.active ? 'yes' : 'no'],
    ['Validator permit', row.validatorPermit ? 'yes' : 'no'],
    ['Immune', row.immune ? 'yes' : 'no'],
    ['Axon', axonText(row.axon) ?? 'announced none'],
  ];
  if (row.registeredAt !== undefined) facts.push(['Registered', `block ${row.registeredAt}`]);
  return (
    <dl class="np-facts">
      {[['Hotkey', row.hotkey] as const, ['Coldkey', row.coldkey] as const].map(([name, address]) => (
        <div key={name} class="np-wide">
          <dt>{name}</dt>
          <dd>
            <a href={accountHref(address)}>{address}</a>
          </dd>
        </div>
      ))}
      {facts.map(([name, value]) => (
        <div key={name}>
          <dt>{name}</dt>
          <dd>{value}</dd>
        </div>
      ))}
    </dl>
  );
}
