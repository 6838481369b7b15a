/** What is kept in Arrow: shards of labels and of tokens, their descriptions, and the headers of the folders they lie in. */
import { mkdir, readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type RowColumn, readRows, writeRows } from '../../../src/storage/arrow-rows.ts';
import { openTokenShard, readTokenRows, readTokenTexts, type TokenRows, writeTokenShard } from '../../../src/storage/arrow-tokens.ts';
import { readTranslations, type TranslationRow, writeTranslations } from '../../../src/storage/arrow-translations.ts';
import { narrowToFp16 } from '../../../src/storage/halves.ts';
import { LabelWriter, openLabels } from '../../../src/teacher/label-store.ts';
import { translateCorpus } from '../../../src/teacher/translate-corpus.ts';
import { openTranslations } from '../../../src/teacher/translation-store.ts';
import { toyPairs, toyTranslator } from '../../teacher/toy-translator.ts';
import { StoredStates } from '../../../src/teacher/stored-states.ts';
import { makeCorpus } from '../../../src/text/corpus.ts';
import { StoredCorpus } from '../../../src/text/stored-corpus.ts';
import { streamOf } from '../../../src/text/streamed-corpus.ts';
import { tokenise } from '../../../src/text/token-cache.ts';
import { trainWordPiece } from '../../../src/text/train-word-piece.ts';
import { fileSubject, type Format, type Subject } from '../format.ts';

const columns: RowColumn[] = [
  { name: 'logits', dtype: 'float32', width: 2 },
  { name: 'pooled', dtype: 'float16', width: 3 },
  { name: 'hidden_1', dtype: 'float16', width: 3, perToken: true },
];
const halves = (count: number) => narrowToFp16(Float32Array.from({ length: count }, (_, i) => i / 4));
const rowValues = [
  { ...columns[0]!, values: Float32Array.of(1, -1, 2, -2, 0, 0) },
  { ...columns[1]!, values: halves(9) },
  { ...columns[2]!, values: halves(12), tokens: Int32Array.of(1, 0, 3) },
];
const ids = ['a', 'b', 'ä'];

const tokenRows: TokenRows = { ids, labels: ['["yes"]', '', '["no","yes"]'], offsets: Int32Array.of(0, 2, 2, 5), tokens: Int32Array.of(2, 3, 2, 7, 3), types: Uint8Array.of(0, 0, 0, 1, 1) };
const silentRows: TokenRows = { ids: ['a', 'b'], labels: ['', ''], offsets: new Int32Array(3), tokens: new Int32Array(0), types: new Uint8Array(0) };

const translationRows: TranslationRow[] = [
  { id: 'a', source: 'a b', translations: [{ text: 'b ä', tokens: Int32Array.of(3, 4, 1), logProb: -0.5, score: -0.25, finished: true }, { text: '', tokens: new Int32Array(0), logProb: -9, score: -9, finished: false }] },
  { id: 'ä', source: '', translations: [] },
];

/** Opens a shard and reads all that a training reads of it. */
async function readTokens(path: string): Promise<unknown> {
  const shard = await openTokenShard(path);
  const facts = { maxTokens: 9, truncated: 0, corpus: 'c', tokenizer: 't' };
  const [rows] = await readTokenRows(shard, [{ begin: 0, end: shard.rows }], { labels: true });
  const corpus = await new StoredCorpus([shard], facts, { kind: 'multi-label', names: ['no', 'yes'] }).load().catch((error: unknown) => {
    // A label that is sound and not of the label space is a fault of the corpus, told by the example.
    if (!(error instanceof Error) || !error.message.startsWith('example ')) throw error;
    throw new Error(`${path}: ${error.message}`, { cause: error });
  });
  return [rows, await readTokenTexts(shard, 'labels'), corpus];
}

async function readLabels(folder: string, file: string): Promise<unknown> {
  const states = new StoredStates(columns);
  let rows = 0;
  for (const part of await readRows(join(folder, file), { columns })) {
    states.add(folder, file, rows, part);
    rows += part.ids.length;
  }
  return Promise.all(['pooled', 'hidden_1'].map((column) => states.read(column, Array.from({ length: rows }, (_, row) => row))));
}

/** The description of one message of a shard, put back into its place with the length it has. */
async function messageSubject(folder: string, which: number): Promise<Subject> {
  await writeTokenShard(join(folder, 'sound.arrow'), tokenRows);
  const bytes = await readFile(join(folder, 'sound.arrow'));
  let begin = 8;
  for (let message = 0; message < which; message++) begin += bytes.readInt32LE(begin - 4) + 8; // a schema has no body
  const end = begin + bytes.readInt32LE(begin - 4);
  const subject = fileSubject(folder, 'shard-00000.arrow', { samples: [bytes.subarray(begin, end)], read: readTokens });
  const length = Buffer.alloc(4);
  return {
    ...subject,
    read: (input) => {
      length.writeInt32LE(input.length);
      return subject.read(Buffer.concat([bytes.subarray(0, begin - 4), length, input, bytes.subarray(end)]));
    },
  };
}

