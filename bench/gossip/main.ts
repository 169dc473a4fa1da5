import { ready } from '../../src/wallet/index.js';
import { attack, churn, convergence, islands, partition } from './scenarios.js';

/** `npm run simulate:gossip [nodes] [scenario]`: what gossip does among many nodes, as rows of a table. */

const nodes = Number(process.argv[2] ?? 1_000);
const only = process.argv[3];
const MINUTE_MS = 60_000;

const seconds = (value: number | undefined) => (value === undefined ? 'never' : `${value.toFixed(0)} s`);
const percent = (share: number) => `${(100 * share).toFixed(2)} %`;

const scenarios: Record<string, () => Promise<[what: string, measured: string][]>> = {
  convergence: async () => {
    const one = await convergence(nodes);
    const rest = `${one.kilobytes.toFixed(1)} kB/s sent and received, ${one.verifications.toFixed(1)} signatures/s`;
    return [
      [`${nodes} nodes start within 10 s and know one address: until all know all`, seconds(one.seconds)],
      ['each node then, when nothing changes', rest],
    ];
  },
  churn: async () => {
    const perMinute = Math.round(nodes / 20);
    const one = await churn(nodes, perMinute, 4);
    return [
      [
        `${nodes} nodes, ${perMinute} end (half without a word) and ${perMinute} begin every minute: living ones known`,
        percent(one.recall),
      ],
      ['known ones that live (silent ones are believed for 5 minutes)', percent(one.precision)],
      ['nine of ten know one that began, after', seconds(one.knownAfter)],
      ['all have forgotten one that said goodbye, after', seconds(one.forgottenAfter)],
      ['wrong entries', `${one.wrong}`],
    ];
  },
  partition: async () => {
    const few = Math.ceil(nodes / 4);
    const one = await partition(few, 6 * MINUTE_MS);
    return [
      [`${few} nodes in two halves for 6 minutes: entries of the other half left`, `${one.leftOver}`],
      ['together again: until all know all', seconds(one.seconds)],
    ];
  },
  islands: async () => {
    const few = Math.ceil(nodes / 4);
    const one = await islands(few);
    return [
      [
        `two networks of ${few / 2} nodes each, then one node that knows both: until all know all`,
        seconds(one.seconds),
      ],
    ];
  },
  attack: async () => {
    const honest = Math.ceil(nodes / 10);
    const options = { honest, liars: nodes - honest, minutes: 6 };
    const one = await attack({ ...options, madeUpByEach: 2 });
    const full = await attack({ ...options, madeUpByEach: 5, size: 2 * honest });
    const told = Object.entries(one.told).map(([lie, times]) => `${lie} ${times}`);
    return [
      [
        `${honest} honest nodes that begin with 9 liars and 1 honest node each, ${options.liars} liars`,
        told.join(', '),
      ],
      ['until all honest ones know all honest ones', seconds(one.seconds)],
      ['wrong entries in 6 minutes; honest ones known at the right address', `${one.wrong}; ${percent(one.recall)}`],
      [
        `the same with metagraph_size ${full.size} and ${5 * options.liars} made-up neurons that did the work`,
        `${full.wrong} wrong; ${percent(full.recall)} known`,
      ],
    ];
  },
};

await ready();
for (const [name, run] of Object.entries(scenarios)) {
  if (only !== undefined && only !== name) continue;
  for (const [what, measured] of await run()) console.log(`| ${what} | ${measured} |`);
}
