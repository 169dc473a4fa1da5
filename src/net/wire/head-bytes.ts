import type { ReplyHead, RequestHead } from '../gen/bittensor.js';
import { blankReplyHead, blankRequestHead } from './blank.js';
import { checked, KEY, MESSAGE, NUMBERS, SIGNATURE, SYNAPSE_KEY, unknown, VERSION } from './frame-fields.js';
import { BackWriter, Reader, textBound } from './protobuf.js';

/** The heads of requests and replies as bytes: in a frame, and in the header of a unary call. */

/** The header of a unary call that carries its `RequestHead`: an axon judges it before it reads the body. */
export const HEAD_HEADER = 'bittensor-request-bin';

/** The header `bittensor-request-bin`. */
export function encodeRequestHead(head: RequestHead): Uint8Array {
  const writer = new BackWriter(new Uint8Array(requestBound(head)));
  writeRequest(writer, head);
  return writer.written();
}

/** Error `InvalidRequest`: it is no `RequestHead`. */
export function decodeRequestHead(bytes: Uint8Array): RequestHead {
  return checked('RequestHead', () => readRequest(new Reader(bytes)));
}

export function readRequest(reader: Reader): RequestHead {
  const head = blankRequestHead();
  for (let tag = reader.next(); tag !== 0; tag = reader.next()) {
    const field = tag >>> 3;
    if (field <= 14) reader.once(field);
    switch (tag) {
      case 10:
        head.version = reader.text(field, VERSION);
        break;
      case 16:
        head.method = reader.small() as RequestHead['method'];
        break;
      case 26:
        head.caller = reader.view(field, KEY);
        break;
      case 34:
        head.receiver = reader.view(field, KEY);
        break;
      case 42:
        head.synapseKey = reader.text(field, SYNAPSE_KEY);
        break;
      case 48:
        head.nonce = reader.varint();
        break;
      case 56:
        head.parameterVersion = reader.varint();
        break;
      case 66:
        head.tensorsDigest = reader.view(field, KEY);
        break;
      case 74:
        head.signature = reader.view(field, SIGNATURE);
        break;
      case 80:
        head.length = reader.varint();
        break;
      case 88:
        head.timeoutMs = reader.u32();
        break;
      case 98:
        head.network = reader.view(field, KEY);
        break;
      case 104:
        head.replyEncoding = reader.small() as RequestHead['replyEncoding'];
        break;
      case 112:
        head.replyCompression = reader.small() as RequestHead['replyCompression'];
        break;
      default:
        unknown(reader, tag, 14);
    }
  }
  return head;
}

export function writeRequest(writer: BackWriter, head: RequestHead): void {
  writer.number(14, head.replyCompression);
  writer.number(13, head.replyEncoding);
  writer.view(12, head.network);
  writer.number(11, head.timeoutMs);
  writer.number(10, head.length);
  writer.view(9, head.signature);
  writer.view(8, head.tensorsDigest);
  writer.number(7, head.parameterVersion);
  writer.number(6, head.nonce);
  writer.text(5, head.synapseKey);
  writer.view(4, head.receiver);
  writer.view(3, head.caller);
  writer.number(2, head.method);
  writer.text(1, head.version);
}

export function readReply(reader: Reader): ReplyHead {
  const head = blankReplyHead();
  for (let tag = reader.next(); tag !== 0; tag = reader.next()) {
    const field = tag >>> 3;
    if (field <= 6) reader.once(field);
    switch (tag) {
      case 8:
        head.returnCode = reader.small();
        break;
      case 18:
        head.message = reader.text(field, MESSAGE);
        break;
      case 24:
        head.parameterVersion = reader.varint();
        break;
      case 32:
        head.time = reader.varint();
        break;
      case 40:
        head.length = reader.varint();
        break;
      case 50:
        head.signature = reader.view(field, SIGNATURE);
        break;
      default:
        unknown(reader, tag, 6);
    }
  }
  return head;
}

export function writeReply(writer: BackWriter, head: ReplyHead): void {
  writer.view(6, head.signature);
  writer.number(5, head.length);
  writer.number(4, head.time);
  writer.number(3, head.parameterVersion);
  writer.text(2, head.message);
  writer.number(1, head.returnCode);
}

/** No head takes more bytes than this. */
export function requestBound(head: RequestHead): number {
  const { caller, receiver, tensorsDigest, signature, network } = head;
  const bytes = caller.length + receiver.length + tensorsDigest.length + signature.length + network.length;
  return NUMBERS + textBound(head.version) + textBound(head.synapseKey) + bytes;
}

export function replyBound({ message, signature }: ReplyHead): number {
  return NUMBERS + textBound(message) + signature.length;
}
