/**
 * The store of translations: what a teacher wrote for every example of a corpus, its N best with their scores, on disk under a content address.
 * As the label store it grows by whole shards with checksums and goes on where it was stopped; each rank writes a part of its own, a run of
 * neighbouring examples. It is read back shard by shard.
 */
import { basename, join } from 'node:path';
import { z } from 'zod';
import manifest from '../../package.json' with { type: 'json' };
import { readTranslations, type TranslationRow, writeTranslations } from '../storage/arrow-translations.ts';
import { foldersIn } from '../storage/folders.ts';
import { fingerprint } from '../storage/hash.ts';
import { readJson, writeJson } from '../storage/json.ts';
import { printable } from '../storage/quoted.ts';
import { shapeFault } from '../storage/shape-fault.ts';
import { absentAs, differences, leadingShards, shardFile, shardSchema, storedIn } from './shard-list.ts';

const format = 'retort-translations-1';

const sourceSchema = z.strictObject({
  /** Fingerprint of the teacher's weights and configuration. */
  translator: z.string(),
  tokenizer: z.string(),
  /** Fingerprint of the corpus: ids, texts and their order. */
  corpus: z.string(),
  /** How the teacher searched. */
  decoding: z.record(z.string(), z.unknown()),
  /** What happened to sources longer than the teacher's positions. */
  longSources: z.enum(['refuse', 'leave-empty']),
});
export type TranslationSource = z.infer<typeof sourceSchema>;

const count = z.int().nonnegative();
const headerSchema = z.strictObject({
  format: z.literal(format),
  /** The program that wrote it. */
  tool: z.string(),
  /** The teacher as a person calls it. */
  voice: z.string(),
  source: sourceSchema,
  /** Examples of the corpus; this part holds those from `begin` to before `end`. */
  examples: z.int().positive(),
  begin: count,
  end: count,
  /** Of a shard: examples, and in a batch at most so many tokens. They bear on the last bits of scores, so a part that was begun keeps them. */
  shardExamples: z.int().positive(),
  batchTokens: z.int().positive(),
  shards: z.array(shardSchema),
});
export type TranslationHeader = z.infer<typeof headerSchema>;

export type TranslationPlan = Omit<TranslationHeader, 'format' | 'tool' | 'shards'>;

/** Where the translations of `source` are, or will be. */
export function translationFolder(root: string, source: TranslationSource): string {
  return join(root, fingerprint({ format, ...source }).slice(0, 16));
}

/** Of which rank of how many. */
export function partFolder(folder: string, { rank, size }: { readonly rank: number; readonly size: number }): string {
  return join(folder, `part-${padded(rank)}-of-${padded(size)}`);
}

const padded = (value: number): string => String(value).padStart(4, '0');

/** Appends shards to one part. One writer at a time: lock the folder. */
export class TranslationWriter {
  readonly #folder: string;
  #header: TranslationHeader;

  private constructor(folder: string, header: TranslationHeader) {
    this.#folder = folder;
    this.#header = header;
  }

  /** A new part, or one where an earlier translation stopped, which keeps the shards and batches it began with. @throws if it is of something else. */
  static async open(folder: string, plan: TranslationPlan): Promise<TranslationWriter> {
    const found = await readHeader(folder).catch(absentAs(undefined));
    if (found === undefined) return new TranslationWriter(folder, { format, tool: `${manifest.name} ${manifest.version}`, ...plan, shards: [] });
    checkSource(folder, found.source, plan.source);
    const ranges = [found, plan].map(({ begin, end, examples }) => `${begin} to ${end} of ${examples}`);
    if (ranges[0] !== ranges[1]) throw new Error(`${folder}: this part is of the examples ${ranges[0]}, not ${ranges[1]}; delete it and translate again`);
    return new TranslationWriter(folder, { ...found, shards: await leadingShards(found.shards, ({ file, ...expected }) => readTranslations(join(folder, file), expected)) });
  }

  get header(): TranslationHeader {
    return this.#header;
  }

