/**
 * Keyed randomness: every random number is a pure function of (seed, path, index), so there is no running state to save,
 * resuming needs only the step, and every engine can compute the same bits.
 *
 * A key is two 32-bit words; `bits` mixes the index with both through a 32-bit integer hash (two rounds of multiply and
 * xor-shift, constants from Ettinger's "lowbias32" search). Not for cryptography.
 */

/** Names one stream of random numbers. */
export interface Key {
  readonly high: number;
  readonly low: number;
}

function mix(word: number): number {
  let h = word | 0;
  h = Math.imul(h ^ (h >>> 16), 0x7feb352d);
  h = Math.imul(h ^ (h >>> 15), 0x846ca68b);
  return (h ^ (h >>> 16)) | 0;
}

/** How a key was reached from the one above it. */
export type KeyPath = readonly (string | number)[];

/** Paths of the keys made below a traced one, by their words. */
let traced: Map<string, KeyPath> | undefined;

const wordsOf = ({ high, low }: Key): string => `${high}:${low}`;

/**
 * Runs `work` and remembers the path below `root` of every key folded in it, for those who must make the same keys below another root.
 * `pathOf` answers `undefined` for a key that was not made so.
 */
export function tracingKeys<T>(root: Key, work: (pathOf: (key: Key) => KeyPath | undefined) => T): T {
  const before = traced;
  const paths = new Map<string, KeyPath>([[wordsOf(root), []]]);
  traced = paths;
  try {
    return work((key) => paths.get(wordsOf(key)));
  } finally {
    traced = before;
  }
}

/** A key below `key`: the same path gives the same key, different paths give unrelated streams. */
export function fold(key: Key, ...path: readonly (string | number)[]): Key {
  let { high, low } = key;
  for (const part of path) {
    // A mark that no code point equals opens each part, so no two paths spell the same words, and fold(k, 1) and fold(k, '1') differ.
    // Numbers enter as two words, so steps past 2^32 stay distinct.
    const words =
      typeof part === 'string'
        ? [0x11_0053, ...Array.from(part, (character) => character.codePointAt(0) ?? 0)]
        : [0x11_004e, part | 0, Math.floor(part / 0x1_0000_0000) | 0];
    for (const word of words) {
      low = mix((low + word + 0x9e3779b9) | 0);
      high = mix((high ^ low) + 0x85ebca6b);
    }
  }
  const folded = { high, low };
  const above = traced?.get(wordsOf(key));
  if (above !== undefined) traced?.set(wordsOf(folded), [...above, ...path]);
  return folded;
}

/** The key of `path` under a run's seed (a non-negative safe integer). */
export function randomKey(seed: number, ...path: readonly (string | number)[]): Key {
  if (!Number.isSafeInteger(seed) || seed < 0) throw new Error(`seed must be a non-negative whole number, not ${seed}`);
  return fold({ high: 0x243f6a88, low: 0x85a308d3 | 0 }, seed, ...path);
}

/** The 32 random bits at `index` of the key's stream, as an unsigned integer. */
export function bits(key: Key, index: number): number {
  return mix((mix((index + key.low) | 0) + key.high) | 0) >>> 0;
}

/** Uniform in [0, 1), 32 bits of it. */
export function uniform(key: Key, index: number): number {
  return bits(key, index) / 0x1_0000_0000;
}

/** `count` normal numbers with the given standard deviation (Box-Muller on consecutive pairs of the stream). */
export function normals(count: number, key: Key, deviation = 1): Float32Array {
  const values = new Float32Array(count);
  for (let i = 0; i < count; i += 2) {
    const radius = Math.sqrt(-2 * Math.log((bits(key, i) + 1) / 0x1_0000_0000)) * deviation;
    const angle = 2 * Math.PI * uniform(key, i + 1);
    values[i] = radius * Math.cos(angle);
    if (i + 1 < count) values[i + 1] = radius * Math.sin(angle);
  }
  return values;
}

/** A random order of 0 .. count-1 (Fisher-Yates). */
export function permutation(count: number, key: Key): Uint32Array {
  const order = Uint32Array.from({ length: count }, (_, i) => i);
  for (let i = count - 1; i > 0; i--) {
    const j = Math.floor(uniform(key, i) * (i + 1));
    const held = order[i] ?? 0;
    order[i] = order[j] ?? 0;
    order[j] = held;
  }
  return order;
}
