import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterEach, describe, expect, it } from 'vitest';
import {
  BittensorError,
  Closing,
  concat,
  createLog,
  decodeAddress,
  encodeAddress,
  equalBytes,
  formatLine,
  fromHex,
  isAddress,
  makeFolder,
  pollUntil,
  sleep,
  systemCodeOf,
  toHex,
  u64le,
  withDeadline,
  writeFileAtomic,
} from '../../src/base/index.js';

const folders: string[] = [];
function folder(): string {
  const path = mkdtempSync(join(tmpdir(), 'base-'));
  folders.push(path);
  return path;
}
afterEach(() => {
  for (const path of folders.splice(0)) rmSync(path, { recursive: true, force: true });
});

describe('bytes', () => {
  it('go to hex and back', () => {
    fc.assert(
      fc.property(fc.uint8Array(), bytes => equalBytes(fromHex(toHex(bytes)), bytes)),
      { seed: 1 },
    );
  });

  it.each(['0x1', 'zz', '0x0g', ' 00'])('are not read from %j', text => {
    expect(() => fromHex(text)).toThrow(RangeError);
  });

  it('is read as well where it is very long', () => {
    const bytes = Uint8Array.from({ length: 70_000 }, (_, i) => (i * 31) & 255);
    const text = toHex(bytes);
    expect(equalBytes(fromHex(text), bytes)).toBe(true);
    expect(equalBytes(fromHex(text.slice(2).toUpperCase()), bytes)).toBe(true);
    for (const wrong of [`${text}0`, `${text}zz`, `${text.slice(0, 9)}é${text.slice(10)}`]) {
      expect(() => fromHex(wrong)).toThrow(RangeError);
    }
  });

  it('are joined and compared by content', () => {
    expect(concat(Uint8Array.of(1), Uint8Array.of(), Uint8Array.of(2, 3))).toEqual(Uint8Array.of(1, 2, 3));
    expect(equalBytes(Uint8Array.of(1), Uint8Array.of(1, 2))).toBe(false);
    expect(toHex(u64le(258n))).toBe('0x0201000000000000');
  });
});

describe('an ss58 address', () => {
  // Substrate's well-known development account //Alice.
  const alice = '5GrwvaEF5zXb26Fz9rcQpDWS57CtERHpNehXCPcNoHGKutQY';
  const key = '0xd43593c715fdd31c61141abd04a99fd6822c8558854ccde39a5684e7a56da27d';

  it('of the development account is the published one', () => {
    expect(encodeAddress(fromHex(key))).toBe(alice);
    expect(toHex(decodeAddress(alice))).toBe(key);
  });

  it('round-trips for every key and is refused with any one character changed', () => {
    fc.assert(
      fc.property(fc.uint8Array({ minLength: 32, maxLength: 32 }), fc.nat(46), (bytes, at) => {
        const address = encodeAddress(bytes);
        const changed = address.slice(0, at) + (address[at] === '2' ? '3' : '2') + address.slice(at + 1);
        return equalBytes(decodeAddress(address), bytes) && !isAddress(changed);
      }),
      { seed: 1 },
    );
  });

  it.each(['', 'hello', `${alice}x`, '0OIl'])('is not %j', text => {
    expect(isAddress(text)).toBe(false);
  });
});

describe('waiting', () => {
  it('ends with the reason of the abort', async () => {
    const controller = new AbortController();
    const waiting = sleep(60_000, controller.signal);
    controller.abort(new Error('enough'));
    await expect(waiting).rejects.toThrow('enough');
    await expect(sleep(1, controller.signal)).rejects.toThrow('enough');
  });

  it('past a deadline is an error that names the work', async () => {
    await expect(withDeadline(new Promise(() => {}), 5, 'the answer')).rejects.toThrow(
      'the answer took longer than 5 ms',
    );
    await expect(withDeadline(Promise.resolve(1), 1000, 'x')).resolves.toBe(1);
    await expect(withDeadline(Promise.reject(new Error('own')), 1000, 'x')).rejects.toThrow('own');
  });

  it('for a condition ends when it holds or when time is up', async () => {
    let n = 0;
    await expect(pollUntil('three', { withinMs: 1000, everyMs: 1 }, () => (++n === 3 ? n : undefined))).resolves.toBe(
      3,
    );
    await expect(pollUntil('never', { withinMs: 5, everyMs: 1 }, () => undefined)).rejects.toThrow(
      'never did not happen within 5 ms',
    );
  });
});

