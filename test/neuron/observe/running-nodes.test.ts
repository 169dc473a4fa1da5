import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { LocalHttp, replyJson } from '../../../src/base/http.js';
import { takeLock } from '../../../src/base/index.js';
import { runningNodes } from '../../../src/neuron/index.js';
import { temporaryFolder } from '../../chain/helpers.js';

describe('the nodes that run', () => {
  it('are those that say where they are asked, and those that only have their slot locked', async () => {
    using folder = temporaryFolder();
    const slot = (name: string) => join(folder.path, 'slots', name);
    const lock = (name: string) => {
      const taken = takeLock(join(slot(name), 'lock'));
      if (!('release' in taken)) throw new Error('the lock is taken');
      return taken.release;
    };
    const release = lock('silent');
    expect(await runningNodes(folder.path)).toEqual([
      { name: 'silent', url: undefined, pid: process.pid, problems: undefined },
    ]);
    release();
    expect(await runningNodes(folder.path)).toEqual([]);

    const well = {
      '/health': (_: unknown, response: Parameters<typeof replyJson>[0]) => replyJson(response, 200, { ok: true }),
    };
    await using server = await LocalHttp.start({ routes: well });
    const releases = [lock('judge'), lock('judge-in-disguise')];
    const write = (url: string) =>
      writeFileSync(join(slot('judge'), 'observe.json'), JSON.stringify({ url, pid: process.pid }));
    write(server.url);
    expect(await runningNodes(folder.path)).toEqual([
      { name: 'judge', url: server.url, pid: process.pid, problems: {} },
    ]);
    write(server.url.replace('127.0.0.1', 'localhost'));
    expect(await runningNodes(folder.path)).toMatchObject([{ name: 'judge', problems: {} }]);
    // An address of another machine is not asked.
    write('http://192.0.2.1:80');
    expect(await runningNodes(folder.path)).toMatchObject([{ name: 'judge', url: undefined }]);
    for (const one of releases) one();
  });
});
