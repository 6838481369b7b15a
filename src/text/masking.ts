// Words hidden for a masked-LM loss, drawn anew in every step from keys: the same seed hides the same words on every engine, whatever the
// batch, and a resumed run those of one never stopped. Devlin et al. 2019 (15 %; 80 % mask token, 10 % another word, 10 % left);
// whole words as in BERT's second release; rare words more often as in DistilBERT's code (Sanh et al. 2019). It computes no loss.
import type { HostArrays, HostLabels } from '../engine/batch.ts';
import { fold, type Key, uniform } from '../engine/random.ts';
import { fingerprint } from '../storage/hash.ts';
import type { Tokenizer } from './tokenizer.ts';
import { wordContinuations } from './word-continuations.ts';

export interface MaskingOptions {
  /** Of a row's tokens of text, above 0 and at most 1. Default 0.15. */
  readonly share?: number;
  /** Hides all pieces of a word or none. */
  readonly wholeWords?: boolean;
  /** How often each token stands in the corpus (`tokenCounts`): a token is then drawn in proportion to its count^-smoothing. */
  readonly counts?: ArrayLike<number>;
  /** Default 0.7. */
  readonly smoothing?: number;
}

export type Masked<B extends HostArrays> = Omit<B, 'labels'> & { readonly labels: HostLabels & { readonly kind: 'masked-lm' } };

export interface Masking {
  /** All that determines what is hidden but the key; part of a run's identity. */
  readonly description: string;
  /** The batch with words hidden, and the hidden words as its labels. Rows are told apart by their places in the corpus. */
  readonly mask: <B extends HostArrays>(batch: B, key: Key) => Masked<B>;
}

const [asMask, asAnother] = [0.8, 0.1];

/** In each row round(share · tokens of text) of them, at least one, special tokens never. Throws an Error for a tokenizer without a mask token. */
export function wordMasking(tokenizer: Tokenizer, { share = 0.15, wholeWords = false, counts, smoothing = 0.7 }: MaskingOptions = {}): Masking {
  if (!(share > 0 && share <= 1)) throw new Error(`share is ${share}; it must be above 0 and at most 1`);
  if (!(smoothing >= 0 && Number.isFinite(smoothing))) throw new Error(`smoothing is ${smoothing}; it must be a number from 0`);
  if (counts !== undefined && counts.length !== tokenizer.vocabularySize) throw new Error(`${counts.length} counts for a vocabulary of ${tokenizer.vocabularySize} tokens`);
  const tokens = tokenizer.tokens();
  const special = tokenizer.specialIds();
  const others = Int32Array.from([...tokens.keys()].filter((id) => tokens[id] !== undefined && !special.has(id)));
  const weights = counts && Float64Array.from(counts, (count) => Math.max(1, count) ** -smoothing);
  const plan: Plan = { share, maskId: tokenizer.maskId, special, others, ...(weights && { weights }), ...(wholeWords && { continues: wordContinuations(tokenizer) }) };
  const drawn = counts === undefined ? '' : `, drawn by count^-${smoothing} of ${fingerprint(Array.from(counts)).slice(0, 16)}`;
  return {
    description: `${100 * share} % of ${wholeWords ? 'words' : 'tokens'}, 80/10/10${drawn}`,
    mask: (batch, key) => {
      const inputIds = batch.inputIds.slice();
      const hidden = new Int32Array(inputIds.length).fill(-1);
      for (let row = 0; row < batch.rows; row++) {
        const [begin, end] = [row * batch.width, (row + 1) * batch.width];
        hideWords(inputIds.subarray(begin, end), hidden.subarray(begin, end), { real: batch.mask.subarray(begin, end), key: fold(key, batch.order?.[row] ?? row), plan });
      }
      return { ...batch, inputIds, labels: { kind: 'masked-lm', tokens: hidden } };
    },
  };
}

interface Plan {
  readonly share: number;
  readonly maskId: number;
  readonly special: ReadonlySet<number>;
  /** What a token may be replaced by. */
  readonly others: Int32Array;
  /** By id. */
  readonly weights?: Float64Array;
  /** By id: whether it goes on with the word of the token before it. Absent: tokens are hidden one by one. */
  readonly continues?: Uint8Array;
}

function hideWords(ids: Int32Array, hidden: Int32Array, { real, key, plan }: { real: Float32Array; key: Key; plan: Plan }): void {
  const words = wordsOf(ids, real, plan);
  const tokens = words.reduce((sum, { length }) => sum + length, 0);
  const most = Math.max(1, Math.round(plan.share * tokens));
  let count = 0;
  for (const word of drawnOrder(words, ids, key, plan)) {
    if (count > 0 && count + word.length > most) continue; // a long word may not fit where a short one still does
    for (const place of word) {
      hidden[place] = ids[place] ?? 0;
      ids[place] = replacement(ids[place] ?? 0, place, key, plan);
    }
    count += word.length;
    if (count >= most) return;
  }
}

/** The places of each word's pieces; of each token alone where words are not looked at. */
function wordsOf(ids: Int32Array, real: Float32Array, { special, continues }: Plan): number[][] {
  const words: number[][] = [];
  let last = -2;
  ids.forEach((id, place) => {
    if (real[place] !== 1 || special.has(id)) return;
    if (continues?.[id] === 1 && last === place - 1) words.at(-1)?.push(place);
    else words.push([place]);
    last = place;
  });
  return words;
}

/** In the order of draws without replacement by weight: by -log(u) / weight, ascending (Efraimidis & Spirakis 2006). A word weighs as its pieces do on average. */
function drawnOrder(words: readonly number[][], ids: Int32Array, key: Key, { weights }: Plan): readonly number[][] {
  const draws = fold(key, 'word');
  const weightOf = (word: readonly number[]) => (weights === undefined ? 1 : word.reduce((sum, place) => sum + (weights[ids[place] ?? 0] ?? 0), 0) / word.length);
  const ranked = words.map((word) => ({ word, rank: -Math.log(1 - uniform(draws, word[0] ?? 0)) / weightOf(word) }));
  return ranked.sort((a, b) => a.rank - b.rank || (a.word[0] ?? 0) - (b.word[0] ?? 0)).map(({ word }) => word);
}

function replacement(id: number, place: number, key: Key, { maskId, others }: Plan): number {
  const kind = uniform(fold(key, 'kind'), place);
  if (kind < asMask) return maskId;
  if (kind >= asMask + asAnother) return id;
  return others[Math.floor(uniform(fold(key, 'other'), place) * others.length)] ?? id;
}
