// Tokenises a corpus once: Arrow shards under a content address, which the next command that wants the same finds again. The address
// is made of what determines every token: corpus, tokenizer, limit, truncation and packing; labels travel as they stand in the corpus, so that
// label spaces do not matter. The header is written last: without it there is no cache, and what a killed process left is overwritten.
import { join } from 'node:path';
import { z } from 'zod';
import { openTokenShard, type TokenShard, writeTokenShard } from '../storage/arrow-tokens.ts';
import { removeStalePartials } from '../storage/atomic.ts';
import { fingerprint } from '../storage/hash.ts';
import { readJson, writeJson } from '../storage/json.ts';
import { shapeFault } from '../storage/shape-fault.ts';
import { chunksOf } from './chunks.ts';
import { ExampleDigest } from './corpus.ts';
import type { EncodeCorpusOptions } from './encoded-corpus.ts';
import type { Example } from './example.ts';
import { BlockPacker, frameOf } from './pack-blocks.ts';
import { StoredCorpus } from './stored-corpus.ts';
import type { StreamedCorpus } from './streamed-corpus.ts';
import { TokenBuffer } from './token-buffer.ts';
import type { Encoding, Tokenizer } from './tokenizer.ts';

export interface TokeniseOptions extends EncodeCorpusOptions {
  /** Folder of all token caches; each lies under its own address. */
  readonly cache: string;
  /** Hears one sentence for the person where what was stored is damaged and made anew. */
  readonly onNotice?: (sentence: string) => void;
  /** Hears how many of how many examples are done; not called where they were stored before. */
  readonly onProgress?: (done: number, total: number) => void;
  readonly signal?: AbortSignal | undefined;
  /** A shard ends with the example that reaches this. Default 2,097,152 tokens (10 MB), and never above 65,536 examples. */
  readonly shardTokens?: number;
  /** Running text: lines follow each other in blocks of `maxTokens`, and the rows are those blocks, without labels. */
  readonly packed?: boolean;
}

const usualShardTokens = 2 ** 21;
const mostShardRows = 2 ** 16;
/** Examples given to the tokenizer at once. */
const chunkRows = 500;

const sourceSchema = z.strictObject({
  corpus: z.string(),
  tokenizer: z.string(),
  maxTokens: z.int().positive(),
  truncation: z.enum(['longest-first', 'only-first', 'only-second']),
  shardTokens: z.int().positive(),
  packed: z.literal(true).optional(),
});
const headerSchema = z.strictObject({
  format: z.literal('retort-tokens-1'),
  source: sourceSchema,
  examples: z.int().positive(),
  truncated: z.int().nonnegative(),
  shards: z.array(z.strictObject({ file: z.string(), rows: z.int().positive(), sha256: z.string().length(64) })).min(1),
});
type Source = z.infer<typeof sourceSchema>;
type Header = z.infer<typeof headerSchema>;

/** What a corpus is tokenised from and with. */
/** Packing asks it which tokens are special, too. */
type TextTokenizer = Pick<Tokenizer, 'encode' | 'fingerprint'> & Partial<Pick<Tokenizer, 'inspect'>>;

interface Work {
  readonly folder: string;
  readonly source: Source;
  readonly corpus: StreamedCorpus;
  readonly tokenizer: TextTokenizer;
  readonly options: TokeniseOptions;
}

/**
 * The tokens of a corpus, from the cache or made now. Every stored shard is checked against its checksum; a damaged one is told and
 * made anew. Throws an Error for a label that is not of the label space, for a text that cannot be cut, and for a corpus that changes meanwhile.
 */
