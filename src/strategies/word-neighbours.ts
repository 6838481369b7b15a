/**
 * Words near a word that a vocabulary breaks into pieces, for augmentation: by vectors from a file, or by a model's own embeddings, a
 * word of several pieces standing at their mean.
 */
import type { Model } from '../models/model.ts';
import { families } from '../models/families.ts';
import type { Tokenizer } from '../text/tokenizer.ts';
import { wordTokens } from '../text/word-continuations.ts';
import { WordVectors } from '../text/word-vectors.ts';

export interface WordNeighbours {
  /** At most `count` words, nearest first, never the word itself. @param pieces ids of its tokens; none of a word that the vocabulary does not know. */
  readonly near: (word: string, pieces: readonly number[], count: number) => readonly string[];
}

/** By the vector of the word as it is written, or of its lower case. */
export function vectorNeighbours(vectors: WordVectors): WordNeighbours {
  return remembered((word, _pieces, count) => {
    const vector = vectors.of(word) ?? vectors.of(word.toLowerCase());
    return vector === undefined ? [] : others(word, vectors.nearest(vector, count + 2), count); // itself, in both spellings
  });
}

/** By the word embeddings of a model: among the words that are tokens by themselves. */
export async function embeddingNeighbours(model: Model, tokenizer: Tokenizer): Promise<WordNeighbours> {
  const { embeddings } = families[model.config.family].names;
  const table = (await model.parameters.get(`${embeddings}.word_embeddings.weight`).data()) as Float32Array; // [V, E]
  const width = table.length / model.config.vocabulary;
  const row = (id: number) => table.subarray(id * width, (id + 1) * width);
  const tokens = (await wordTokens(tokenizer)).flatMap((word, id) => (word === undefined ? [] : [{ word, id }]));
  const flat = new Float32Array(tokens.length * width);
  tokens.forEach(({ id }, place) => flat.set(row(id), place * width));
  const vectors = new WordVectors(tokens.map(({ word }) => word), flat);
  return remembered((word, pieces, count) => {
    if (pieces.length === 0) return [];
    const mean = Float32Array.from({ length: width }, (_, i) => pieces.reduce((sum, id) => sum + (row(id)[i] ?? 0), 0) / pieces.length);
    return others(word, vectors.nearest(mean, count + 2), count);
  });
}

function others(word: string, found: readonly string[], count: number): string[] {
  return found.filter((other) => other.toLowerCase() !== word.toLowerCase()).slice(0, count);
}

/** Asked once for each word: a search looks at every vector. */
function remembered(near: WordNeighbours['near']): WordNeighbours {
  const known = new Map<string, readonly string[]>();
  return {
    near: (word, pieces, count) => {
      const key = `${count} ${word}`;
      const found = known.get(key) ?? near(word, pieces, count);
      known.set(key, found);
      return found;
    },
  };
}
