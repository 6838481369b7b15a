/**
 * The label store: what a teacher said about every example of a corpus, on disk under a content address. Shards are written whole,
 * one after the other, each with its checksum in the header, so that labelling can stop anywhere and go on. Logits are read back
 * into memory, hidden states when they are asked for.
 */
import { join } from 'node:path';
import manifest from '../../package.json' with { type: 'json' };
import { readRows, type RowValues, type StoredRows, writeRows } from '../storage/arrow-rows.ts';
import { removeStalePartials } from '../storage/atomic.ts';
import { foldersIn } from '../storage/folders.ts';
import { readJson, writeJson } from '../storage/json.ts';
import { forgetDeadLock, lockFolder } from '../storage/lock.ts';
import { printable } from '../storage/quoted.ts';
import { shapeFault } from '../storage/shape-fault.ts';
import { viewOf } from '../storage/typed-view.ts';
import { checkSource, columnsOf, holds, labelAddress, labelFormat, type LabelHeader, labelHeaderSchema, type LabelSource, type StoredWants } from './label-header.ts';
import { absentAs, leadingShards, shardFile, storedIn } from './shard-list.ts';
import { StoredStates } from './stored-states.ts';

export interface StoredLabels {
  readonly folder: string;
  readonly header: LabelHeader;
  /** Example id -> row of `logits`. */
  readonly rows: ReadonlyMap<string, number>;
  /** [N, C] */
  readonly logits: Float32Array;
  readonly states: StoredStates;
}

/** What a new store will be of. */
export interface LabelPlan {
  readonly source: LabelSource;
  readonly voice: string;
  /** Examples of the corpus, and how many of them the teacher is silent about. */
  readonly examples: number;
  readonly silent?: number;
  readonly wants?: StoredWants;
  readonly states?: LabelHeader['states'];
}

/** Values of a shard by column; `tokens` as `RowValues` has them. */
export type ShardValues = Readonly<Record<string, Pick<RowValues, 'values' | 'tokens'>>>;

/** Where the store of `plan` is, or will be. */
function labelFolder(root: string, { source, wants }: Pick<LabelPlan, 'source' | 'wants'>): string {
  return join(root, labelAddress(source, wants));
}

/** Appends shards to the store of a plan under `root`. One writer at a time: lock the folder. */
export class LabelWriter {
  readonly folder: string;
  #header: LabelHeader;

  private constructor(folder: string, header: LabelHeader) {
    this.folder = folder;
    this.#header = header;
  }

  /** Opens the store for writing: a new one, or where an earlier labelling stopped. */
  static async open(root: string, plan: LabelPlan): Promise<LabelWriter> {
    const { source, examples, silent = 0, wants = { logits: true }, states = null } = plan;
    const folder = labelFolder(root, plan);
    const found = await readHeader(folder).catch(absentAs(undefined));
    if (found === undefined) {
      return new LabelWriter(folder, {
        format: labelFormat, tool: `${manifest.name} ${manifest.version}`, voice: plan.voice, wants, dtypes: { logits: 'float32', states: 'float16' }, states, source, examples, silent, shards: [],
      });
    }
    checkSource(folder, found.source, source);
    if (found.examples !== examples || found.silent !== silent) {
      const shown = (all: number, quiet: number) => `${all} examples${quiet > 0 ? ` (${quiet} without an answer)` : ''}`;
      throw new Error(`${folder}: this store is of ${shown(found.examples, found.silent)}, not of ${shown(examples, silent)}; delete it and label again`);
    }
    return new LabelWriter(folder, { ...found, shards: await leadingShards(found.shards, ({ file, ...expected }) => readRows(join(folder, file), { ...expected, columns: columnsOf(found) })) });
  }

  /** Examples stored so far. */
  get stored(): number {
    return storedIn(this.#header);
  }

  get complete(): boolean {
    return isComplete(this.#header);
  }

  /** Writes one shard, then the header that names it: killed between the two, the shard is simply written again. */
  async append(ids: readonly string[], values: ShardValues): Promise<void> {
    const file = shardFile(this.#header.shards.length);
    const columns = columnsOf(this.#header).map((column) => ({ ...column, ...(values[column.name] ?? { values: new Float32Array() }) }));
    const { rows, sha256 } = await writeRows(join(this.folder, file), { ids, columns });
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
  if (!isComplete(header)) throw new Error(`${folder}: only ${storedIn(header)} of ${header.examples - header.silent} examples are labelled; run the labelling again, it goes on where it stopped`);
  const columns = columnsOf(header);
  const classes = header.source.labels.length;
  const logits = new Float32Array(storedIn(header) * classes);
  const rows = new Map<string, number>();
  const states = new StoredStates(columns);
  for (const { file, sha256, rows: count } of header.shards) {
    for (const part of await readRows(join(folder, file), { columns, sha256, rows: count })) {
      states.add(folder, file, rows.size, part);
      logits.set(logitsIn(part), rows.size * classes);
      for (const id of part.ids) {
        if (rows.has(id)) throw new Error(`${join(folder, file)}: example ${printable(id)} is labelled twice`);
        rows.set(id, rows.size);
      }
    }
  }
  return { folder, header, rows, logits, states };
}

/** A complete store under `root` from which `wants` can be said, whatever else it holds. Undefined where there is none. */
export async function findLabels(root: string, { source, wants = { logits: true } }: Pick<LabelPlan, 'source' | 'wants'>): Promise<StoredLabels | undefined> {
  const exact = labelFolder(root, { source, wants });
  for (const folder of [exact, ...(await foldersIn(root)).filter((other) => other !== exact)]) {
    const header = await readHeader(folder).catch(() => undefined); // what is no store is not looked for here
    if (header === undefined || !isComplete(header) || !holds(header.wants, wants)) continue;
    if (labelAddress(header.source) === labelAddress(source)) return openLabels(folder, source);
  }
  return undefined;
}

/**
 * The store of a plan: found, or written to its end by `write`. Whoever was killed is cleared up after.
 * @throws if another process is writing it.
 */
export async function storeOnce(root: string, plan: LabelPlan, write: (writer: LabelWriter) => Promise<void>): Promise<StoredLabels> {
  const done = await findLabels(root, plan);
  if (done !== undefined) {
    await forgetDeadLock(done.folder);
    return done;
  }
  const lock = await lockFolder(labelFolder(root, plan));
  try {
    const writer = await LabelWriter.open(root, plan);
    await removeStalePartials(writer.folder);
    await write(writer);
    return await openLabels(writer.folder, plan.source);
  } finally {
    await lock.release();
  }
}

function logitsIn({ columns }: StoredRows): Float32Array {
  return new Float32Array(...viewOf(columns[0]?.bytes ?? new Uint8Array(), 4));
}

function isComplete(header: LabelHeader): boolean {
  return storedIn(header) + header.silent >= header.examples;
}

export async function readHeader(folder: string): Promise<LabelHeader> {
  const file = join(folder, 'header.json');
  const parsed = labelHeaderSchema.safeParse(await readJson(file));
  if (parsed.success) return parsed.data;
  throw new Error(`${file}: not the header of a label store that this version reads (${shapeFault(parsed.error)}); label the corpus again`);
}