export async function tokenise(corpus: StreamedCorpus, tokenizer: TextTokenizer, options: TokeniseOptions): Promise<StoredCorpus> {
  const { cache, maxTokens, truncation = 'longest-first', shardTokens = usualShardTokens, labels, packed = false } = options;
  const source: Source = { corpus: corpus.fingerprint, tokenizer: tokenizer.fingerprint, maxTokens, truncation, shardTokens, ...(packed && { packed }) };
  const folder = join(cache, fingerprint({ format: 'retort-tokens-1', ...source }).slice(0, 16));
  // One at a time for each address: who comes second finds what the first has made.
  const before = atWork.get(folder) ?? Promise.resolve();
  const now = before.then(() => openOrMake({ folder, source, corpus, tokenizer, options }));
  const settled = now.then(() => undefined, () => undefined);
  atWork.set(folder, settled);
  const { header, shards } = await now.finally(() => {
    if (atWork.get(folder) === settled) atWork.delete(folder);
  });
  const stored = new StoredCorpus(shards, { maxTokens, truncated: header.truncated, corpus: packed ? fingerprint([source.corpus, 'packed', maxTokens]) : source.corpus, tokenizer: source.tokenizer });
  return labels === undefined ? stored : stored.withLabels(labels);
}

/** What this process is tokenising, by folder. */
const atWork = new Map<string, Promise<void>>();

async function openOrMake(work: Work): Promise<{ header: Header; shards: TokenShard[] }> {
  const { corpus, options: { onNotice } } = work;
  const found = await readHeader(work).catch((error: unknown) => {
    onNotice?.(`${messageOf(error)}; ${corpus.name} (${corpus.split}) is tokenised anew`);
    return undefined;
  });
  return found === undefined ? makeAll(work) : openAll(work, found);
}

/** @returns undefined where there is none. @throws where there is one that cannot be used. */
async function readHeader({ folder, source, corpus }: Work): Promise<Header | undefined> {
  const file = join(folder, 'header.json');
  const value = await readJson(file).catch((error: unknown) => {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined;
    throw error;
  });
  if (value === undefined) return undefined;
  const parsed = headerSchema.safeParse(value);
  if (!parsed.success) throw new Error(`${file}: not the header of stored tokens (${shapeFault(parsed.error)})`);
  const rows = parsed.data.shards.reduce((sum, shard) => sum + shard.rows, 0);
  if (fingerprint(parsed.data.source) !== fingerprint(source) || (source.packed === undefined && rows !== corpus.size) || parsed.data.examples !== rows) throw new Error(`${file}: these tokens are of another corpus`);
  const misplaced = parsed.data.shards.findIndex((shard, index) => shard.file !== shardFile(index));
  if (misplaced >= 0 || parsed.data.truncated > rows) throw new Error(`${file}: not the header of stored tokens (${misplaced >= 0 ? `shard ${misplaced} is not ${shardFile(misplaced)}` : 'more texts were cut than there are'})`);
  return parsed.data;
}

/** The name of a shard by its place. */
function shardFile(index: number): string {
  return `shard-${String(index).padStart(5, '0')}.arrow`;
}

async function openAll(work: Work, header: Header): Promise<{ header: Header; shards: TokenShard[] }> {
  const { folder, corpus, options } = work;
  const open = ({ file, ...expected }: Header['shards'][number]) => openTokenShard(join(folder, file), expected);
  const damaged = new Set<number>();
  const shards: (TokenShard | undefined)[] = [];
  for (const [index, shard] of header.shards.entries()) {
    const opened = await open(shard).catch((error: unknown) => {
      options.onNotice?.(`${messageOf(error)}; its ${shard.rows} examples of ${corpus.name} (${corpus.split}) are tokenised anew`);
      damaged.add(index);
      return undefined;
    });
    shards.push(opened);
  }
  if (damaged.size > 0) {
    const { shards: made } = await make(work, { ends: endsOf(header.shards), wanted: damaged });
    for (const { index, ...shard } of made) {
      const stored = header.shards[index];
      if (stored?.sha256 !== shard.sha256) throw new Error(`${join(folder, shard.file)}: made anew it differs from what was stored; delete ${folder} and run again`);
      shards[index] = await open(stored);
    }
  }
  return { header, shards: shards.filter((shard) => shard !== undefined) };
}

