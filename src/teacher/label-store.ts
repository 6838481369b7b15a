/**
 * The label store: what a teacher said about every example of a corpus, on disk under a content address. Shards are written whole,
 * one after the other, each with its checksum in the header, so that labelling can stop anywhere and go on.
 */
import { join } from 'node:path';
import { readLogitShard, writeLogitShard } from '../storage/arrow-rows.ts';
import { readJson, writeJson } from '../storage/json.ts';
import { checkSource, labelAddress, type LabelHeader, labelHeaderSchema, type LabelSource } from './label-header.ts';

export interface StoredLabels {
  readonly header: LabelHeader;
  /** Example id -> row of `logits`. */
  readonly rows: ReadonlyMap<string, number>;
  /** [N, C] */
  readonly logits: Float32Array;
}

/** Appends shards to the store of `source` under `root`. */
export class LabelWriter {
  readonly folder: string;
  #header: LabelHeader;

  private constructor(folder: string, header: LabelHeader) {
    this.folder = folder;
    this.#header = header;
  }

  /** Opens the store for writing: a new one, or where an earlier labelling stopped. */
  static async open(root: string, source: LabelSource, examples: number): Promise<LabelWriter> {
    const folder = join(root, labelAddress(source));
    const found = await readHeader(folder).catch(absentAs(undefined));
    if (found === undefined) return new LabelWriter(folder, { format: 'retort-labels-1', wants: { logits: true }, dtype: 'float32', source, examples, shards: [] });
    checkSource(folder, found.source, source);
    if (found.examples !== examples) throw new Error(`${folder}: this store is of ${found.examples} examples, not of ${examples}; delete it and label again`);
    return new LabelWriter(folder, { ...found, shards: await leadingShards(folder, found) });
  }

  /** Examples stored so far. */
  get stored(): number {
    return this.#header.shards.reduce((sum, { rows }) => sum + rows, 0);
  }

  get complete(): boolean {
    return this.stored >= this.#header.examples;
  }

  /** Writes one shard, then the header that names it: killed between the two, the shard is simply written again. */
  async append(ids: readonly string[], logits: Float32Array): Promise<void> {
    const file = `shard-${String(this.#header.shards.length).padStart(5, '0')}.arrow`;
    const { rows, sha256 } = await writeLogitShard(join(this.folder, file), { ids, logits, classes: this.#header.source.labels.length });
    this.#header = { ...this.#header, shards: [...this.#header.shards, { file, rows, sha256 }] };
    await writeJson(join(this.folder, 'header.json'), this.#header);
  }
}

/**
 * Reads a store, every shard checked against its checksum.
 * @param wanted fields that must be as given.
 * @throws if the store is incomplete, damaged or made from something else.
 */
export async function openLabels(folder: string, wanted: Partial<LabelSource> = {}): Promise<StoredLabels> {
  const header = await readHeader(folder);
  checkSource(folder, header.source, wanted);
  const stored = header.shards.reduce((sum, { rows }) => sum + rows, 0);
  if (stored !== header.examples) throw new Error(`${folder}: only ${stored} of ${header.examples} examples are labelled; run the labelling again, it goes on where it stopped`);
  const classes = header.source.labels.length;
  const logits = new Float32Array(stored * classes);
  const rows = new Map<string, number>();
  for (const { file, sha256, rows: count } of header.shards) {
    const shard = await readLogitShard(join(folder, file), { classes, sha256, rows: count });
    logits.set(shard.logits, rows.size * classes);
    for (const id of shard.ids) {
      if (rows.has(id)) throw new Error(`${join(folder, file)}: example ${id} is labelled twice`);
      rows.set(id, rows.size);
    }
  }
  return { header, rows, logits };
}

/** The shards up to the first whose file is gone: a damaged one that was deleted is written again, with those after it. */
async function leadingShards(folder: string, { shards, source }: LabelHeader): Promise<LabelHeader['shards']> {
  for (const [index, { file, ...expected }] of shards.entries()) {
    const present = await readLogitShard(join(folder, file), { ...expected, classes: source.labels.length }).then(() => true, absentAs(false));
    if (!present) return shards.slice(0, index);
  }
  return shards;
}

async function readHeader(folder: string): Promise<LabelHeader> {
  const file = join(folder, 'header.json');
  const parsed = labelHeaderSchema.safeParse(await readJson(file));
  if (!parsed.success) throw new Error(`${file}: not the header of a label store (${parsed.error.issues[0]?.message ?? 'unreadable'})`);
  return parsed.data;
}

/** A handler for `catch` that answers for a file that is not there, and only for that. */
function absentAs<T>(instead: T): (error: unknown) => T {
  return (error) => {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return instead;
    throw error;
  };
}
