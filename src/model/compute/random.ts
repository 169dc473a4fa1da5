/** Seeded random numbers. A stream is named by a seed and a path, so that step 4711 can be repeated without the 4710 before it. */
export interface Random {
  /** In [0, 1), 32 bits. */
  uniform(): number;
  /** Mean 0, variance 1. */
  normal(): number;
}

/** The stream of a seed and a path: `random(7, 'noise', 12)`. Equal names give equal numbers on every machine. */
export function random(seed: number, ...path: readonly (string | number)[]): Random {
  const next = sfc32(hash128(`${seed}/${path.join('/')}`));
  let spare: number | undefined;
  return {
    uniform: next,
    // Box-Muller makes two at a time.
    normal() {
      if (spare !== undefined) {
        const value = spare;
        spare = undefined;
        return value;
      }
      const radius = Math.sqrt(-2 * Math.log(1 - next()));
      const angle = 2 * Math.PI * next();
      spare = radius * Math.sin(angle);
      return radius * Math.cos(angle);
    },
  };
}

/** The numbers 0 to n-1 in a random order (Fisher-Yates). */
export function permutation(n: number, source: Random): Uint32Array {
  const order = new Uint32Array(n);
  for (let i = 0; i < n; i++) {
    const j = Math.floor(source.uniform() * (i + 1));
    order[i] = order[j]!;
    order[j] = i;
  }
  return order;
}

/** Normal numbers with the given deviation. */
export function normals(length: number, deviation: number, source: Random): Float32Array {
  const values = new Float32Array(length);
  for (let i = 0; i < length; i++) values[i] = deviation * source.normal();
  return values;
}

/** cyrb128: 128 well mixed bits of a text. Not for secrets. */
function hash128(text: string): [number, number, number, number] {
  let [a, b, c, d] = [1779033703, 3144134277, 1013904242, 2773480762];
  for (let i = 0; i < text.length; i++) {
    const k = text.charCodeAt(i);
    a = b ^ Math.imul(a ^ k, 597399067);
    b = c ^ Math.imul(b ^ k, 2869860233);
    c = d ^ Math.imul(c ^ k, 951274213);
    d = a ^ Math.imul(d ^ k, 2716044179);
  }
  a = Math.imul(c ^ (a >>> 18), 597399067);
  b = Math.imul(d ^ (b >>> 22), 2869860233);
  c = Math.imul(a ^ (c >>> 17), 951274213);
  d = Math.imul(b ^ (d >>> 19), 2716044179);
  return [a ^ b ^ c ^ d, b ^ a, c ^ a, d ^ a];
}

/** sfc32, the small fast counting generator of PractRand. */
function sfc32([a, b, c, d]: [number, number, number, number]): () => number {
  const next = () => {
    const t = (((a + b) | 0) + d) | 0;
    d = (d + 1) | 0;
    a = b ^ (b >>> 9);
    b = (c + (c << 3)) | 0;
    c = (c << 21) | (c >>> 11);
    c = (c + t) | 0;
    return (t >>> 0) / 4294967296;
  };
  for (let i = 0; i < 12; i++) next();
  return next;
}
