import { href } from '../app/routes.js';

const PAGES = [
  ['', 'Subnet'],
  ['metagraph', 'Metagraph'],
  ['weights', 'Weights'],
  ['changes', 'Changes'],
] as const;

/** The pages of one subnet. */
export function SubnetNav({ netuid, here }: { netuid: number; here: (typeof PAGES)[number][0] }) {
  return (
    <nav class="tabs" aria-label={`Subnet ${netuid}`}>
      <ul>
        {PAGES.map(([page, name]) => (
          <li key={page}>
            <a
              href={page === '' ? href('subnet', netuid) : href('subnet', netuid, page)}
              aria-current={page === here ? 'page' : undefined}
            >
              {name}
            </a>
          </li>
        ))}
      </ul>
    </nav>
  );
}
