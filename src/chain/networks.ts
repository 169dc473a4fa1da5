import { chainError } from './errors.js';

/** Where to connect, and what must be there. */
export interface Network {
  /** `local`, `test`, `finney`, or the endpoint itself. */
  readonly name: string;
  /** In order of preference. */
  readonly endpoints: readonly string[];
  /** What to tell the user about the name that was used. */
  readonly note: string | undefined;
  /** The first block of that network; another chain there is refused. */
  readonly genesisHash: string | undefined;
  /** True where nothing is at stake: neurons may fund and register themselves. */
  readonly isLocal: boolean;
}

export const LOCAL_PORT = 9944;

/** Sources: the official clients' settings; the genesis hashes as those networks' nodes give them. */
const NETWORKS: Readonly<Record<string, { endpoints: readonly string[]; genesisHash: string | undefined }>> = {
  local: { endpoints: [`ws://127.0.0.1:${LOCAL_PORT}`], genesisHash: undefined },
  test: {
    endpoints: ['wss://test.finney.opentensor.ai:443'],
    genesisHash: '0x8f9cf856bf558a14440e75569c9e58594757048d7b3a84b5d25f6bd978263105',
  },
  finney: {
    endpoints: ['wss://entrypoint-finney.opentensor.ai:443'],
    genesisHash: '0x2f0555cc76fc2840a25a6ea3b9637146806f1f44b090c175ffde2a7e5ab36c03',
  },
};

/** Names of networks that the first manual knew and that are gone, and what took their place. */
const ALIASES: Readonly<Record<string, string>> = {
  kusanagi: 'test',
  akatsuki: 'finney',
  main: 'finney',
  mainnet: 'finney',
  testnet: 'test',
  localnet: 'local',
};
const RENAMED = ['kusanagi', 'akatsuki'];

/** Genesis hashes under which value is at stake, whatever name or address led there. */
const VALUABLE = Object.values(NETWORKS).flatMap(({ genesisHash }) => genesisHash ?? []);

export function isValuableGenesis(genesisHash: string): boolean {
  return VALUABLE.includes(genesisHash);
}

/**
 * A network by name (`local`, `test`, `finney`, the manual's `kusanagi` and `akatsuki`), by `ws://` or `wss://`
 * address, or by several addresses with commas between them, to fail over. Error `bad_network`.
 */
export function resolveNetwork(text: string): Network {
  const wanted = text.trim();
  const name = ALIASES[wanted.toLowerCase()] ?? wanted.toLowerCase();
  const known = Object.hasOwn(NETWORKS, name) ? NETWORKS[name] : undefined;
  if (known) {
    const note = RENAMED.includes(wanted.toLowerCase()) ? `the network ${wanted} is gone; this is ${name}` : undefined;
    return { name, ...known, note, isLocal: name === 'local' };
  }
  const endpoints = wanted.split(',').map(part => endpointOf(part.trim(), wanted));
  const isLocal = endpoints.every(isLoopback);
  return { name: wanted, endpoints, note: undefined, genesisHash: undefined, isLocal };
}

/** True when the address is of this machine. */
export function isLoopback(endpoint: string): boolean {
  const { hostname } = new URL(endpoint);
  return hostname === 'localhost' || hostname === '[::1]' || /^127\.\d+\.\d+\.\d+$/.test(hostname);
}

function endpointOf(text: string, all: string): string {
  try {
    const url = new URL(text);
    if ((url.protocol === 'ws:' || url.protocol === 'wss:') && url.hostname !== '') return text;
  } catch {
    // Said below.
  }
  throw chainError(
    'bad_network',
    `${JSON.stringify(all.slice(0, 80))} is no network: local, test, finney, or ws:// addresses`,
  );
}
