// One file as a corpus, whatever its format: gathered into memory here; streamed-corpus.ts leaves it where it is.
import { factsFromPath, makeCorpus, type Corpus, type ReadOptions } from './corpus.ts';
import type { RowOptions } from './example-row.ts';
import type { Example, ExampleLabel, LabelKind, LabelSpace } from './example.ts';

/** A reader of one format: the examples of a file, from its start at each call. */
export type FileReader<O> = (path: string, options: O & ReadOptions) => AsyncIterable<Example>;

/** What of a reader's options says what the corpus is called and how it is labelled. */
export type FileOptions = Partial<Pick<RowOptions, 'name' | 'split' | 'label' | 'labels' | 'labelKind'>>;

/** Reads a file whole. Throws what the reader throws, and an Error for a file without examples. */
export async function gatherFile<O extends FileOptions>(path: string, read: FileReader<O>, options: O): Promise<Corpus> {
  const facts = factsOf(path, options);
  const examples: Example[] = [];
  let skipped = 0;
  for await (const example of read(path, { ...options, split: facts.split, onSkip: () => (skipped += 1) })) examples.push(example);
  if (examples.length === 0) throw emptyFile(path);
  const found = new FoundLabels(path, options);
  for (const example of examples) found.add(example);
  const labels = found.space();
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

/** The label space of a file, as it was given or as its examples show it. */
export class FoundLabels {
  readonly #path: string;
  readonly #options: FileOptions;
  readonly #names = new Set<string>();
  #kind: LabelKind | undefined;

  constructor(path: string, options: FileOptions) {
    this.#path = path;
    this.#options = options;
    this.#kind = options.labelKind;
  }

  /** Throws an Error where one example has a list of classes and another a single one, and nobody said which is meant. */
  add({ id, label }: Example): void {
    if (label === undefined || this.#options.labels !== undefined) return;
    const kind = kindOf(label, this.#options);
    if (this.#kind !== undefined && this.#kind !== kind) throw new Error(`${this.#path}: example ${id} has ${kind === 'multi-label' ? 'a list of labels' : 'one label'}, but those before it ${kind === 'multi-label' ? 'have one label' : 'have lists'}; write all alike`);
    this.#kind = kind;
    if (kind === 'regression') return;
    for (const name of typeof label === 'object' ? label : [String(label)]) this.#names.add(name);
  }

  /** Undefined where no label was asked for; names sorted. */
  space(): LabelSpace | undefined {
    if (this.#options.label === undefined) return undefined;
    if (this.#options.labels !== undefined) return this.#options.labels;
    const kind = this.#kind ?? 'single-label';
    return kind === 'regression' ? { kind } : { kind, names: [...this.#names].sort() };
  }
}

function kindOf(label: ExampleLabel, { labelKind }: FileOptions): LabelKind {
  return labelKind ?? (typeof label === 'object' ? 'multi-label' : 'single-label');
}
