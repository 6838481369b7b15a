// Counts of neighbouring symbols and the most frequent pair among them, for training vocabularies.
// A binary heap whose entries may be out of date: an entry is checked when it comes to the top, not when a count changes.

export interface Pair {
  readonly left: number;
  readonly right: number;
  readonly count: number;
  /** Indices of the words that may hold it (one may have lost it since). */
  readonly words: readonly number[];
}

interface Counted {
  readonly left: number;
  readonly right: number;
  count: number;
  /** The count that its entry in the heap was made with; 0: it has none. Older entries count for nothing. */
  queued: number;
  readonly words: Set<number>;
}

interface Entry {
  readonly pair: Counted;
  readonly count: number;
}

const SYMBOLS = 2 ** 26;

export class PairQueue {
  private readonly pairs = new Map<number, Counted>();
  private readonly heap: Entry[] = [];
  /** Pairs whose count may have grown above what the heap says. */
  private readonly grown = new Set<Counted>();

  /** Adds `amount` (negative: takes away) to the count of a pair that stands in `word`. */
  add(left: number, right: number, amount: number, word: number): void {
    const key = left * SYMBOLS + right;
    const pair = this.pairs.get(key) ?? { left, right, count: 0, queued: 0, words: new Set() };
    pair.count += amount;
    if (pair.count === 0) this.pairs.delete(key);
    else this.pairs.set(key, pair);
    if (amount <= 0) return;
    pair.words.add(word);
    this.grown.add(pair);
  }

  /** The most frequent pair, of equals the one with the smallest symbols. The caller takes its occurrences away with `add`. */
  takeBest(): Pair | undefined {
    for (const pair of this.grown) if (pair.count > pair.queued) this.enqueue(pair);
    this.grown.clear();
    for (let top = this.pop(); top !== undefined; top = this.pop()) {
      const { pair, count } = top;
      if (count !== pair.queued) continue;
      pair.queued = 0;
      if (pair.count === count) return { ...pair, words: [...pair.words] };
      if (pair.count > 0) this.enqueue(pair);
    }
    return undefined;
  }

  private enqueue(pair: Counted): void {
    pair.queued = pair.count;
    this.push({ pair, count: pair.count });
  }

  private push(entry: Entry): void {
    const { heap } = this;
    let at = heap.push(entry) - 1;
    while (at > 0) {
      const parent = (at - 1) >> 1;
      const above = heap[parent];
      if (above === undefined || !isBefore(entry, above)) break;
      heap[at] = above;
      at = parent;
    }
    heap[at] = entry;
  }

  private pop(): Entry | undefined {
    const { heap } = this;
    const top = heap[0];
    const last = heap.pop();
    if (last === undefined || heap.length === 0) return top;
    let at = 0;
    for (;;) {
      let child = 2 * at + 1;
      const [left, right] = [heap[child], heap[child + 1]];
      if (left === undefined) break;
      const least = right !== undefined && isBefore(right, left) ? right : left;
      if (least === right) child += 1;
      if (!isBefore(least, last)) break;
      heap[at] = least;
      at = child;
    }
    heap[at] = last;
    return top;
  }
}

function isBefore(a: Entry, b: Entry): boolean {
  if (a.count !== b.count) return a.count > b.count;
  return a.pair.left !== b.pair.left ? a.pair.left < b.pair.left : a.pair.right < b.pair.right;
}
