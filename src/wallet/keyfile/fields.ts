import { walletError } from '../errors.js';

export type Fields = Readonly<Record<string, unknown>>;

const KNOWN = ['accountId', 'publicKey', 'privateKey', 'secretPhrase', 'secretSeed', 'ss58Address', 'cryptoType'];
const OTHER_KINDS: Readonly<Record<string, string>> = { 0: 'ed25519', 2: 'ecdsa', ed25519: 'ed25519', ecdsa: 'ecdsa' };
const OUR_KIND: readonly unknown[] = [1, '1', 'sr25519', undefined, null, ''];

/**
 * The fields of a JSON key file. Unknown ones may be there, but none twice and none that is a known name with a slip, which
 * is what damage looks like. `bad` makes the error; `unsupported_key` for another kind of key.
 */
export function parseFields(text: string, path: string, bad: (why: string) => Error): Fields {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    // The parser's own message quotes the text, which is secret.
    throw bad('it is not JSON');
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) throw bad('it is not a JSON object');
  checkNames(namesIn(text), bad);
  const fields = Object.assign(Object.create(null), value) as Fields;
  checkKind(fields.cryptoType ?? fields['crypto_type'], path);
  return fields;
}

function checkNames(names: readonly string[], bad: (why: string) => Error): void {
  if (new Set(names).size !== names.length) throw bad('it has a field twice');
  for (const name of names) {
    const meant = KNOWN.find(known => known !== name && isSlipOf(known, name));
    if (meant) throw bad(`it has a damaged field name, which was ${meant}`);
  }
}

/** The names of the outermost object, doubles included, which the parser does not tell. */
function namesIn(text: string): string[] {
  const names: string[] = [];
  let depth = 0;
  let string = '';
  for (const [token] of text.matchAll(/"(?:[^"\\]|\\.)*"|[{}[\]:]/gs)) {
    if (token === '{' || token === '[') depth++;
    else if (token === '}' || token === ']') depth--;
    else if (token === ':' && depth === 1) names.push(JSON.parse(string) as string);
    else string = token;
  }
  return names;
}

/** One character differs, or only the case does. */
function isSlipOf(known: string, name: string): boolean {
  if (known.length !== name.length) return false;
  const differing = [...known].filter((character, i) => character !== name[i]).length;
  return differing === 1 || known.toLowerCase() === name.toLowerCase();
}

function checkKind(kind: unknown, path: string): void {
  if (OUR_KIND.includes(kind)) return;
  const name = typeof kind === 'number' || typeof kind === 'string' ? OTHER_KINDS[String(kind)] : undefined;
  const what = name ? `an ${name} key` : 'a key of an unknown kind';
  throw walletError('unsupported_key', `${path} holds ${what}; only sr25519 keys are supported`, { path, kind: name });
}

/** Words and hexadecimal digits are written in one case; one changed bit would make a capital of a letter. */
export function hasMixedCase(text: string): boolean {
  const digits = text.replace(/^0x/, '');
  return digits !== digits.toLowerCase() && digits !== digits.toUpperCase();
}
