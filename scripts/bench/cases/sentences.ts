/**
 * The sentences to label: a file of the user's, read by a tokenizer, or drawn ones, whose lengths follow a log-normal law that looks like film
 * reviews cut into sentences (median 22 tokens, a tenth above 41).
 */
import { readFile } from 'node:fs/promises';
import { fold, type Key, normals, uniform } from '../../../src/engine/random.ts';
import type { EncodedCorpus } from '../../../src/text/encoded-corpus.ts';
import { loadTokenizer } from '../../../src/text/tokenizer-files.ts';

const [medianTokens, spread] = [22, 0.5];
export const lengthLimits = { least: 4, most: 128 } as const;

export type Sentences = Pick<EncodedCorpus, 'ids' | 'offsets'>;

/** The first `count` sentences of a file, as the tokenizer of a folder reads them, and how many tokens it knows. @throws if the file has none. */
export async function sentencesOfFile(path: string, { tokenizer: folder, count }: { readonly tokenizer: string; readonly count: number }): Promise<Sentences & { readonly vocabulary: number }> {
  const lines = (await readFile(path, 'utf8')).split('\n').map((line) => line.trim()).filter((line) => line !== '').slice(0, count);
  if (lines.length === 0) throw new Error(`${path} holds no sentences; give a text file with one a line`);
  const tokenizer = await loadTokenizer(folder);
  const rows = (await tokenizer.encode(lines.map((text) => ({ text })), { maxTokens: lengthLimits.most })).map(({ ids }) => ids);
  const offsets = new Uint32Array(rows.length + 1);
  rows.forEach((row, i) => (offsets[i + 1] = (offsets[i] ?? 0) + row.length));
  return { ids: Int32Array.from(rows.flatMap((row) => [...row])), offsets, vocabulary: tokenizer.tokens().length };
}

export function drawnLengths(count: number, key: Key): Uint32Array {
  return Uint32Array.from(normals(count, key, spread), (deviation) => clamp(Math.round(medianTokens * Math.exp(deviation))));
}

/** Sentences of these lengths with drawn ids, as an encoded corpus. */
export function corpusOfLengths(lengths: Uint32Array, { vocabulary, key }: { vocabulary: number; key: Key }): Sentences {
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
