import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { readdir, readFile, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import test from 'ava';
import { makeCorpus } from '../../src/text/corpus.ts';
import { encodeCorpus } from '../../src/text/encoded-corpus.ts';
import type { Example } from '../../src/text/example.ts';
import { streamOf, type StreamedCorpus } from '../../src/text/streamed-corpus.ts';
import { tokenise, type TokeniseOptions } from '../../src/text/token-cache.ts';
import { trainWordPiece } from '../../src/text/train-word-piece.ts';
import type { Seen } from './stream-child.ts';
import { textFolder } from './text-folder.ts';

const { folder } = await textFolder();
const tokenizer = await trainWordPiece(['a b c d e f g h'], { size: 30, lowercase: true });
const corpusOf = (count: number, split = 'train') =>
  makeCorpus(Array.from({ length: count }, (_, i): Example => ({ id: `${split}-${i}`, text: `${'abcdefgh'[i % 8] ?? ''} `.repeat(1 + (i % 5)), label: i % 2 === 0 ? 'x' : 'y' })), { name: 'toy', split });
const corpus = corpusOf(1300);
const usual = { maxTokens: 6, shardTokens: 1000 };

/** What was told and how often the tokenizer was asked. */
async function store(cache: string, options: Partial<TokeniseOptions> = {}, source: StreamedCorpus = streamOf(corpus)) {
  const notices: string[] = [];
  let tokenised = 0;
  const stored = await tokenise(source, tokenizer, { ...usual, cache: join(folder, cache), onNotice: (sentence) => void notices.push(sentence), onProgress: (done) => (tokenised = done), ...options });
  return { stored, notices, tokenised };
}
const folderOf = async (cache: string) => join(folder, cache, (await readdir(join(folder, cache)))[0] ?? '');
const digestsOf = async (place: string) => Object.fromEntries(await Promise.all((await readdir(place)).map(async (name) => [name, createHash('sha256').update(await readFile(join(place, name))).digest('hex')] as const)));

test('tokenised once: the second time nothing is written and the rows are the same', async (t) => {
  const first = await store('once');
  const place = await folderOf('once');
  const before = await digestsOf(place);
  const written = (await stat(join(place, 'header.json'))).mtimeMs;
  t.deepEqual(Object.keys(before).sort(), ['header.json', ...Array.from({ length: 7 }, (_, i) => `shard-0000${i}.arrow`)]);
  const again = await store('once');
  t.deepEqual([first.tokenised, again.tokenised], [1300, 0]);
  t.deepEqual(again.notices, []);
  t.is((await stat(join(place, 'header.json'))).mtimeMs, written);
  const inMemory = await encodeCorpus(corpus, tokenizer, usual);
  t.deepEqual(await first.stored.load(), inMemory);
  t.deepEqual(await again.stored.load(), inMemory);
});

test('whatever changes a token has an address of its own', async (t) => {
  await store('many');
  for (const change of [{ maxTokens: 5 }, { truncation: 'only-first' as const }, { shardTokens: 999 }]) await store('many', change);
  await store('many', {}, streamOf(corpusOf(1300, 'other')));
  t.is((await readdir(join(folder, 'many'))).length, 5);
  await store('many', { labels: { kind: 'single-label', names: ['y', 'x'] } });
  t.is((await readdir(join(folder, 'many'))).length, 5, 'a label space changes no token');
});

for (const [name, damage] of [
  ['changed', (bytes: Buffer) => { bytes[bytes.length - 40] = (bytes.at(-40) ?? 0) ^ 1; return bytes; }],
  ['cut', (bytes: Buffer) => bytes.subarray(0, bytes.length / 2)],
  ['empty', () => Buffer.alloc(0)],
] as const) {
  test(`a ${name} shard is told and made anew, and only that one`, async (t) => {
    await store(name);
    const place = await folderOf(name);
    const before = await digestsOf(place);
    for (const shard of ['shard-00001.arrow', 'shard-00005.arrow']) await writeFile(join(place, shard), damage(await readFile(join(place, shard))));
    const untouched = (await stat(join(place, 'shard-00002.arrow'))).mtimeMs;
    const { stored, notices } = await store(name);
    t.is(notices.length, 2);
    t.regex(notices[0] ?? '', /shard-00001\.arrow: not a whole shard of tokens: [^;]+; its \d+ examples of toy \(train\) are tokenised anew$/);
    t.deepEqual(await digestsOf(place), before);
    t.is((await stat(join(place, 'shard-00002.arrow'))).mtimeMs, untouched);
    t.deepEqual(await stored.load(), await encodeCorpus(corpus, tokenizer, usual));
    t.deepEqual((await store(name)).notices, []);
  });
}

test('a damaged header is told, and all is made anew', async (t) => {
  await store('header');
  const file = join(await folderOf('header'), 'header.json');
  const before = await readFile(file, 'utf8');
  for (const [content, told] of [
    [before.slice(0, 40), /header\.json:\d+:\d+: not valid JSON: .*; toy \(train\) is tokenised anew$/],
    ['{}', /header\.json: not the header of stored tokens \(.*\); toy/],
    [before.replace('"examples": 1300', '"examples": 1299'), /header\.json: these tokens are of another corpus; toy/],
  ] as const) {
    await writeFile(file, content);
    const { notices, tokenised } = await store('header');
    t.is(notices.length, 1);
    t.regex(notices[0] ?? '', told);
    t.is(tokenised, 1300);
    t.is(await readFile(file, 'utf8'), before);
  }
});

test('a run that was stopped leaves no cache, and the next one the same bytes as one never stopped', async (t) => {
  await store('whole');
  const stop = new AbortController();
  await t.throwsAsync(store('stopped', { signal: stop.signal, onProgress: (done) => { if (done >= 1000) stop.abort(new Error('stopped by hand')); } }), { message: 'stopped by hand' });
  const place = await folderOf('stopped');
  t.false((await readdir(place)).includes('header.json'));
  t.true((await readdir(place)).length > 0);
  await store('stopped');
  t.deepEqual(await digestsOf(place), await digestsOf(await folderOf('whole')));
});

test('a corpus that changes between two readings is refused', async (t) => {
  const { examples, ...facts } = corpus;
  const changed = (read: () => Iterable<Example>) => store('changing', {}, { ...facts, size: examples.length, read });
  await t.throwsAsync(changed(() => examples.slice(1)), { message: 'toy (train) changed while it was read; run the command again' });
  await t.throwsAsync(changed(() => examples.map((example) => ({ ...example, text: 'a' }))), { message: /changed while it was read/ });
});

test('a text that cannot be cut is an error with its example', async (t) => {
  const pairs = makeCorpus([{ id: 'p', text: 'a', pair: 'b c d e f g h' }], { name: 'toy', split: 'train' });
  await t.throwsAsync(store('pairs', { truncation: 'only-first' }, streamOf(pairs)), { message: /^example p \("a"\) cannot be encoded: / });
});

test('memory stays flat on a corpus 50 times larger, and its batches are those of memory', async (t) => {
  const child = fileURLToPath(new URL('stream-child.ts', import.meta.url));
  const write = async (rows: number) => {
    const path = join(folder, `flat-${rows}.tsv`);
    const lines = Array.from({ length: rows }, (_, row) => `${`${'abc'[row % 3] ?? ''} `.repeat(1 + (row % 7))}${'z'.repeat(700 + (row % 97))}\t${row % 3}\n`);
    await writeFile(path, ['text\tlabel\n', ...lines].join(''));
    return path;
  };
  // 48 MB of heap: in it the small corpus fits either way, the large one only on disk.
  const run = async (path: string, way: 'store' | 'memory') =>
    JSON.parse((await promisify(execFile)(process.execPath, ['--import=tsx', '--max-semi-space-size=1', '--max-old-space-size=48', child, path, join(folder, 'flat'), way])).stdout) as Seen;
  const [small, large] = [await write(1500), await write(75_000)];
  const [few, many] = [await run(small, 'store'), await run(large, 'store')];
  t.deepEqual([few.examples, many.examples], [1500, 75_000]);
  t.is((await run(small, 'memory')).digest, few.digest);
  const { size } = await stat(large);
  t.log(`${(size / 1e6).toFixed(0)} MB of text: ${(few.largestRss / 1e6).toFixed(0)} MB resident on a fiftieth of it, ${(many.largestRss / 1e6).toFixed(0)} MB on all`);
  t.true(many.largestRss - few.largestRss < 0.6 * size, `${many.largestRss - few.largestRss} bytes more for ${size} bytes of text`);
  await t.throwsAsync(run(large, 'memory'), { message: /heap out of memory/ });
});

test('a header that names its shards otherwise is none: the tokens are made anew', async (t) => {
  const { stored } = await store('misnamed');
  const place = await folderOf('misnamed');
  const file = join(place, 'header.json');
  const sound = await readFile(file, 'utf8');
  for (const [from, to, said] of [['shard-00001', 'shard-00007', /shard 1 is not shard-00001\.arrow/], ['"truncated": ', '"truncated": 9', /more texts were cut than there are/]] as const) {
    await writeFile(file, sound.replace(from, to));
    const again = await store('misnamed');
    t.regex(again.notices.join(), said);
    t.deepEqual(await again.stored.load(), await stored.load());
    t.is(await readFile(file, 'utf8'), sound);
  }
});

test('running text is packed into full blocks: none lost, the same bytes after a stop or a damage, and apart from the same text by lines', async (t) => {
  const packed = { packed: true, maxTokens: 12, shardTokens: 500 } as const;
  const { stored, tokenised } = await store('packed', packed);
  t.is(tokenised, 1300);
  const blocks = await stored.load();
  const text = (ids: Int32Array) => [...ids].filter((id) => id !== tokenizer.clsId && id !== tokenizer.sepId);
  const lines = await encodeCorpus(corpus, tokenizer, { maxTokens: 512 });
  t.deepEqual(text(blocks.ids), text(lines.ids));
  const lengths = [...stored.lengths];
  t.true(lengths.slice(0, -1).every((length) => length === 12));
  t.deepEqual(blocks.exampleIds.slice(0, 3), ['train-0', 'train-4', 'train-7+2']); // lines of 1, 2, 3, 4, 5, 1, ... tokens
  t.is(blocks.labels, undefined);
  t.not(stored.corpus, corpus.fingerprint);
  t.not((await store('packed', { ...packed, maxTokens: 13 })).stored.corpus, stored.corpus);

  const again = await store('packed', packed);
  t.deepEqual([again.tokenised, again.stored.size], [0, stored.size]);
  const only = await store('packed-damaged', packed);
  const damaged = await folderOf('packed-damaged');
  const before = await digestsOf(damaged);
  await writeFile(join(damaged, 'shard-00002.arrow'), Buffer.alloc(3));
  const { notices, stored: mended } = await store('packed-damaged', packed);
  t.is(notices.length, 1);
  t.deepEqual(await digestsOf(damaged), before);
  t.deepEqual(await mended.load(), await only.stored.load());
});

test('pairs and text of which no token is left are not packed', async (t) => {
  const pairs = makeCorpus([{ id: 'p', text: 'a', pair: 'b' }], { name: 'toy', split: 'train' });
  await t.throwsAsync(store('packed-pairs', { packed: true }, streamOf(pairs)), { message: 'example p is a pair; running text is packed from single texts' });
  const blank = makeCorpus([{ id: 'p', text: ' ' }], { name: 'toy', split: 'train' });
  await t.throwsAsync(store('packed-blank', { packed: true }, streamOf(blank)), { message: 'toy (train): no token is left of its text' });
});
