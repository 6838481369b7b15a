// Counts of n-grams, runs of n neighbouring items: words for BLEU, characters for chrF. It does not split a text into items.

/** How often each n-gram occurs. Items of a key are parted by a line feed, which neither a token nor a character without white space holds. */
export type NgramCounts = ReadonlyMap<string, number>;

/** The n-grams of one order, in the order of their first appearance. */
export function countNgrams(items: readonly string[], order: number): Map<string, number> {
  const counts = new Map<string, number>();
  for (let start = 0; start + order <= items.length; start++) {
    let key = items[start]!;
    for (let at = start + 1; at < start + order; at++) key += `\n${items[at]!}`;
    counts.set(key, (counts.get(key) ?? 0) + 1);
  }
  return counts;
}

/** How many n-grams of the first are met in the second, each at most as often as it stands there. */
export function countMatches(counts: NgramCounts, others: NgramCounts): number {
  let matches = 0;
  for (const [ngram, count] of counts) matches += Math.min(count, others.get(ngram) ?? 0);
  return matches;
}

/** For every n-gram the most that any of the lists holds of it. */
export function mergeNgrams(lists: readonly NgramCounts[]): Map<string, number> {
  const merged = new Map<string, number>();
  for (const counts of lists) for (const [ngram, count] of counts) merged.set(ngram, Math.max(count, merged.get(ngram) ?? 0));
  return merged;
}
