import { join } from 'node:path';
import { type Browser, chromium, type Page, type Request } from 'playwright-core';
import { pollUntil, toHex, utf8 } from '../../../src/base/index.js';
import { connect, type Localnet, openLocalChain, startLocalnet } from '../../../src/chain/index.js';
import { type Explorer, startExplorer } from '../../../src/explorer/index.js';
import { keypairFromUri, ready } from '../../../src/wallet/index.js';
import { temporaryFolder } from '../../chain/helpers.js';

export const HOSTILE = '<img src=x onerror="window.owned=1"><script>window.owned=1</script>';
const TAO = 1_000_000_000n;
export const NETUID = 1;
export const NEURONS = ['Alice', 'Bob', 'Charlie'];

/** A chain with neurons, weights and hostile words on it, the explorer's own server, and a browser. */
export class LivePage {
  readonly requests: string[] = [];
  /** In which somebody remarked something hostile. */
  hostileBlock = 0;
  private readonly folder = temporaryFolder();
  private chain: Localnet | undefined;
  private explorer: Explorer | undefined;
  private browser: Browser | undefined;

  async start(): Promise<void> {
    await ready();
    await this.startChain(0);
    await this.fill();
    this.explorer = await startExplorer({ port: 0, endpoint: this.endpoint, nodes: async () => [] });
    this.browser = await chromium.launch({ executablePath: '/usr/bin/chromium', args: ['--no-sandbox'] });
  }

  async stop(): Promise<void> {
    await this.browser?.close();
    await this.explorer?.stop();
    await this.chain?.stop();
    this.folder[Symbol.dispose]();
  }

  get endpoint(): string {
    return this.chain!.url;
  }

  get url(): string {
    return this.explorer!.url;
  }

  /** As the chain itself serves it. */
  get ownUrl(): string {
    return `${this.endpoint.replace('ws:', 'http:')}/explorer/`;
  }

  /** As the chain itself says; the page may not ask it over HTTP. */
  async hashOf(block: number): Promise<string> {
    const answer = await fetch(this.endpoint.replace('ws:', 'http:'), {
      method: 'POST',
      body: JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'chain_getBlockHash', params: [block] }),
      headers: { 'content-type': 'application/json' },
    });
    const { result } = (await answer.json()) as { result?: unknown };
    if (typeof result === 'string') return result;
    throw new Error(`the chain has no block ${block}`);
  }

  /** `other`: a chain of another genesis, which makes its blocks on request. */
  async startChain(port: number, { other = false } = {}): Promise<void> {
    const options = other
      ? ({ port, dataFolder: join(this.folder.path, 'other'), blockTime: 'manual', detached: false } as const)
      : ({ port, dataFolder: this.folder.path, blockTime: 1_000, detached: false } as const);
    // The port of a chain that ended a moment ago may be held by a closing connection.
    this.chain = await pollUntil('the port', { withinMs: 30_000 }, async () => {
      const chain = await startLocalnet(options);
      return chain.joined ? undefined : chain;
    });
  }

  /** Ends the chain; `startChain` with its port goes on from its last block. */
  async stopChain(): Promise<number> {
    const { port } = this.chain!;
    await this.chain!.stop();
    return port;
  }

  /** Opens a route; an error in the page, or a request to anywhere else, fails the test. */
  async open(route: string, options: { scheme?: 'light' | 'dark'; url?: string; width?: number } = {}): Promise<Page> {
    const { scheme = 'light', url = this.url, width = 1280 } = options;
    const page = await this.browser!.newPage({ colorScheme: scheme, viewport: { width, height: 900 } });
    page.on('pageerror', error => {
      throw error;
    });
    page.on('request', (request: Request) => this.requests.push(request.url()));
    page.on('websocket', socket => this.requests.push(socket.url()));
    await page.goto(`${url}#/${route}`);
    await settled(page);
    return page;
  }

  private async fill(): Promise<void> {
    const alice = keypairFromUri('//Alice');
    await using client = await connect({ endpoints: [this.endpoint] });
    for (const name of NEURONS) {
      const hotkey = keypairFromUri(`//${name}//hot`);
      await client.devFund({ address: hotkey.address, amountRao: TAO });
      await client.burnedRegister({ netuid: NETUID, hotkey: hotkey.address, signer: alice });
      await client.addStake({ netuid: NETUID, hotkey: hotkey.address, amountRao: 100n * TAO, signer: alice });
    }
    // Before the first epoch nobody may weigh others.
    await client.setWeights({
      netuid: NETUID,
      uids: [0],
      weightsU16: [65_535],
      signer: keypairFromUri('//Alice//hot'),
    });
    await using chain = await openLocalChain(this.endpoint);
    const call = async (name: string, args: Record<string, unknown>) => {
      const { callHex } = await client.prepare({ call: name, args, from: alice.address });
      const { block } = await chain.callAs(alice.address, callHex);
      return (await chain.numberOf(block))!;
    };
    const words = toHex(utf8(HOSTILE));
    this.hostileBlock = await call('System.remark_with_event', { remark: words });
    const [netuid, none] = [NETUID, '0x'];
    await call('SubtensorModule.set_subnet_identity', {
      ...{ netuid, subnet_name: toHex(utf8('<b>\u202eevil</b>')), github_repo: none, subnet_contact: none },
      ...{ subnet_url: toHex(utf8('javascript:alert(1)')), discord: none, description: words, logo_url: none },
      additional: none,
    });
  }
}

/** The view has loaded what it shows. */
export async function settled(page: Page): Promise<void> {
  await page.locator('main h1').waitFor();
  await page.waitForFunction(
    () => document.querySelector('main .loading') === null && document.querySelectorAll('main > *').length > 1,
    undefined,
    { timeout: 30_000 },
  );
}

/** Goes to another route of the page that is open. */
export async function visit(page: Page, route: string): Promise<void> {
  await page.evaluate(hash => {
    location.hash = hash;
  }, `#/${route}`);
  await page.waitForFunction(hash => location.hash === hash, `#/${route}`);
  await settled(page);
}
