// Word vectors from a text file in GloVe's format (Pennington et al. 2014): a word and its numbers on each line, parted by spaces; a
// first line of two numbers (word2vec's) is passed over. Read line by line, the first words only, which such files list by frequency.
import { quoted } from '../storage/quoted.ts';
import { readLines } from './lines.ts';
import type { Tokenizer } from './tokenizer.ts';

export interface ReadVectorsOptions {
  /** Words to read; the rest of the file is left. Default 100,000. */
  readonly words?: number;
}

const usualWords = 100_000;

export class WordVectors {
  readonly words: readonly string[];
  readonly width: number;
  /** [n * width], each of length 1 (or 0). */
  readonly #units: Float32Array;
  readonly #places: ReadonlyMap<string, number>;

  /** @param vectors [n * width] of the words, in their order; taken over and brought to length 1. The first of equal words counts. */
  constructor(words: readonly string[], vectors: Float32Array) {
    this.words = words;
    this.width = words.length === 0 ? 0 : vectors.length / words.length;
    this.#units = vectors;
    for (let word = 0; word < words.length; word++) scale(this.#units.subarray(word * this.width, (word + 1) * this.width));
    this.#places = new Map(words.map((word, place) => [word, place] as const).reverse());
  }

  /** The vector of a word, of length 1; undefined for a word that is not here. */
  of(word: string): Float32Array | undefined {
    const place = this.#places.get(word);
    return place === undefined ? undefined : this.#units.subarray(place * this.width, (place + 1) * this.width);
  }

  /** The words whose vectors point most nearly the same way, nearest first; equal ones by their order. Words of no length are nobody's neighbours. */
  nearest(vector: Float32Array, count: number): string[] {
    const unit = scale(Float32Array.from(vector));
    if (unit.length !== this.width || unit.every((value) => value === 0)) return [];
    const best: { place: number; cosine: number }[] = [];
    for (let place = 0; place < this.words.length; place++) {
      const cosine = dot(this.#units, place * this.width, unit);
      if (cosine === 0 || (best.length === count && cosine <= (best.at(-1)?.cosine ?? -1))) continue;
      const at = best.findIndex((other) => other.cosine < cosine);
      best.splice(at === -1 ? best.length : at, 0, { place, cosine });
      if (best.length > count) best.pop();
    }
    return best.map(({ place }) => this.words[place] ?? '');
  }
}

/** Of the tokens of a vocabulary that are words with vectors, by their ids. */
export function vectorsById(vectors: WordVectors, tokenizer: Pick<Tokenizer, 'vocabulary'>): Map<number, Float32Array> {
  return new Map(tokenizer.vocabulary().flatMap(([token, id]) => {
    const vector = vectors.of(token);
    return vector === undefined ? [] : [[id, vector] as const];
  }));
}

/** Throws an Error with file, line and mend for a line that holds no vector of the first one's length. */
export async function readWordVectors(path: string, { words: most = usualWords }: ReadVectorsOptions = {}): Promise<WordVectors> {
  const words: string[] = [];
  let values = new Float32Array(4096);
  let width: number | undefined;
  for await (const { number, text } of readLines(path)) {
    if (words.length === most) break;
    const fields = text.trimEnd().split(' ');
    if (number === 1 && fields.length === 2 && fields.every((field) => /^\d+$/.test(field))) continue;
    width ??= fields.length - 1;
    const cut = fields.length - width; // a word may hold spaces itself
    const refuse = (what: string) => new Error(`${path}:${number}: ${what}; a line is a word and the numbers of its vector, parted by single spaces`);
    if (width < 1) throw refuse(`${quoted(text)} is no word with a vector`);
    if (cut < 1) throw refuse(`${fields.length - 1} numbers where the first line has ${width}`);
    const end = (words.length + 1) * width;
    if (end > values.length) values = grown(values, end);
    for (let i = 0; i < width; i++) {
      const field = fields[cut + i] ?? '';
      const value = field === '' ? NaN : Number(field);
      if (!Number.isFinite(Math.fround(value))) throw refuse(`${quoted(field)} is no number`);
      values[end - width + i] = value;
    }
    words.push(fields.slice(0, cut).join(' '));
  }
  if (words.length === 0) throw new Error(`${path}: no word vectors; give a text file in GloVe's format, a word and its numbers on each line`);
  return new WordVectors(words, values.subarray(0, words.length * (width ?? 0)));
}

function grown(values: Float32Array, atLeast: number): Float32Array<ArrayBuffer> {
  const larger = new Float32Array(Math.max(atLeast, 2 * values.length));
  larger.set(values);
  return larger;
}

/** To length 1, in place; what has none, or is too long to measure, becomes zeros. */
function scale(vector: Float32Array): Float32Array {
  const length = Math.sqrt(vector.reduce((sum, value) => sum + value * value, 0));
  if (!(length > 1e-12 && Number.isFinite(length))) return vector.fill(0);
  vector.forEach((value, i) => (vector[i] = value / length));
  return vector;
}

function dot(units: Float32Array, begin: number, unit: Float32Array): number {
  let sum = 0;
  for (let i = 0; i < unit.length; i++) sum += (units[begin + i] ?? 0) * (unit[i] ?? 0);
  return sum;
}
