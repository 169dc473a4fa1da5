import { describe, expect, it } from 'vitest';
import type { GrpcCall } from '../../../src/net/server/grpc-call.js';
import { HealthService } from '../../../src/net/server/health-service.js';

/** A call of Watch from this address, which asked already. */
function watcher(address: string, trusted = false) {
  const refused: string[] = [];
  let onClose = () => {};
  let sent = 0;
  const call = {
    host: { address, trusted },
    signal: new AbortController().signal,
    onClose: (callback: () => void) => {
      onClose = callback;
    },
    receive: ({ onMessage }: { onMessage(bytes: Uint8Array): void }) => onMessage(new Uint8Array(0)),
    sendAlone: () => {
      sent++;
    },
    refuse: (code: string) => {
      refused.push(code);
      onClose();
    },
  };
  return { call: call as unknown as GrpcCall, refused, close: () => onClose(), answers: () => sent };
}

describe('health watchers', () => {
  const opened = (service: HealthService, address: string, trusted = false) => {
    const one = watcher(address, trusted);
    service.watch(one.call);
    return one;
  };

  it('are four of one address, or of one /64, and others are served beside them', () => {
    const service = new HealthService([], 1_000);
    const same = Array.from({ length: 6 }, (_, i) => opened(service, `2001:db8::${i}`));
    expect(same.map(({ answers }) => answers())).toEqual([1, 1, 1, 1, 0, 0]);
    expect(same.map(({ refused }) => refused)).toEqual([[], [], [], [], ['NucleusFull'], ['NucleusFull']]);
    expect(opened(service, '192.0.2.1').answers()).toBe(1);
    // One that left gives its place to the next.
    same[0]!.close();
    expect(opened(service, '2001:db8::9').answers()).toBe(1);
  });

  it('are 64 in all: of more, the oldest goes whose connection nobody showed a key', () => {
    const service = new HealthService([], 1_000);
    const friend = opened(service, '192.0.2.1', true);
    const strangers = Array.from({ length: 63 }, (_, i) => opened(service, `10.0.0.${i}`));
    const late = [opened(service, '192.0.2.2'), opened(service, '192.0.2.3')];
    expect(late.map(({ answers }) => answers())).toEqual([1, 1]);
    expect([friend, ...strangers].flatMap(({ refused }, i) => (refused.length > 0 ? [i] : []))).toEqual([1, 2]);
  });

  it('who all showed a key keep their places', () => {
    const service = new HealthService([], 1_000);
    const friends = Array.from({ length: 64 }, (_, i) => opened(service, `10.0.0.${i}`, true));
    expect(opened(service, '192.0.2.1').refused).toEqual(['NucleusFull']);
    expect(friends.flatMap(({ refused }) => refused)).toEqual([]);
  });
});