export const shardFormats: readonly Format[] = [
  {
    name: 'label-shard',
    sources: ['src/storage/arrow-rows.ts', 'src/storage/arrow-buffers.ts', 'src/storage/arrow-stream.ts', 'src/storage/flatbuffer.ts', 'src/teacher/stored-states.ts'],
    open: async (folder) => {
      await writeRows(join(folder, 'sound.arrow'), { ids, columns: rowValues });
      return fileSubject(folder, 'shard-00000.arrow', { samples: [await readFile(join(folder, 'sound.arrow'))], read: () => readLabels(folder, 'shard-00000.arrow') });
    },
  },
  {
    name: 'token-shard',
    sources: ['src/storage/arrow-tokens.ts', 'src/text/stored-corpus.ts'],
    open: async (folder) => {
      const samples: Buffer[] = [];
      for (const rows of [tokenRows, silentRows]) {
        await writeTokenShard(join(folder, 'sound.arrow'), rows);
        samples.push(await readFile(join(folder, 'sound.arrow')));
      }
      return fileSubject(folder, 'shard-00000.arrow', { samples, read: readTokens });
    },
  },
  {
    name: 'translation-shard',
    sources: ['src/storage/arrow-translations.ts', 'src/storage/arrow-buffers.ts'],
    open: async (folder) => {
      const samples: Buffer[] = [];
      for (const rows of [translationRows, []]) {
        await writeTranslations(join(folder, 'sound.arrow'), rows);
        samples.push(await readFile(join(folder, 'sound.arrow')));
      }
      return fileSubject(folder, 'shard-00000.arrow', { samples, read: (path) => readTranslations(path) });
    },
  },
  {
    name: 'translation-header',
    sources: ['src/teacher/translation-store.ts', 'src/teacher/shard-list.ts'],
    open: async (folder) => {
      const store = await translateCorpus({ translator: toyTranslator(), corpus: toyPairs(5), root: folder, shardExamples: 3 });
      const part = join(store, 'part-0000-of-0001');
      const read = async () => {
        let rows = 0;
        for await (const { translations } of (await openTranslations(store)).read()) rows += translations.length;
        return rows;
      };
      return fileSubject(part, 'header.json', { samples: [await readFile(join(part, 'header.json'))], json: true, words: ['shard-00001.arrow', 'leave-empty'], place: store, read });
    },
  },
  { name: 'arrow-schema', sources: ['src/storage/arrow-stream.ts', 'src/storage/flatbuffer.ts'], open: (folder) => messageSubject(folder, 0) },
  { name: 'arrow-batch', sources: ['src/storage/arrow-stream.ts', 'src/storage/flatbuffer.ts'], open: (folder) => messageSubject(folder, 1) },
  {
    name: 'label-header',
    sources: ['src/teacher/label-store.ts', 'src/teacher/label-header.ts'],
    open: async (folder) => {
      const source = { teacher: 'aa', tokenizer: 'bb', corpus: 'cc', maxTokens: 13, task: 'single-label', labels: ['no', 'yes'] } as const;
      const writer = await LabelWriter.open(folder, { source: { ...source, labels: [...source.labels] }, voice: 'a teacher', examples: 3, wants: { logits: true, pooled: true, hidden: [1] }, states: { width: 3, layers: 1 } });
      await writer.append(ids, { logits: rowValues[0]!, pooled: rowValues[1]!, hidden_1: rowValues[2]! });
      return fileSubject(writer.folder, 'header.json', { samples: [await readFile(join(writer.folder, 'header.json'))], json: true, words: ['shard-00000.arrow', 'float16'], place: writer.folder, read: () => openLabels(writer.folder) });
    },
  },
  {
    name: 'token-header',
    sources: ['src/text/token-cache.ts'],
    open: async (folder) => {
      await mkdir(folder, { recursive: true });
      const tokenizer = await trainWordPiece(['a b c d e'], { size: 20, lowercase: true });
      const corpus = streamOf(makeCorpus(['a b', 'c', 'd e'].map((text, i) => ({ id: `e${i}`, text })), { name: 'toy', split: 'train' }));
      // How many texts were cut is known from the header alone.
      const made = async () => ({ ...(await (await tokenise(corpus, tokenizer, { cache: folder, maxTokens: 6 })).load()), truncated: 0 });
      const sound = JSON.stringify(await made());
      const store = join(folder, (await readdir(folder))[0] ?? '');
      // A header that cannot be used is told of, and the tokens are made anew: the corpus is the same whatever the header says.
      const read = async () => {
        if (JSON.stringify(await made()) !== sound) throw new Error('the tokens are others than those of a sound header');
      };
      return fileSubject(store, 'header.json', { samples: [await readFile(join(store, 'header.json'))], json: true, words: ['shard-00001.arrow'], place: store, read });
    },
  },
];