describe('closing', () => {
  it('runs in reverse order, once, and past an error', async () => {
    const order: string[] = [];
    const closing = new Closing();
    closing
      .add(() => order.push('first'))
      .add(() => {
        order.push('second');
        throw new Error('second failed');
      });
    closing.add(async () => order.push('third'));
    await expect(closing.close()).rejects.toThrow('second failed');
    await expect(closing.close()).rejects.toThrow('second failed');
    expect(order).toEqual(['third', 'second', 'first']);
  });

  it('closes at once what is added too late', async () => {
    const closing = new Closing();
    await closing.close();
    let closed = false;
    closing.add(() => {
      closed = true;
    });
    await pollUntil('closed', { withinMs: 1000, everyMs: 1 }, () => closed || undefined);
  });
});

describe('a folder', () => {
  it('is made with those above it, for its owner alone, and may be there already', () => {
    const deep = join(folder(), 'a', 'b', 'c');
    makeFolder(deep);
    makeFolder(deep);
    expect(statSync(join(deep, '..')).mode & 0o777).toBe(0o700);
  });

  it('that cannot be made is an error of the file system, also where that answers as if something were missing', () => {
    const file = join(folder(), 'file');
    writeFileSync(file, '');
    expect(() => makeFolder(file)).toThrow(/EEXIST/);
    expect(() => makeFolder(join(file, 'below', 'it'))).toThrow(/ENOTDIR/);
    // Node's own recursive mkdir does not come back from there.
    if (existsSync('/proc/self')) expect(() => makeFolder('/proc/nowhere/deep')).toThrow(/ENOENT/);
  });
});

describe('an atomic write', () => {
  it('leaves the new content with the mode asked for and no temporary file', () => {
    const path = join(folder(), 'deep', 'file');
    writeFileAtomic(path, 'old');
    writeFileAtomic(path, 'new');
    expect(readFileSync(path, 'utf8')).toBe('new');
    expect(statSync(path).mode & 0o777).toBe(0o600);
    expect(readdirSync(join(path, '..'))).toEqual(['file']);
  });

  it('that fails says where and why, and leaves nothing behind', () => {
    const inside = join(folder(), 'file');
    writeFileAtomic(inside, 'a file, not a folder');
    expect(() => writeFileAtomic(join(inside, 'x'), 'y')).toThrow(/cannot write .*file.x: /);
    expect(existsSync(join(inside, 'x'))).toBe(false);
  });

  it('finds the system code through the causes of an error', () => {
    const error = new BittensorError('disk', 'outer', { cause: Object.assign(new Error('inner'), { code: 'ENOSPC' }) });
    expect(systemCodeOf(error)).toBe('ENOSPC');
  });
});

describe('the log', () => {
  it('prints lines in the form of the manual', () => {
    const line = formatLine({
      time: new Date(2026, 10, 21, 14, 21, 59, 100).getTime(),
      level: 'info',
      module: 'mnist',
      msg: 'Train',
    });
    expect(line).toBe('2026-11-21 14:21:59.100 | INFO | mnist - Train');
  });

  it('writes the console form and JSON lines to a file', async () => {
    const lines: string[] = [];
    const path = folder();
    const log = createLog({ folder: path, write: line => lines.push(line) });
    log.child('net/axon').warn('careful', { peer: 7 });
    log.debug('not shown');
    await log.flush();
    expect(lines).toHaveLength(1);
    expect(lines[0]).toMatch(/\| WARN \| net\/axon - careful$/);
    const record = JSON.parse(readFileSync(join(path, 'bittensor.log'), 'utf8').trim()) as Record<string, unknown>;
    expect(record).toMatchObject({ module: 'net/axon', msg: 'careful', peer: 7 });
  });
});
