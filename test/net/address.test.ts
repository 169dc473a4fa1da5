import { describe, expect, it } from 'vitest';
import { dialTarget, formatAddress, parseAddress, parseLiteral } from '../../src/net/address.js';
import { Limiter } from '../../src/net/dendrite/limiter.js';
import { Contacts } from '../../src/net/gossip/contacts.js';

describe('an address', () => {
  it('is read from host:port, [ipv6]:port and a port alone', () => {
    expect(parseAddress('10.0.0.1:80')).toEqual({ host: '10.0.0.1', port: 80 });
    expect(parseAddress('[::1]:8092')).toEqual({ host: '::1', port: 8_092 });
    expect(parseAddress('8120')).toEqual({ host: '127.0.0.1', port: 8_120 });
    expect(parseAddress('peer.example.org:65535')).toEqual({ host: 'peer.example.org', port: 65_535 });
    for (const bad of [
      '',
      ':80',
      'a b:1',
      '10.0.0.1:0',
      '10.0.0.1:65536',
      '::1:80',
      '[zz]:1',
      'unix:/tmp:1',
      'a/b:1',
      '-a:1',
    ]) {
      expect(() => parseAddress(bad), bad).toThrow('not an address');
    }
    for (const text of ['10.0.0.1:80', '[::1]:8092']) expect(formatAddress(parseAddress(text))).toBe(text);
  });

  it('of a stranger is a literal one', () => {
    expect(parseLiteral('10.0.0.1:80')).toEqual({ host: '10.0.0.1', port: 80 });
    expect(parseLiteral('localhost:80')).toBeUndefined();
    expect(parseLiteral('nonsense')).toBeUndefined();
  });

  it('is dialled without any scheme of its own, and "every interface" is this machine', () => {
    expect(dialTarget({ host: '0.0.0.0', port: 80 })).toBe('ipv4:127.0.0.1:80');
    expect(dialTarget({ host: '::', port: 80 })).toBe('ipv6:[::1]:80');
    expect(dialTarget({ host: 'example.org', port: 80 })).toBe('dns:example.org:80');
    for (const host of ['unix:/run/x', 'dns:///x', '', 'a b', '127.0.0.1:80/']) {
      expect(() => dialTarget({ host, port: 80 })).toThrow('not a host');
    }
    expect(() => dialTarget({ host: '10.0.0.1', port: 70_000 })).toThrow('not a port');
  });
});

describe('contacts', () => {
  const bootstrap = { host: '10.0.0.1', port: 1 };
  const other = { host: '10.0.0.2', port: 1 };
  const none = new Map();

  it('tell once that a bootstrap peer is down, wait longer each time, and tell when it is back', () => {
    const contacts = new Contacts([bootstrap]);
    expect(contacts.choose(none, 0)).toEqual(bootstrap);
    expect(contacts.failed(bootstrap, 0)).toBe(true);
    expect(contacts.choose(none, 999)).toBeUndefined();
    expect(contacts.choose(none, 1_000)).toEqual(bootstrap);
    expect(contacts.failed(bootstrap, 1_000)).toBe(false);
    expect(contacts.choose(none, 2_999)).toBeUndefined();
    for (let i = 0; i < 20; i++) contacts.failed(bootstrap, 0);
    expect(contacts.choose(none, 30_000)).toEqual(bootstrap);
    expect(contacts.succeeded(bootstrap, 30_000)).toBe(true);
    expect(contacts.succeeded(bootstrap, 30_000)).toBe(false);
  });

  it('try hearsay once, a bounded number of it, and never this node itself', () => {
    const contacts = new Contacts([]);
    contacts.isOwn(bootstrap);
    contacts.hear(bootstrap);
    expect(contacts.choose(new Map([[formatAddress(bootstrap), bootstrap]]), 0)).toBeUndefined();
    contacts.hear(other);
    expect(contacts.choose(none, 0)).toEqual(other);
    expect(contacts.failed(other, 0)).toBe(false);
    expect(contacts.choose(none, 0)).toBeUndefined();
    for (let port = 1; port <= 1_000; port++) contacts.hear({ host: '10.0.0.3', port });
    const seen = new Set(Array.from({ length: 3_000 }, () => contacts.choose(none, 0)!.port));
    expect(seen.size).toBeLessThanOrEqual(64);
  });
});

describe('a limiter', () => {
  const never = new AbortController().signal;

  it('lets so many go at a time, in order, and refuses beyond its line', async () => {
    const limiter = new Limiter(1, 2);
    const order: string[] = [];
    const enter = async (name: string) => {
      const leave = await limiter.enter(never);
      order.push(name);
      return leave;
    };
    const first = await enter('first');
    const second = enter('second');
    const third = enter('third');
    await expect(enter('fourth')).rejects.toMatchObject({ returnCode: 'NucleusFull' });
    expect(order).toEqual(['first']);
    first();
    first();
    (await second)();
    (await third)();
    expect(order).toEqual(['first', 'second', 'third']);
  });

  it('lets a waiter go when its signal aborts, and gives its place to the next', async () => {
    const limiter = new Limiter(1, 2);
    const leave = await limiter.enter(never);
    const impatient = new AbortController();
    const waiting = limiter.enter(impatient.signal);
    const patient = limiter.enter(never);
    impatient.abort(new Error('enough'));
    await expect(waiting).rejects.toThrow('enough');
    await expect(limiter.enter(impatient.signal)).rejects.toThrow('enough');
    leave();
    (await patient)();
  });
});
