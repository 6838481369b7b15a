// Texts of a scored split that stand in what is learned from as well: their scores tell of memory, not of skill.
// Two texts are one here if they differ in case, width or white space alone.
import type { Corpus } from './corpus.ts';
import type { Example } from './example.ts';
import type { StreamedCorpus } from './streamed-corpus.ts';

export interface Overlap {
  /** The scored split. */
  readonly split: string;
  readonly examples: number;
  /** How many of them stand in the other corpus. */
  readonly shared: number;
  /** The ids of one such pair, in the scored split and in the other. */
  readonly first: readonly [scored: string, learned: string];
  /** The split that is learned from. */
  readonly learned: string;
}

/** Where texts of the scored splits stand among those learned from. Holds the scored texts in memory, the others never. */
export async function splitOverlaps(learned: StreamedCorpus, scored: readonly Corpus[]): Promise<Overlap[]> {
  const places = new Map<string, { readonly split: number; readonly id: string; count: number }[]>();
  for (const [split, { examples }] of scored.entries()) {
    for (const example of examples) {
      const key = keyOf(example);
      const here = places.get(key) ?? [];
      const same = here.find((place) => place.split === split);
      if (same) same.count += 1;
      else places.set(key, [...here, { split, id: example.id, count: 1 }]);
    }
  }
  const found = scored.map(() => ({ shared: 0, first: undefined as Overlap['first'] | undefined }));
  for await (const example of learned.read()) {
    const key = keyOf(example);
    for (const { split, id, count } of places.get(key) ?? []) {
      const here = found[split];
      if (here === undefined) continue;
      here.shared += count;
      here.first ??= [id, example.id];
    }
    places.delete(key); // counted once, however often it is learned from
  }
  return found.flatMap(({ shared, first }, split) => {
    const corpus = scored[split];
    return first === undefined || corpus === undefined ? [] : [{ split: corpus.split, examples: corpus.examples.length, shared, first, learned: learned.split }];
  });
}

export function overlapWarning({ split, examples, shared, first: [scored, learned], learned: from }: Overlap): string {
  const share = ((100 * shared) / examples).toFixed(1);
  return `${shared} of ${examples} examples of ${split} (${share} %) stand in ${from} too (${scored} is ${learned}, for one): scores on ${split} come out too high; take them out of ${from}`;
}

function keyOf({ text, pair }: Example): string {
  return pair === undefined ? comparable(text) : `${comparable(text)}\n${comparable(pair)}`;
}

/** A text without what does not make it another: case, width, and white space but for one space between words. */
export function comparable(text: string): string {
  return text.normalize('NFKC').toLowerCase().trim().replaceAll(/\s+/g, ' ');
}
