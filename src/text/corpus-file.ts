// One file as a corpus, whatever its format: gathered into memory here; streamed-corpus.ts leaves it where it is.
import { factsFromPath, makeCorpus, type Corpus, type ReadOptions } from './corpus.ts';
import type { RowOptions } from './example-row.ts';
import type { Example, LabelSpace } from './example.ts';

/** A reader of one format: the examples of a file, from its start at each call. */
export type FileReader<O> = (path: string, options: O & ReadOptions) => AsyncIterable<Example>;

/** What of a reader's options says what the corpus is called and how it is labelled. */
export type FileOptions = Partial<Pick<RowOptions, 'name' | 'split' | 'label' | 'labels'>>;

/** Reads a file whole. Throws what the reader throws, and an Error for a file without examples. */
export async function gatherFile<O extends FileOptions>(path: string, read: FileReader<O>, options: O): Promise<Corpus> {
  const facts = factsOf(path, options);
  const examples: Example[] = [];
  let skipped = 0;
  for await (const example of read(path, { ...options, split: facts.split, onSkip: () => (skipped += 1) })) examples.push(example);
  if (examples.length === 0) throw emptyFile(path);
  const labels = options.label === undefined ? undefined : (options.labels ?? spaceOf(new Set(examples.map(({ label }) => label))));
  return makeCorpus(examples, { ...facts, skipped, ...(labels && { labels }) });
}

/** Name and split, as given or by the path. */
export function factsOf(path: string, { name, split }: FileOptions): { name: string; split: string } {
  const found = factsFromPath(path);
  return { name: name ?? found.name, split: split ?? found.split };
}

export function emptyFile(path: string): Error {
  return new Error(`${path}: no examples; the file holds no row with text; put one example on each line (below the header, where there is one)`);
}

/** The class names found in a corpus, sorted. */
export function spaceOf(found: ReadonlySet<unknown>): LabelSpace {
  return { kind: 'single-label', names: [...found].filter((label) => typeof label === 'string').sort() };
}
