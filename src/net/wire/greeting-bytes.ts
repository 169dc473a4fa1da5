import type { Challenge, Frame, Hello, Welcome } from '../gen/bittensor.js';
import { NO_BYTES } from './blank.js';
import { KEY, NUMBERS, SIGNATURE, unknown, VERSION } from './frame-fields.js';
import { type BackWriter, type Reader, textBound } from './protobuf.js';

/** What a session begins with, as bytes. */

export function readChallenge(reader: Reader): Challenge {
  const challenge: Challenge = { version: '', challenge: NO_BYTES, hotkey: NO_BYTES, time: 0, network: NO_BYTES };
  for (let tag = reader.next(); tag !== 0; tag = reader.next()) {
    const field = tag >>> 3;
    if (field <= 5) reader.once(field);
    switch (tag) {
      case 10:
        challenge.version = reader.text(field, VERSION);
        break;
      case 18:
        challenge.challenge = reader.view(field, KEY);
        break;
      case 26:
        challenge.hotkey = reader.view(field, KEY);
        break;
      case 32:
        challenge.time = reader.varint();
        break;
      case 42:
        challenge.network = reader.view(field, KEY);
        break;
      default:
        unknown(reader, tag, 5);
    }
  }
  return challenge;
}

export function writeChallenge(writer: BackWriter, challenge: Challenge): void {
  writer.view(5, challenge.network);
  writer.number(4, challenge.time);
  writer.view(3, challenge.hotkey);
  writer.view(2, challenge.challenge);
  writer.text(1, challenge.version);
}

export function readHello(reader: Reader): Hello {
  const hello: Hello = { version: '', caller: NO_BYTES, network: NO_BYTES, expiry: 0, signature: NO_BYTES };
  for (let tag = reader.next(); tag !== 0; tag = reader.next()) {
    const field = tag >>> 3;
    if (field <= 5) reader.once(field);
    switch (tag) {
      case 10:
        hello.version = reader.text(field, VERSION);
        break;
      case 18:
        hello.caller = reader.view(field, KEY);
        break;
      case 26:
        hello.network = reader.view(field, KEY);
        break;
      case 32:
        hello.expiry = reader.varint();
        break;
      case 42:
        hello.signature = reader.view(field, SIGNATURE);
        break;
      default:
        unknown(reader, tag, 5);
    }
  }
  return hello;
}

export function writeHello(writer: BackWriter, hello: Hello): void {
  writer.view(5, hello.signature);
  writer.number(4, hello.expiry);
  writer.view(3, hello.network);
  writer.view(2, hello.caller);
  writer.text(1, hello.version);
}

export function readWelcome(reader: Reader): Welcome {
  const welcome: Welcome = { version: '', requests: 0, inlineBytes: 0, bodyBytes: 0 };
  for (let tag = reader.next(); tag !== 0; tag = reader.next()) {
    const field = tag >>> 3;
    if (field <= 4) reader.once(field);
    switch (tag) {
      case 10:
        welcome.version = reader.text(field, VERSION);
        break;
      case 16:
        welcome.requests = reader.u32();
        break;
      case 24:
        welcome.inlineBytes = reader.varint();
        break;
      case 32:
        welcome.bodyBytes = reader.varint();
        break;
      default:
        unknown(reader, tag, 4);
    }
  }
  return welcome;
}

export function writeWelcome(writer: BackWriter, welcome: Welcome): void {
  writer.number(4, welcome.bodyBytes);
  writer.number(3, welcome.inlineBytes);
  writer.number(2, welcome.requests);
  writer.text(1, welcome.version);
}

/** No greeting takes more bytes than this. */
export function greetingBound({ challenge, hello, welcome }: Partial<Frame>): number {
  let bound = 0;
  if (welcome) bound += NUMBERS + textBound(welcome.version);
  if (hello) {
    bound += NUMBERS + textBound(hello.version) + hello.caller.length + hello.network.length + hello.signature.length;
  }
  if (challenge) {
    bound += NUMBERS + textBound(challenge.version) + challenge.challenge.length + challenge.hotkey.length;
    bound += challenge.network.length;
  }
  return bound;
}
