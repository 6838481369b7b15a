// A corpus that stays on disk: what is known of it after one pass, and its examples, read anew at each call. Memory does not grow with
// it, but for 8 to 23 bytes an id where ids come from the file or from several files. What is tokenised of it: token-cache.ts.
import { ExampleDigest, type Corpus, type CorpusFacts } from './corpus.ts';
import { emptyFile, factsOf, FoundLabels, type FileOptions, type FileReader } from './corpus-file.ts';
import type { Example, LabelSpace } from './example.ts';
import { IdRegister } from './id-register.ts';
import { quoted } from '../storage/quoted.ts';

export interface StreamedCorpus {
  readonly name: string;
  readonly split: string;
  /** Examples. */
  readonly size: number;
  /** Absent: nothing here is labelled. */
  readonly labels?: LabelSpace;
  readonly skipped: number;
  /** That of the same corpus in memory. */
  readonly fingerprint: string;
  /** The examples in order, from the first. */
  readonly read: () => AsyncIterable<Example> | Iterable<Example>;
}

/** A file as a streamed corpus. Throws what the reader throws, and an Error for a file without examples. */
export async function surveyFile<O extends FileOptions>(path: string, read: FileReader<O>, options: O): Promise<StreamedCorpus> {
  const facts = factsOf(path, options);
  let skipped = 0;
  const examples = () => read(path, { ...options, split: facts.split });
  const found = new FoundLabels(path, options);
  const { size, fingerprint } = await survey(read(path, { ...options, split: facts.split, onSkip: () => (skipped += 1) }), (example) => found.add(example));
  if (size === 0) throw emptyFile(path);
  const labels = found.space();
  return { ...facts, size, skipped, fingerprint, ...(labels && { labels }), read: examples };
}

/** A corpus in memory as a streamed one. */
export function streamOf({ examples, ...facts }: Corpus): StreamedCorpus {
  return { ...facts, size: examples.length, read: () => examples };
}

/**
 * Examples that are made while they are read, as a streamed corpus: `first` is walked once for its facts, `again` whenever it is read.
 * Throws what they throw, and an Error where there is no example.
 */
export async function streamFrom(facts: CorpusFacts, { first, again }: { readonly first: () => AsyncIterable<Example>; readonly again: () => AsyncIterable<Example> }): Promise<StreamedCorpus> {
  const found = await survey(first(), () => undefined);
  if (found.size === 0) throw new Error(`corpus ${facts.name} (${facts.split}) holds no example`);
  return { skipped: 0, ...facts, ...found, read: again };
}

/** Reads a streamed corpus into memory. */
export async function gather({ read, size: _size, ...facts }: StreamedCorpus): Promise<Corpus> {
  const examples: Example[] = [];
  for await (const example of read()) examples.push(example);
  return { ...facts, examples };
}

/** The examples of `a`, then those of `b`, without labels to name. Throws an Error for an id that stands in both. */
export async function joinStreams(a: StreamedCorpus, b: StreamedCorpus): Promise<StreamedCorpus> {
  const facts: CorpusFacts = { name: a.name, split: `${a.split}+${b.split}` };
  const read = async function* (): AsyncGenerator<Example, void, undefined> {
    yield* a.read();
    yield* b.read();
  };
  const ids = new IdRegister();
  let row = 0;
  const { fingerprint } = await survey(read(), async ({ id }) => {
    if (ids.add(id) && (await rowOf(read(), id)) < row) throw new Error(`corpus ${facts.name} (${facts.split}): two examples have the id ${quoted(id)}; open one of them with another split name`);
    row += 1;
  });
  return { ...facts, size: a.size + b.size, skipped: a.skipped + b.skipped, fingerprint, read };
}

/** The first `count` examples, or all of them. */
export async function firstOf(corpus: StreamedCorpus, count: number): Promise<StreamedCorpus> {
  if (count >= corpus.size) return corpus;
  const read = async function* (): AsyncGenerator<Example, void, undefined> {
    let left = count;
    for await (const example of corpus.read()) {
      yield example;
      left -= 1;
      if (left === 0) return;
    }
  };
  return { ...corpus, ...(await survey(read(), () => undefined)), read };
}

/** The examples that `keep` says so, or all of them; undefined where none is left. */
export async function keepExamples(corpus: StreamedCorpus, keep: (example: Example) => boolean): Promise<StreamedCorpus | undefined> {
  const read = async function* (): AsyncGenerator<Example, void, undefined> {
    for await (const example of corpus.read()) if (keep(example)) yield example;
  };
  const kept = await survey(read(), () => undefined);
  if (kept.size === corpus.size) return corpus;
  return kept.size === 0 ? undefined : { ...corpus, ...kept, read };
}

async function survey(examples: AsyncIterable<Example>, hear: (example: Example) => void | Promise<void>): Promise<{ size: number; fingerprint: string }> {
  const digest = new ExampleDigest();
  let size = 0;
  for await (const example of examples) {
    digest.add(example);
    await hear(example);
    size += 1;
  }
  return { size, fingerprint: digest.fingerprint() };
}

async function rowOf(examples: AsyncIterable<Example>, id: string): Promise<number> {
  let row = 0;
  for await (const example of examples) {
    if (example.id === id) return row;
    row += 1;
  }
  return Infinity;
}
