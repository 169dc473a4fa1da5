import type { ClientDuplexStream, ServiceError } from '@grpc/grpc-js';
import { RequestError } from '../errors.js';
import { fromServiceError } from '../wire/status.js';
import type { FrameStream } from './frame-stream.js';

/** Bytes that may wait in the transport before the session is told to wait. */
const HIGH_WATER_BYTES = 2 ** 20;

/** The caller's end of an Exchange made with grpc-js; messages are bytes. */
export function clientFrames(call: ClientDuplexStream<Buffer, Buffer>): FrameStream {
  let waitingBytes = 0;
  let isFull = false;
  let isOver = false;
  let onDrain = () => {};
  let onClose = (_error?: Error) => {};
  const close = (error?: Error) => {
    if (isOver) return;
    isOver = true;
    onClose(error);
  };
  call.on('error', (error: ServiceError) => {
    const { code, message } = fromServiceError(error);
    close(new RequestError(code, message, error));
  });
  call.on('status', () => close());
  call.on('close', () => close());
  return {
    write(head, body) {
      if (isOver) return false;
      const message = joined(head, body);
      waitingBytes += message.length;
      call.write(message, () => {
        waitingBytes -= message.length;
        if (!isFull || waitingBytes > HIGH_WATER_BYTES / 2) return;
        isFull = false;
        onDrain();
      });
      isFull ||= waitingBytes > HIGH_WATER_BYTES;
      return !isFull;
    },
    onFrame: callback => void call.on('data', callback),
    onDrain: callback => {
      onDrain = callback;
    },
    onEnd: callback => void call.on('end', callback),
    onClose: callback => {
      onClose = callback;
    },
    pause: () => void call.pause(),
    resume: () => void call.resume(),
    end: () => void call.end(),
    destroy: () => call.cancel(),
  };
}

function joined(head: Uint8Array, body: Uint8Array): Buffer {
  const message = Buffer.allocUnsafe(head.length + body.length);
  message.set(head);
  message.set(body, head.length);
  return message;
}
