import { existsSync } from 'node:fs';
import { type Endorsement, endorsementFrom, verifyEndorsement } from './endorsement.js';
import { notKeyFile, readKeyFile, replaceFile } from './keyfile/disk.js';
import { endorsementFileOf } from './paths.js';

export function writeEndorsement(path: string, endorsement: Endorsement): Endorsement {
  replaceFile(path, JSON.stringify(endorsement));
  return endorsement;
}

/** Undefined when there is none. Error `bad_key_file` when the file is something else. */
export function readEndorsement(path: string): Endorsement | undefined {
  if (!existsSync(path)) return undefined;
  const endorsement = endorsementFrom(parsed(readKeyFile(path).toString('utf8')));
  if (!endorsement) throw notKeyFile(path, 'it is no endorsement of a hotkey');
  return endorsement;
}

/** The endorsement beside a hotkey's file, if it is one of this key; undefined when there is none, or another thing. */
export function validEndorsementBeside(keyFile: string, hotkey: Uint8Array): Endorsement | undefined {
  try {
    const endorsement = readEndorsement(endorsementFileOf(keyFile));
    return verifyEndorsement(endorsement, { hotkey }) ? endorsement : undefined;
  } catch {
    return undefined;
  }
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
