// A tokenised corpus in Arrow shards, read row by row where it lies: in memory are lengths and offsets, 16 bytes an example.
// Files are open only while rows are read. How shards are made and checked: token-cache.ts.
import { readTokenRows, readTokenTexts, type RowRange, type TokenShard } from '../storage/arrow-tokens.ts';
import { fingerprint } from '../storage/hash.ts';
import { parseJson } from '../storage/json.ts';
import { joinedFingerprint, type EncodedCorpus } from './encoded-corpus.ts';
import { encodeLabels, type EncodedLabels } from './encoded-labels.ts';
import type { Example, ExampleLabel, LabelSpace } from './example.ts';
import { IdRegister } from './id-register.ts';
import { quoted } from '../storage/quoted.ts';

export type StoredFacts = Pick<EncodedCorpus, 'maxTokens' | 'truncated' | 'corpus' | 'tokenizer'>;

/** Rows of one shard that follow each other, and where they go. */
interface RowRun extends RowRange {
  readonly at: number;
}

/** Shards that are open at once while rows are read. */
const filesAtOnce = 16;

export class StoredCorpus implements StoredFacts {
  readonly maxTokens: number;
  readonly truncated: number;
  readonly corpus: string;
  readonly tokenizer: string;
  /** Examples. */
  readonly size: number;
  /** [size] tokens of each example. */
  readonly lengths: Uint32Array;
  /** Absent: labels are not read. */
  readonly labels: LabelSpace | undefined;
  readonly #shards: readonly TokenShard[];
  /** Row at which each shard begins. */
  readonly #begins: readonly number[];

  /** @param shards in corpus order, none of them empty */
  constructor(shards: readonly TokenShard[], facts: StoredFacts, labels?: LabelSpace) {
    this.#shards = shards;
    this.maxTokens = facts.maxTokens;
    this.truncated = facts.truncated;
    this.corpus = facts.corpus;
    this.tokenizer = facts.tokenizer;
    this.labels = labels;
    let size = 0;
    this.#begins = shards.map(({ rows }) => (size += rows) - rows);
    this.size = size;
    this.lengths = new Uint32Array(size);
    shards.forEach(({ rows, tokens: { offsets } }, index) => {
      const begin = this.#begins[index] ?? 0;
      for (let row = 0; row < rows; row++) this.lengths[begin + row] = (offsets[row + 1] ?? 0) - (offsets[row] ?? 0);
    });
  }