async function makeAll(work: Work): Promise<{ header: Header; shards: TokenShard[] }> {
  const { folder, source, corpus } = work;
  const { shards: made, truncated } = await make(work);
  const examples = made.reduce((sum, { rows }) => sum + rows, 0);
  if (examples === 0) throw new Error(`${corpus.name} (${corpus.split}): no token is left of its text`);
  const header: Header = { format: 'retort-tokens-1', source, examples, truncated, shards: made.map(({ index: _index, ...shard }) => shard) };
  await writeJson(join(folder, 'header.json'), header);
  const shards: TokenShard[] = [];
  for (const { file, ...expected } of header.shards) shards.push(await openTokenShard(join(folder, file), expected));
  return { header, shards };
}

/** Rows at which shards end, and which of them are to be written; without a plan all are, and end where they are full. */
interface Plan {
  readonly ends: readonly number[];
  readonly wanted: ReadonlySet<number>;
}

type Made = Header['shards'][number] & { readonly index: number };

async function make({ folder, source, corpus, tokenizer, options }: Work, plan?: Plan): Promise<{ shards: Made[]; truncated: number }> {
  const { onProgress, signal } = options;
  await removeStalePartials(folder);
  const packer = source.packed && new BlockPacker(await frameOf(tokenizer), source.maxTokens);
  const buffer = new TokenBuffer();
  const digest = new ExampleDigest();
  const shards: Made[] = [];
  let [read, row, index, truncated] = [0, 0, 0, 0];
  const finish = async () => {
    const file = shardFile(index);
    const rows = buffer.rows;
    if (rows > 0) shards.push({ index, file, rows, sha256: await writeTokenShard(join(folder, file), buffer.drain()) });
    index += 1;
  };
  const isFull = () => (plan === undefined ? buffer.tokens >= source.shardTokens || buffer.rows >= mostShardRows : row === plan.ends[index]);
  const take = async (rows: readonly (readonly [Pick<Example, 'id' | 'label'>, Encoding | undefined])[]) => {
    for (const [example, encoding] of rows) {
      row += 1;
      if (encoding !== undefined && plan?.wanted.has(index) !== false) {
        buffer.add(example, encoding);
        truncated += encoding.truncated ? 1 : 0;
      }
      if (isFull()) await finish();
    }
  };
  for await (const chunk of chunksOf(corpus.read(), chunkRows)) {
    signal?.throwIfAborted();
    for (const example of chunk) digest.add(example);
    const wanted = packer !== undefined || plan === undefined || isWanted(plan, row, row + chunk.length);
    const encodings = wanted ? await tokenizer.encode(chunk, packer === undefined ? options : uncut) : [];
    await take(chunk.flatMap((example, i) => packLine(packer, example, encodings[i])));
    read += chunk.length;
    onProgress?.(read, corpus.size);
  }
  await take(packer?.rest() ?? []);
  if (buffer.rows > 0) await finish();
  if (read !== corpus.size || digest.fingerprint() !== corpus.fingerprint) throw new Error(`${corpus.name} (${corpus.split}) changed while it was read; run the command again`);
  return { shards, truncated };
}

/** Longer than any line. */
const uncut = { maxTokens: 2 ** 31 - 1 };

/** The rows that an example makes: itself, or the blocks that it fills. */
function packLine(packer: BlockPacker | undefined, example: Example, encoding: Encoding | undefined): (readonly [Pick<Example, 'id' | 'label'>, Encoding | undefined])[] {
  if (packer === undefined || encoding === undefined) return [[example, encoding]];
  if (example.pair !== undefined) throw new Error(`example ${example.id} is a pair; running text is packed from single texts`);
  return packer.add(example, encoding);
}

/** Whether a shard that is to be written has one of the rows `begin` to before `end`. */
function isWanted({ ends, wanted }: Plan, begin: number, end: number): boolean {
  return [...wanted].some((index) => (ends[index] ?? 0) > begin && (ends[index - 1] ?? 0) < end);
}

function endsOf(shards: Header['shards']): number[] {
  let end = 0;
  return shards.map(({ rows }) => (end += rows));
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
