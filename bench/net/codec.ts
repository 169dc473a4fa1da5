import { floatTensor } from '../../src/net/index.js';
// Inside the wire: what a session does with a request of this size, without the session.
import { encodeTensors, readTensors } from '../../src/net/wire/bodies.js';
import { decodeFrame, encodeFrame } from '../../src/net/wire/exchange-frame.js';
import { sessionHead } from '../../src/net/wire/messages.js';
import { defaultTensorLimits } from '../../src/net/wire/tensor.js';
import { median, time } from '../measure.js';

/** Milliseconds to make 1 MiB of floats into a frame with its head, and to read them back, median. */
export function encodeAndDecodeMs(): number {
  const tensor = floatTensor(new Float32Array(2 ** 18).fill(0.5), [256, 1024]);
  const once = () => {
    const { body } = encodeTensors([tensor], defaultTensorLimits);
    const request = sessionHead({
      kind: 'forward',
      synapseKey: '',
      parameterVersion: 0,
      length: body.length,
      timeoutMs: 10_000,
    });
    const frame = decodeFrame(encodeFrame({ id: 1, request, body }));
    const [read] = readTensors(frame.body, defaultTensorLimits, 'RequestDeserializationException').tensors();
    if (read!.buffer.length !== 2 ** 20) throw new Error('a tensor of another size');
  };
  for (let i = 0; i < 200; i++) once();
  return median(Array.from({ length: 500 }, () => time(once)));
}