  /** The same corpus with its labels in a label space. Reads them all once. Throws an Error that names the example whose label is not of it. */
  async withLabels(space: LabelSpace): Promise<StoredCorpus> {
    const corpus = new StoredCorpus(this.#shards, this, space);
    for await (const _ of corpus.labelParts());
    return corpus;
  }

  /** The labels, shard by shard; none where it has no label space. */
  async *labelParts(): AsyncGenerator<EncodedLabels, void, undefined> {
    if (this.labels === undefined) return;
    for (const shard of this.#shards) yield encodeLabels(labelled(shard.path, await readTokenTexts(shard, 'ids'), await readTokenTexts(shard, 'labels')), this.labels);
  }

  /** Some rows, in the order asked for, as a corpus in memory. `truncated` stays that of the whole. */
  async take(rows: Uint32Array): Promise<EncodedCorpus> {
    const offsets = new Uint32Array(rows.length + 1);
    rows.forEach((row, i) => (offsets[i + 1] = (offsets[i] ?? 0) + (this.lengths[row] ?? 0)));
    const total = offsets[rows.length] ?? 0;
    const taken = { exampleIds: new Array<string>(rows.length), examples: new Array<Labelled>(rows.length), ids: new Int32Array(total), typeIds: new Int32Array(total) };
    const fetch = async ([shard, runs]: readonly [TokenShard, readonly RowRun[]]) => {
      const read = await readTokenRows(shard, runs, { labels: this.labels !== undefined });
      runs.forEach(({ at }, run) => {
        read[run]?.ids.forEach((id, i) => (taken.exampleIds[at + i] = id));
        labelled(shard.path, read[run]?.ids ?? [], read[run]?.labels ?? []).forEach((example, i) => (taken.examples[at + i] = example));
        taken.ids.set(read[run]?.tokens ?? [], offsets[at]);
        taken.typeIds.set(read[run]?.types ?? [], offsets[at]);
      });
    };
    const waiting = [...this.#runs(rows)];
    while (waiting.length > 0) await Promise.all(waiting.splice(0, filesAtOnce).map(fetch));
    const { exampleIds, ids, typeIds } = taken;
    const labels = this.labels && encodeLabels(taken.examples, this.labels);
    const { maxTokens, truncated, corpus, tokenizer } = this;
    return { exampleIds, ids, typeIds, offsets, ...(labels && { labels }), maxTokens, truncated, corpus, tokenizer };
  }

  /** Rows `begin` to before `end` in memory, as `sliceCorpus` gives them. */
  async slice(begin: number, end: number): Promise<EncodedCorpus> {
    const rows = Uint32Array.from({ length: end - begin }, (_, i) => begin + i);
    return { ...(await this.take(rows)), corpus: fingerprint([this.corpus, begin, end]) };
  }

  /** All of it in memory. */
  async load(): Promise<EncodedCorpus> {
    return this.take(Uint32Array.from({ length: this.size }, (_, row) => row));
  }

  /** The ids, shard by shard. */
  async *ids(): AsyncGenerator<string, void, undefined> {
    for (const shard of this.#shards) yield* await readTokenTexts(shard, 'ids');
  }

  /**
   * The examples of this corpus, then those of `other`, with the labels of this one.
   * Throws an Error for an id that stands in both, and for different tokenizers.
   */
  async join(other: StoredCorpus): Promise<StoredCorpus> {
    if (this.tokenizer !== other.tokenizer) throw new Error('two corpora encoded by different tokenizers cannot be joined; encode both with one');
    const seen = new IdRegister();
    for await (const id of this.ids()) seen.add(id);
    for await (const id of other.ids()) {
      if (seen.has(id) && (await this.#holds(id))) throw new Error(`example id ${quoted(id)} stands in both corpora; open one of them with another split name`);
    }
    const facts = { maxTokens: Math.max(this.maxTokens, other.maxTokens), truncated: this.truncated + other.truncated, corpus: joinedFingerprint(this.corpus, other.corpus), tokenizer: this.tokenizer };
    return new StoredCorpus([...this.#shards, ...other.#shards], facts, this.labels);
  }

  async #holds(id: string): Promise<boolean> {
    for await (const own of this.ids()) if (own === id) return true;
    return false;
  }

  /** Rows as runs that one read fetches, by shard. */
  #runs(rows: Uint32Array): Map<TokenShard, RowRun[]> {
    const runs = new Map<TokenShard, RowRun[]>();
    for (let at = 0; at < rows.length; ) {
      const first = rows[at] ?? 0;
      const index = this.#shardOf(first);
      const [shard, base = 0] = [this.#shards[index], this.#begins[index]];
      if (shard === undefined || first >= this.size) throw new Error(`row ${first} of a corpus of ${this.size}`);
      let end = at + 1;
      while (end < rows.length && rows[end] === first + end - at && (rows[end] ?? 0) < base + shard.rows) end += 1;
      const ofShard = runs.get(shard) ?? [];
      ofShard.push({ begin: first - base, end: first - base + end - at, at });
      runs.set(shard, ofShard);
      at = end;
    }
    return runs;
  }

  #shardOf(row: number): number {
    let [low, high] = [0, this.#begins.length - 1];
    while (low < high) {
      const middle = Math.ceil((low + high) / 2);
      if ((this.#begins[middle] ?? 0) <= row) low = middle;
      else high = middle - 1;
    }
    return low;
  }
}

type Labelled = Pick<Example, 'id' | 'text' | 'label'>;

/** @throws naming the shard where a label in it is none. */
function labelled(path: string, ids: readonly string[], labels: readonly string[]): Labelled[] {
  return ids.map((id, i) => ({ id, text: '', ...((labels[i] ?? '') !== '' && { label: labelIn(path, labels[i] ?? '') }) }));
}

function labelIn(path: string, text: string): ExampleLabel {
  const label = parseJson(text, path);
  if (typeof label === 'string' || typeof label === 'number' || (Array.isArray(label) && label.every((name) => typeof name === 'string'))) return label;
  throw new Error(`${path}: ${quoted(label)} is no label; delete the folder and run the command again`);
}
