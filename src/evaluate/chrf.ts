/**
 * chrF (Popović 2015, "chrF: character n-gram F-score for automatic MT evaluation") as sacreBLEU computes its chrF2: character n-grams of
 * 1 to 6 Unicode code points without white space, recall weighing twice, only the orders that both sides have, the best reference of
 * each sentence. Words are not counted: this is not chrF++.
 */
import { countMatches, countNgrams } from '../text/ngrams.ts';
import { splitAtSpaces } from '../text/tokens-13a.ts';
import { type References, signatureOf } from './references.ts';
import { countSentences, type SentenceCounts, sumRows } from './sentence-counts.ts';

const maxOrder = 6;
const beta = 2;
/** Of one sentence: for each order n-grams of the hypothesis, of the reference, and matches. */
const width = 3 * maxOrder;

/** Counts every sentence once, 18 numbers each. Throws as `countSentences` does. */
export function chrfCounts(hypotheses: readonly string[], references: References): SentenceCounts {
  return countSentences(hypotheses, references, { metric: 'chrF', width, count: countSentence });
}

/** chrF of some sentences of a corpus, 0..100, by their rows; of all of them where none are given. */
export function chrfOf(counts: SentenceCounts, { rows }: { readonly rows?: ArrayLike<number> } = {}): number {
  return fScore(sumRows(counts, 'chrF', rows));
}

/** chrF of a corpus, 0..100. `references[i]` are all references of sentence i, or its only one. */
export function corpusChrf(hypotheses: readonly string[], references: References): number {
  return chrfOf(chrfCounts(hypotheses, references));
}

/** chrF of one sentence, 0..100. */
export function sentenceChrf(hypothesis: string, references: string | readonly string[]): number {
  return corpusChrf([hypothesis], [references]);
}

/** What has to be known to compare a score, in sacreBLEU's form. */
export function chrfSignature(references: References): string {
  return signatureOf(references, `case:mixed|eff:yes|nc:${maxOrder}|nw:0|space:no`);
}

function countSentence(hypothesis: string, references: readonly string[]): ArrayLike<number> {
  const own = ngramsOf(hypothesis);
  const [first, ...others] = references.map((reference) => {
    const theirs = ngramsOf(reference);
    return Float64Array.from(own.flatMap((counts, index) => {
      const other = theirs[index]!;
      // An order that the reference is too short for is left out, not held against the hypothesis.
      return [other.size === 0 ? 0 : sumOf(counts), sumOf(other), countMatches(counts, other)];
    }));
  });
  return others.reduce((best, other) => (fScore(other) > fScore(best) ? other : best), first!);
}

function ngramsOf(text: string): Map<string, number>[] {
  const characters = splitAtSpaces(text).flatMap((word) => [...word]);
  return Array.from({ length: maxOrder }, (_, index) => countNgrams(characters, index + 1));
}

function sumOf(counts: ReadonlyMap<string, number>): number {
  let sum = 0;
  for (const count of counts.values()) sum += count;
  return sum;
}

/** Precision and recall are averaged over the orders first, and joined then. */
function fScore(sums: Float64Array): number {
  let [precision, recall, orders] = [0, 0, 0];
  for (let index = 0; index < maxOrder; index++) {
    const [own = 0, other = 0, matches = 0] = sums.subarray(3 * index, 3 * index + 3);
    if (own === 0 || other === 0) continue;
    precision += matches / own;
    recall += matches / other;
    orders += 1;
  }
  if (precision + recall === 0) return 0;
  return (100 * (1 + beta ** 2) * (precision / orders) * (recall / orders)) / ((beta ** 2 * precision) / orders + recall / orders);
}
