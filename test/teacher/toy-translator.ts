// A translator without a model: it writes each word backwards, and for every further translation leaves a word out. Scores follow from the text.
import type { Translation, Translator } from '../../src/teacher/translator.ts';
import { makeCorpus } from '../../src/text/corpus.ts';
import { type StreamedCorpus, streamOf } from '../../src/text/streamed-corpus.ts';

const words = ['a', 'b', 'c', 'dd', 'ee', 'ä', '😀'];
const end = 99;

/** Sentences of one to six words. */
export function toyPairs(count: number): StreamedCorpus {
  const sentence = (i: number) => Array.from({ length: 1 + ((i * 5) % 6) }, (_, at) => words[(i * 3 + at * at) % words.length]!).join(' ');
  return streamOf(makeCorpus(Array.from({ length: count }, (_, i) => ({ id: `train-${i + 1}`, text: sentence(i), pair: backwards(sentence(i)) })), { name: 'toy', split: 'train' }));
}

export const backwards = (text: string): string => text.split(' ').reverse().join(' ');

interface Toy {
  readonly nBest?: number;
  readonly maxTokens?: number;
  readonly fingerprint?: string;
  /** Before each batch, with the lengths of its sources. */
  readonly before?: (lengths: readonly number[]) => Promise<void> | void;
}

export function toyTranslator({ nBest = 2, maxTokens = 7, fingerprint = 'toy', before }: Toy = {}): Translator {
  return {
    name: 'the toy', fingerprint, tokenizer: 'words', decoding: { beams: 4, nBest, lengthPenalty: 1 }, maxTokens,
    encode: (sources) => Promise.resolve(sources.map((text) => Int32Array.from([...text.split(' ').map((word) => words.indexOf(word)), end]))),
    translate: async (sources) => {
      await before?.(sources.map(({ length }) => length));
      return sources.map((source) => Array.from({ length: nBest }, (_, rank): Translation => {
        const kept = [...source.slice(0, -1)].reverse().slice(rank);
        const tokens = Int32Array.from([...kept, end]);
        return { text: kept.map((token) => words[token]).join(' '), tokens, logProb: -tokens.length - 3 * rank, score: -1 - rank / 3, finished: rank === 0 || kept.length % 2 === 0 };
      }));
    },
  };
}
