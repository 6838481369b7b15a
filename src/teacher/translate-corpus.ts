/**
 * Translating a corpus once, so that any number of students can learn from it: the N best translations of every source, shard by shard,
 * resumable at any shard, shared by ranks (Kim & Rush 2016, section 3.2). Which of them are learned from is chosen later.
 */
import type { TranslationRow } from '../storage/arrow-translations.ts';
import { removeStalePartials } from '../storage/atomic.ts';
import { lockFolder } from '../storage/lock.ts';
import { printable } from '../storage/quoted.ts';
import type { Example } from '../text/example.ts';
import type { StreamedCorpus } from '../text/streamed-corpus.ts';
import { translateSources } from './translate-sources.ts';
import { openTranslations, partFolder, translationFolder, type TranslationPlan, type Translations, TranslationWriter } from './translation-store.ts';
import type { Translation, Translator } from './translator.ts';

export interface TranslateProgress {
  /** Examples of this rank's part that are stored or translated, of how many. */
  readonly done: number;
  readonly total: number;
  /** Since this call began, of what it did itself; tokens are those of all translations written. */
  readonly sentencesPerSecond: number;
  readonly tokensPerSecond: number;
}

export interface TranslateOptions {
  /** Sources are the texts of its examples; their pairs are not looked at. */
  readonly corpus: Pick<StreamedCorpus, 'size' | 'fingerprint' | 'read'>;
  readonly translator: Translator;
  /** Folder of all stores. */
  readonly root: string;
  /** Examples of a shard, all of them in memory. Default 1024. */
  readonly shardExamples?: number;
  /** Source tokens of a batch at most, padding counted; one source goes alone if it must. Default 4096. */
  readonly batchTokens?: number;
  /** A source with more tokens than the translator has positions: refused (default), or stored without a translation. */
  readonly longSources?: 'refuse' | 'leave-empty';
  /** This process is one of so many, each of which writes its own part. Default: the only one. */
  readonly world?: { readonly rank: number; readonly size: number };
  readonly onProgress?: (progress: TranslateProgress) => void;
  /** Stops between batches; whole shards stay. */
  readonly signal?: AbortSignal | undefined;
}

/**
 * Translates what is not translated yet.
 * @returns the folder, for `openTranslations` once all ranks are done.
 * @throws if another process is writing this part; for an empty source and one that is too long, by its id.
 */
export async function translateCorpus(options: TranslateOptions): Promise<string> {
  const { corpus, translator, root, longSources = 'refuse', shardExamples = 1024, batchTokens = 4096, world = { rank: 0, size: 1 } } = options;
  const { rank, size } = world;
  if (!(Number.isInteger(rank) && rank >= 0 && rank < size)) throw new Error(`rank ${rank} is not one of 0 to ${size - 1}`);
  if (size > corpus.size) throw new Error(`${size} processes cannot share ${corpus.size} examples`);
  const source = { translator: translator.fingerprint, tokenizer: translator.tokenizer, corpus: corpus.fingerprint, decoding: { ...translator.decoding }, longSources };
  const [begin = 0, end = 0] = [rank, rank + 1].map((part) => Math.floor((corpus.size * part) / size));
  const plan: TranslationPlan = { voice: translator.name, source, examples: corpus.size, begin, end, shardExamples, batchTokens };
  const folder = translationFolder(root, source);
  const part = partFolder(folder, world);
  const lock = await lockFolder(part);
  try {
    await removeStalePartials(part);
    const writer = await TranslationWriter.open(part, plan);
    if (!writer.complete) await fill(writer, options);
  } finally {
    await lock.release();
  }
  return folder;
}

/** The same, opened: for one process alone. */
export async function translated(options: Omit<TranslateOptions, 'world'>): Promise<Translations> {
  return openTranslations(await translateCorpus(options));
}

async function fill(writer: TranslationWriter, { corpus, translator, onProgress, signal, longSources = 'refuse' }: TranslateOptions): Promise<void> {
  const { begin, end, shardExamples, batchTokens } = writer.header;
  const started = performance.now();
  let [sentences, tokens] = [0, 0];
  const hear = (rows: number, written: number, done: number) => {
    sentences += rows;
    tokens += written;
    const seconds = Math.max(1e-3, (performance.now() - started) / 1000);
    onProgress?.({ done, total: end - begin, sentencesPerSecond: sentences / seconds, tokensPerSecond: tokens / seconds });
  };
  for await (const examples of shardsOf(corpus, { from: begin + writer.stored, end, shardExamples })) {
    const before = writer.stored;
    const translations = await translateShard(translator, examples, { batchTokens, longSources, signal, hear: (rows, written, done) => hear(rows, written, before + done) });
    await writer.append(examples.map(({ id, text }, row): TranslationRow => ({ id, source: text, translations: translations[row] ?? [] })));
  }
  if (!writer.complete) throw new Error(`the corpus ended before example ${end}: it is not the ${corpus.size} examples it was when it was counted`);
}

async function* shardsOf({ read }: Pick<StreamedCorpus, 'read'>, { from, end, shardExamples }: { from: number; end: number; shardExamples: number }): AsyncGenerator<Example[], void, undefined> {
  let shard: Example[] = [];
  let at = 0;
  for await (const example of read()) {
    if (at >= end) break;
    if (at++ < from) continue;
    shard.push(example);
    if (shard.length < shardExamples && at < end) continue;
    yield shard;
    shard = [];
  }
}

interface ShardOptions {
  readonly batchTokens: number;
  readonly longSources: 'refuse' | 'leave-empty';
  readonly signal: AbortSignal | undefined;
  readonly hear: (rows: number, tokens: number, done: number) => void;
}

/** Of each example its translations, in order, however they were batched. */
async function translateShard(translator: Translator, examples: readonly Example[], { batchTokens, longSources, signal, hear }: ShardOptions): Promise<Translation[][]> {
  const empty = examples.find(({ text }) => text.trim() === '');
  if (empty !== undefined) throw new Error(`example ${printable(empty.id)} has no source text; leave empty lines out of the corpus`);
  const encoded = await translator.encode(examples.map(({ text }) => text));
  if (encoded.length !== examples.length) throw new Error(`${translator.name} made ${encoded.length} lists of tokens of ${examples.length} sources`);
  const long = encoded.findIndex(({ length }) => length > translator.maxTokens);
  if (long >= 0 && longSources === 'refuse') throw new Error(`example ${printable(examples[long]!.id)} has ${encoded[long]!.length} tokens, but ${translator.name} reads ${translator.maxTokens} at most; shorten it, leave it out of the corpus, or store it without a translation (longSources: 'leave-empty')`);
  return translateSources(translator, encoded, { ids: examples.map(({ id }) => id), batchTokens, hear, signal });
}