  get stored(): number {
    return storedIn(this.#header);
  }

  get complete(): boolean {
    return isComplete(this.#header);
  }

  /** Writes one shard, then the header that names it: killed between the two, the shard is simply written again. */
  async append(rows: readonly TranslationRow[]): Promise<void> {
    const file = shardFile(this.#header.shards.length);
    this.#header = { ...this.#header, shards: [...this.#header.shards, { file, ...(await writeTranslations(join(this.#folder, file), rows)) }] };
    await writeJson(join(this.#folder, 'header.json'), this.#header);
  }
}

export interface Translations {
  readonly folder: string;
  readonly source: TranslationSource;
  readonly voice: string;
  readonly examples: number;
  /** In the order of the corpus, from the first, at each call; a shard is in memory at a time. Every shard is checked against its checksum. */
  read(): AsyncGenerator<TranslationRow, void, undefined>;
}

/**
 * Opens a store whose parts are all complete.
 * @param wanted fields that must be as given.
 * @throws naming the part that is absent, incomplete, damaged or made from something else.
 */
export async function openTranslations(folder: string, wanted: Partial<TranslationSource> = {}): Promise<Translations> {
  const parts = await partsIn(folder);
  const [first] = parts;
  if (first === undefined) throw new Error(`${folder}: no translations are here; translate the corpus first`);
  for (const { place, header } of parts) {
    checkSource(place, header.source, { ...first.header.source, ...wanted });
    if (!isComplete(header)) throw new Error(`${place}: only ${storedIn(header)} of ${header.end - header.begin} examples are translated; run the translation again, it goes on where it stopped`);
  }
  const { source, voice, examples } = first.header;
  let end = 0;
  for (const { place, header } of parts) {
    if (header.begin !== end || header.examples !== examples) throw new Error(`${place}: it begins with example ${header.begin} of ${header.examples}, where ${end} of ${examples} comes next: the parts are of different translations`);
    end = header.end;
  }
  if (end !== examples) throw new Error(`${folder}: its parts end with example ${end} of ${examples}`);
  return { folder, source, voice, examples, read: () => readParts(parts) };
}

interface Part {
  readonly place: string;
  readonly header: TranslationHeader;
}

/** The parts of one division among ranks, in order: of the one that is complete, if any; else of the first there is. */
async function partsIn(folder: string): Promise<Part[]> {
  const names = (await foldersIn(folder)).map((place) => basename(place));
  const sizes = [...new Set(names.flatMap((name) => /^part-\d{4}-of-(\d{4})$/.exec(name)?.[1] ?? []))].sort();
  let some: Part[] = [];
  for (const size of sizes.map(Number)) {
    const places = Array.from({ length: size }, (_, rank) => partFolder(folder, { rank, size }));
    const absent = places.find((place) => !names.includes(basename(place)));
    if (absent !== undefined) {
      if (sizes.length === 1) throw new Error(`${absent}: this part is not here: ${size} processes share the corpus, and each must write its own`);
      continue;
    }
    const parts = await Promise.all(places.map(async (place) => ({ place, header: await readHeader(place) })));
    if (parts.every(({ header }) => isComplete(header))) return parts;
    if (some.length === 0) some = parts;
  }
  return some;
}

async function* readParts(parts: readonly Part[]): AsyncGenerator<TranslationRow, void, undefined> {
  const ids = new Set<string>();
  for (const { place, header } of parts) {
    for (const { file, ...expected } of header.shards) {
      for (const row of await readTranslations(join(place, file), expected)) {
        if (ids.has(row.id)) throw new Error(`${join(place, file)}: example ${printable(row.id)} is translated twice`);
        ids.add(row.id);
        yield row;
      }
    }
  }
}

/** Whether every example of the part is translated. */
function isComplete(header: TranslationHeader): boolean {
  return header.begin + storedIn(header) >= header.end;
}

function checkSource(place: string, found: TranslationSource, wanted: Partial<TranslationSource>): void {
  const lines = differences(found, wanted);
  if (lines.length > 0) throw new Error(`${place}: these translations do not fit; translate the corpus anew\n${lines.join('\n')}`);
}

async function readHeader(folder: string): Promise<TranslationHeader> {
  const file = join(folder, 'header.json');
  const parsed = headerSchema.safeParse(await readJson(file));
  if (!parsed.success) throw new Error(`${file}: not the header of translations that this version reads (${shapeFault(parsed.error)}); translate the corpus again`);
  const { begin, end, examples } = parsed.data;
  if (begin > end || end > examples) throw new Error(`${file}: a part of the examples ${begin} to ${end} of ${examples} cannot be; translate the corpus again`);
  return parsed.data;
}
