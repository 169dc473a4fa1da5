import { beforeAll, describe, expect, it } from 'vitest';
import { type Asking, askMany, giveBack } from '../../../src/net/dendrite/many.js';
import {
  type BackwardRequest,
  type CallRequest,
  floatsOf,
  floatTensor,
  type Peer,
  type Reply,
  stringsOf,
  textTensor,
} from '../../../src/net/index.js';
import { ready } from '../../../src/wallet/index.js';

beforeAll(() => ready());

const peers: Peer[] = [1, 2, 3].map(port => ({ hotkey: `0x${String(port).repeat(64)}`, host: '127.0.0.1', port }));
const [first, second, third] = peers as [Peer, Peer, Peer];
const nothing = { message: '', tensors: [], parameterVersion: 0, elapsedMs: 1, bytesIn: 0, bytesOut: 0 };

/** Endpoints of which the second fails and the others answer the port; it keeps what they were asked. */
function asking(waiting: readonly Peer[] = []): Asking & { asked: [Peer, CallRequest | BackwardRequest][] } {
  const asked: [Peer, CallRequest | BackwardRequest][] = [];
  const answer = (peer: Peer): Reply =>
    peer === second
      ? { ...nothing, code: 'Timeout', message: 'late', elapsedMs: 50 }
      : {
          ...nothing,
          code: 'Success',
          tensors: [floatTensor(Float32Array.of(peer.port), [1, 1])],
          parameterVersion: 10 + peer.port,
          elapsedMs: peer.port,
        };
  const ask = async (peer: Peer, request: CallRequest) => {
    asked.push([peer, request]);
    return answer(peer);
  };
  return { asked, forward: ask, backward: ask, waitMs: peer => (waiting.includes(peer) ? 700 : 0), all: () => peers };
}

describe('asking many endpoints', () => {
  it('gives responses, codes and times in the order of the endpoints, with those that failed', async () => {
    const answers = await askMany(asking(), 'text', peers, ['a', 'b'], {});
    const [responses, codes, times] = answers;
    expect(responses.map(response => response && floatsOf(response)[0])).toEqual([1, undefined, 3]);
    expect(codes).toEqual(['Success', 'Timeout', 'Success']);
    expect(times).toEqual([1, 50, 3]);
    expect(answers.replies[1]!.message).toBe('late');
    expect(answers.peers).toEqual(peers);
  });

  it('takes one endpoint, a list, or all there are, and options for each call', async () => {
    const one = asking();
    await askMany(one, 'text', first, 'hello', { timeoutMs: 5, expect: [1, -1], synapseKey: 'k' });
    expect(one.asked).toHaveLength(1);
    const [peer, request] = one.asked[0]!;
    expect(peer).toBe(first);
    expect(stringsOf(request.tensors[0]!)).toEqual(['hello']);
    expect(request).toMatchObject({ timeoutMs: 5, expect: [[1, -1]], synapseKey: 'k', dtype: 'float32' });
    const all = asking();
    expect((await askMany(all, 'image', 'all', floatTensor(new Float32Array(2), [1, 2]), {}))[1]).toHaveLength(3);
    expect(all.asked.map(([asked]) => asked)).toEqual(peers);
    expect(all.asked[0]![1].tensors[0]!.modality).toBe('image');
    expect((await askMany(asking(), 'text', [], [], {}))[1]).toEqual([]);
  });

  it('takes one input for each endpoint, and refuses another number of them', async () => {
    const each = asking();
    const inputs = peers.map((_, i) => floatTensor(Float32Array.of(i), [1, 1]));
    await askMany(each, 'tensor', peers, inputs, {});
    expect(each.asked.map(([, { tensors }]) => floatsOf(tensors[0]!)[0])).toEqual([0, 1, 2]);
    await expect(askMany(each, 'tensor', [first], inputs, {})).rejects.toThrow('3 inputs for 1 endpoints');
  });

  it('leaves alone whom it has to, and asks nothing of anybody without elements', async () => {
    const some = asking([third]);
    const [, codes] = await askMany(some, 'text', peers, 'a', {});
    expect(codes).toEqual(['Success', 'Timeout', 'Backoff']);
    expect(some.asked.map(([peer]) => peer)).toEqual([first, second]);
    const all = asking([third]);
    expect((await askMany(all, 'text', peers, 'a', { ignoreBackOff: true }))[1][2]).toBe('Success');
    const none = asking();
    expect((await askMany(none, 'text', first, textTensor([]), {}))[1]).toEqual(['EmptyRequest']);
    expect(none.asked).toEqual([]);
  });
});

describe('giving gradients back', () => {
  const gradient = floatTensor(Float32Array.of(9), [1, 1]);

  it('asks those that answered, with their input, the gradient and the version of their parameters', async () => {
    const all = asking();
    const answers = await askMany(all, 'image', peers, floatTensor(Float32Array.of(5), [1, 1]), {});
    all.asked.length = 0;
    const [, codes] = await giveBack(all, answers, [gradient, gradient, undefined], { timeoutMs: 7 });
    expect(codes).toEqual(['Success', 'Timeout', 'EmptyRequest']);
    expect(all.asked).toHaveLength(1);
    const [peer, request] = all.asked[0]!;
    expect(peer).toBe(first);
    expect(request).toMatchObject({ parameterVersion: 11, timeoutMs: 7 });
    expect(request.tensors.map(tensor => floatsOf(tensor)[0])).toEqual([5, 9]);
    await expect(giveBack(all, answers, [gradient], {})).rejects.toThrow('1 gradients for 3 endpoints');
  });

  it('expects nothing back for text', async () => {
    const all = asking();
    const answers = await askMany(all, 'text', first, 'a', {});
    await giveBack(all, answers, [gradient], {});
    expect(all.asked[1]![1]).toMatchObject({ expect: [] });
  });
});
