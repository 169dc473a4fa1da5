import { cpSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { freePort } from '../../bench/free-port.js';
import { connect } from '../../src/chain/index.js';
import { openWallet } from '../../src/wallet/index.js';
import { TestHome } from '../helpers/cli.js';

let [first, second]: TestHome[] = [];
beforeEach(() => {
  [first, second] = [new TestHome(), new TestHome()];
});
afterEach(async () => {
  await second?.[Symbol.asyncDispose]();
  await first?.[Symbol.asyncDispose]();
});

const WALLETS = join('.bittensor', 'wallets');

describe('a hotkey that was copied to another machine', () => {
  it('does not run there while it runs here, and who runs sees when somebody else publishes for it', async () => {
    const endpoint = `ws://127.0.0.1:${await freePort()}`;
    const flags = ['run', 'validator', '--serve', '-c', endpoint];
    const here = first!.run(...flags);
    await here.waitFor(/Axon 127\.0\.0\.1:\d+ of uid \d+ published by serve_axon/, 120_000);

    // Another home folder has other locks, as another machine has.
    cpSync(join(first!.folder, WALLETS), join(second!.folder, WALLETS), { recursive: true });
    const there = second!.run(...flags, '-k', 'default');
    await there.waitFor(/This hotkey is live at 127\.0\.0\.1:\d+: waiting whether that ends/, 120_000);
    expect(await there.ended()).toBe(5);
    expect(there.lines.at(-1)).toMatch(/hotkey 5\w+ is live at 127\.0\.0\.1:\d+: an axon there proves to have it/);

    await using chain = await connect({ endpoints: [endpoint] });
    const wallet = openWallet({ name: 'local', path: join(first!.folder, WALLETS) });
    const signer = await wallet.unlockHotkey('default');
    await chain.serveAxon({ netuid: 1, ip: '127.0.0.1', port: 9, signer });
    await here.waitFor(
      /used by another neuron, too: the chain now has 127\.0\.0\.1:9 for it.*sets no weights any more/,
    );
    expect((await here.stop()).code).toBe(0);
  }, 400_000);
});
