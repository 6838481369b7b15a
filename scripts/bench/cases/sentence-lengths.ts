/**
 * How long the sentences to label are: counted in a file of the user's, or drawn from a log-normal law that looks like film reviews
 * cut into sentences (median 22 tokens, a tenth above 41). Only lengths matter to a timing, so ids are drawn, not looked up.
 */
import { readFile } from 'node:fs/promises';
import { fold, type Key, normals, uniform } from '../../../src/engine/random.ts';
import type { EncodedCorpus } from '../../../src/text/encoded-corpus.ts';

const [medianTokens, spread] = [22, 0.5];
export const lengthLimits = { least: 4, most: 128 } as const;
const framing = 2; // [CLS], [SEP]

/** The first `count` sentences of a file, as lengths in tokens. @throws if it has none. */
export async function lengthsOfFile(path: string, count: number): Promise<Uint32Array> {
  const lines = (await readFile(path, 'utf8')).split('\n').map((line) => line.trim()).filter((line) => line !== '');
  if (lines.length === 0) throw new Error(`${path} holds no sentences; give a text file with one a line`);
  return Uint32Array.from(lines.slice(0, count), (line) => clamp(piecesOf(line) + framing));
}

/** About as many word pieces as an English vocabulary of 30,000 needs: marks stand alone, and letters past eight begin a further piece every six. */
export function piecesOf(sentence: string): number {
  const words = sentence.match(/[\p{L}\p{N}]+|[^\s\p{L}\p{N}]/gu) ?? [];
  return words.reduce((sum, word) => sum + 1 + Math.max(0, Math.ceil((word.length - 8) / 6)), 0);
}

export function drawnLengths(count: number, key: Key): Uint32Array {
  return Uint32Array.from(normals(count, key, spread), (deviation) => clamp(Math.round(medianTokens * Math.exp(deviation))));
}

/** Sentences of these lengths with drawn ids, as an encoded corpus. */
export function corpusOfLengths(lengths: Uint32Array, { vocabulary, key }: { vocabulary: number; key: Key }): Pick<EncodedCorpus, 'ids' | 'offsets'> {
  const offsets = new Uint32Array(lengths.length + 1);
  lengths.forEach((length, row) => (offsets[row + 1] = (offsets[row] ?? 0) + length));
  const words = fold(key, 'words');
  const ids = Int32Array.from({ length: offsets.at(-1) ?? 0 }, (_, i) => 999 + Math.floor(uniform(words, i) * (vocabulary - 999)));
  lengths.forEach((length, row) => {
    const begin = offsets[row] ?? 0;
    ids[begin] = 101;
    ids[begin + length - 1] = 102;
  });
  return { ids, offsets };
}

const clamp = (length: number): number => Math.min(lengthLimits.most, Math.max(lengthLimits.least, length));
