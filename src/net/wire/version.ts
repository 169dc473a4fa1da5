import { clean } from './status.js';

/** Version of the protocol that this code speaks. */
export const PROTOCOL_VERSION = '2.0.0';

const PATTERN = /^(\d{1,4})\.(\d{1,4})\.(\d{1,4})$/;

/** Whether a message of this version can be read: the major version decides. */
export function isSpoken(version: string): boolean {
  return version === PROTOCOL_VERSION || majorOf(version) === majorOf(PROTOCOL_VERSION);
}

/** Says which version somebody speaks that is not spoken here: "the request speaks version 1.0.0, this side 2.0.0". */
export function speaks(who: string, version: string): string {
  return `${who} speaks version ${clean(version) || 'none'}, this side ${PROTOCOL_VERSION}`;
}

/** The version that two sides speak with each other, the lower of both; undefined when they have none in common. */
export function agreedVersion(theirs: string, ours = PROTOCOL_VERSION): string | undefined {
  const [a, b] = [PATTERN.exec(theirs), PATTERN.exec(ours)];
  if (!a || !b || a[1] !== b[1]) return undefined;
  const [minorA, minorB] = [Number(a[2]), Number(b[2])];
  const isLower = minorA < minorB || (minorA === minorB && Number(a[3]) < Number(b[3]));
  return isLower ? theirs : ours;
}

function majorOf(version: string): string | undefined {
  return PATTERN.exec(version)?.[1];
}
