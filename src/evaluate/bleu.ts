/**
 * BLEU (Papineni et al. 2002, "BLEU: a Method for Automatic Evaluation of Machine Translation") of a corpus and of sentences, in
 * float64, with sacreBLEU's definition (Post 2018, arXiv:1804.08771): 13a tokens, n-grams to 4, the closest reference length. A corpus is
 * scored from counts per sentence, so that a resample costs a sum. Other tokenisations and lower-casing are not offered.
 */
import { countMatches, countNgrams, mergeNgrams } from '../text/ngrams.ts';
import { tokens13a } from '../text/tokens-13a.ts';
import { type References, signatureOf } from './references.ts';
import { countSentences, type SentenceCounts, sumRows } from './sentence-counts.ts';

/** What stands for a precision of 0 (Chen & Cherry 2014): halved anew each time, a small count, one more of everything, or nothing. */
export type Smoothing = { readonly method: 'exp' | 'none' } | { readonly method: 'floor' | 'add-k'; readonly value: number };

export interface BleuOptions {
  /** Default: `exp`, as sacreBLEU's. */
  readonly smoothing?: Smoothing;
  /** Leave out the orders of which the hypothesis has no n-gram. Default: not for a corpus, but for a sentence. */
  readonly effectiveOrder?: boolean;
}

export interface Bleu {
  /** 0..100, as it is printed everywhere. */
  readonly score: number;
  readonly brevityPenalty: number;
  /** Of each order, 0..100, smoothed. */
  readonly precisions: readonly number[];
  /** Matches and n-grams of each order, before smoothing. */
  readonly matches: readonly number[];
  readonly totals: readonly number[];
  readonly hypothesisLength: number;
  readonly referenceLength: number;
}

const maxOrder = 4;
/** Of one sentence: tokens of the hypothesis, tokens of the closest reference, matches of each order, n-grams of each order. */
const width = 2 + 2 * maxOrder;

/** Counts every sentence once, 10 numbers each. Throws as `countSentences` does. */
export function bleuCounts(hypotheses: readonly string[], references: References): SentenceCounts {
  return countSentences(hypotheses, references, { metric: 'BLEU', width, count: countSentence });
}

/** BLEU of some sentences of a corpus, by their rows; of all of them where none are given. */
export function bleuOf(counts: SentenceCounts, { rows, ...options }: BleuOptions & { readonly rows?: ArrayLike<number> } = {}): Bleu {
  return bleuFromSums(sumRows(counts, 'BLEU', rows), options);
}

/** BLEU of a corpus. `references[i]` are all references of sentence i, or its only one. */
export function corpusBleu(hypotheses: readonly string[], references: References, options: BleuOptions = {}): Bleu {
  return bleuOf(bleuCounts(hypotheses, references), options);
}

/** BLEU of one sentence, 0..100, by default of the orders that it has. */
export function sentenceBleu(hypothesis: string, references: string | readonly string[], options: BleuOptions = {}): number {
  return corpusBleu([hypothesis], [references], { effectiveOrder: true, ...options }).score;
}

/** What has to be known to compare a score, in sacreBLEU's form. */
export function bleuSignature(references: References, { smoothing = { method: 'exp' }, effectiveOrder = false }: BleuOptions = {}): string {
  const smooth = 'value' in smoothing ? `${smoothing.method}[${smoothing.value.toFixed(2)}]` : smoothing.method;
  return signatureOf(references, `case:mixed|eff:${effectiveOrder ? 'yes' : 'no'}|tok:13a|smooth:${smooth}`);
}

function countSentence(hypothesis: string, references: readonly string[]): number[] {
  const tokens = tokens13a(hypothesis);
  const others = references.map(tokens13a);
  const orders = Array.from({ length: maxOrder }, (_, index) => index + 1);
  const matches = orders.map((order) => countMatches(countNgrams(tokens, order), mergeNgrams(others.map((other) => countNgrams(other, order)))));
  const totals = orders.map((order) => Math.max(0, tokens.length - order + 1));
  return [tokens.length, closestLength(tokens.length, others.map(({ length }) => length)), ...matches, ...totals];
}

/** Of two as close, the shorter. */
function closestLength(length: number, others: readonly number[]): number {
  return others.reduce((best, other) => {
    const [distance, least] = [Math.abs(other - length), Math.abs(best - length)];
    return distance < least || (distance === least && other < best) ? other : best;
  });
}

function bleuFromSums(sums: Float64Array, { smoothing = { method: 'exp' }, effectiveOrder = false }: BleuOptions): Bleu {
  const [hypothesisLength = 0, referenceLength = 0] = sums;
  const matches = Array.from(sums.subarray(2, 2 + maxOrder));
  const totals = Array.from(sums.subarray(2 + maxOrder));
  const brevityPenalty = hypothesisLength >= referenceLength ? 1 : hypothesisLength === 0 ? 0 : Math.exp(1 - referenceLength / hypothesisLength);
  const facts = { brevityPenalty, matches, totals, hypothesisLength, referenceLength };
  const precisions = new Array<number>(maxOrder).fill(0);
  if (matches.every((count) => count === 0)) return { score: 0, precisions, ...facts };
  let halving = 1;
  let orders = maxOrder;
  for (let index = 0; index < maxOrder; index++) {
    const added = smoothing.method === 'add-k' && index > 0 ? smoothing.value : 0;
    const [match, total] = [matches[index]! + added, totals[index]! + added];
    if (total === 0) break;
    if (effectiveOrder) orders = index + 1;
    if (match > 0) precisions[index] = (100 * match) / total;
    else if (smoothing.method === 'exp') precisions[index] = 100 / ((halving *= 2) * total);
    else if (smoothing.method === 'floor') precisions[index] = (100 * smoothing.value) / total;
  }
  const logs = precisions.slice(0, orders).reduce((sum, precision) => sum + Math.log(precision), 0);
  return { score: brevityPenalty * Math.exp(logs / orders), precisions, ...facts };
}
