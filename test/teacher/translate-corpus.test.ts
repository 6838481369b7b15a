import { spawn } from 'node:child_process';
import { cp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import test from 'ava';
import { type TranslateProgress, translateCorpus, translated } from '../../src/teacher/translate-corpus.ts';
import { openTranslations, type TranslationHeader } from '../../src/teacher/translation-store.ts';
import { readJson, writeJson } from '../../src/storage/json.ts';
import { temporaryFolder } from '../storage/temporary-folder.ts';
import { backwards, toyPairs, toyTranslator } from './toy-translator.ts';

const corpus = toyPairs(40);
const usual = { translator: toyTranslator(), corpus, shardExamples: 8, batchTokens: 12 };

/** Every file below the folder, with its bytes. */
async function bytesIn(folder: string): Promise<Map<string, string>> {
  const files = (await readdir(folder, { recursive: true, withFileTypes: true })).filter((entry) => entry.isFile()).map(({ parentPath, name }) => join(parentPath, name)).sort();
  return new Map(await Promise.all(files.map(async (file) => [file.slice(folder.length), (await readFile(file)).toString('base64')] as const)));
}

test('every example has its N best, in the order of the corpus, however they were batched', async (t) => {
  const seen: number[][] = [];
  const progress: TranslateProgress[] = [];
  const translator = toyTranslator({ before: (lengths) => void seen.push([...lengths]) });
  const store = await translated({ ...usual, translator, root: await temporaryFolder(t), onProgress: (one) => progress.push(one) });
  t.is(store.examples, 40);
  const rows = [];
  for await (const row of store.read()) rows.push(row);
  const examples = [...(corpus.read() as Iterable<{ id: string; text: string }>)];
  t.deepEqual(rows.map(({ id, source }) => [id, source]), examples.map(({ id, text }) => [id, text]));
  for (const { source, translations: [best, second, ...more] } of rows) {
    t.deepEqual([best?.text, best?.finished, best?.score, more.length], [backwards(source), true, -1, 0]);
    t.is(best?.logProb, -best!.tokens.length);
    t.deepEqual([second?.text, second?.finished, second?.score], [backwards(source).split(' ').slice(1).join(' '), second!.tokens.length % 2 === 1, -1 - 1 / 3]);
  }
  t.true(seen.every((lengths) => lengths.length === 1 || Math.max(...lengths) * lengths.length <= 12), 'a batch is above its tokens');
  t.true(seen.some(({ length }) => length > 1) && seen.every((lengths) => lengths.every((length, i) => i === 0 || length <= lengths[i - 1]!)));
  t.deepEqual([progress.at(-1)?.done, progress.at(-1)?.total], [40, 40]);
  t.true(progress.every(({ sentencesPerSecond, tokensPerSecond }) => sentencesPerSecond > 0 && tokensPerSecond > sentencesPerSecond));
});

test('what is translated is not translated again, and another search has another place', async (t) => {
  const root = await temporaryFolder(t);
  const folder = await translateCorpus({ ...usual, root });
  const idle = toyTranslator({ before: () => t.fail('it was translated already') });
  t.is(await translateCorpus({ ...usual, translator: idle, root }), folder);
  t.not(await translateCorpus({ ...usual, translator: toyTranslator({ nBest: 1 }), root }), folder);
});

test('stopped in the middle and resumed: the same bytes', async (t) => {
  const whole = await temporaryFolder(t);
  await translateCorpus({ ...usual, root: whole });
  const expected = await bytesIn(whole);
  for (const after of [1, 3, 7]) {
    const root = await temporaryFolder(t);
    const stop = new AbortController();
    let batches = 0;
    const stopping = toyTranslator({ before: () => void (++batches > after && stop.abort()) });
    await t.throwsAsync(translateCorpus({ ...usual, translator: stopping, root, signal: stop.signal }), { any: true, name: 'AbortError' });
    // Another size of shards does not matter: it goes on with the one it began with.
    await translateCorpus({ ...usual, root, ...(after === 7 && { shardExamples: 11, batchTokens: 50 }) });
    t.deepEqual(await bytesIn(root), expected, `${after}`);
  }
});

test('killed in the middle and resumed: the same bytes', async (t) => {
  const [whole, root] = [await temporaryFolder(t), await temporaryFolder(t)];
  await translateCorpus({ ...usual, batchTokens: 1, root: whole });
  const start = (stage: number) => spawn(process.execPath, ['--import=tsx', join(import.meta.dirname, 'translate-child.ts'), root, String(stage)], { stdio: ['ignore', 'pipe', 'inherit'] });
  for (const stage of [11, 25]) {
    const child = start(stage);
    let said = '';
    child.stdout.on('data', (text: Buffer) => {
      said += text.toString();
      if (said.includes(`done ${stage}\n`)) child.kill('SIGKILL');
    });
    const [, signal] = await new Promise<[number | null, string | null]>((resolve) => child.on('exit', (...end) => resolve(end)));
    t.is(signal, 'SIGKILL', said);
  }
  const part = join(root, (await readdir(root))[0]!, 'part-0000-of-0001');
  await t.throwsAsync(openTranslations(join(part, '..')), { message: /part-0000-of-0001: only (24|16) of 40 examples are translated; run the translation again, it goes on where it stopped/ });
  let first: number | undefined;
  await translateCorpus({ ...usual, batchTokens: 1, root, onProgress: ({ done }) => (first ??= done) });
  t.true(first! > 16, `it went on with example ${first}`);
  t.deepEqual(await bytesIn(root), await bytesIn(whole));
});

test('ranks share the corpus, and what they wrote is read as one; all of it must be there', async (t) => {
  const [alone, root] = [await translated({ ...usual, root: await temporaryFolder(t) }), await temporaryFolder(t)];
  let folder = '';
  for (const rank of [0, 1, 2]) {
    if (rank > 0) await t.throwsAsync(openTranslations(folder), { message: /part-000\d-of-0003: this part is not here: 3 processes share the corpus, and each must write its own/ });
    folder = await translateCorpus({ ...usual, root, world: { rank, size: 3 } });
  }
  const rowsOf = async (store: typeof alone) => { const rows = []; for await (const row of store.read()) rows.push(row); return rows; };
  const shared = await openTranslations(folder, alone.source);
  t.deepEqual(await rowsOf(shared), await rowsOf(alone));
  await t.throwsAsync(translateCorpus({ ...usual, root, world: { rank: 3, size: 3 } }), { message: 'rank 3 is not one of 0 to 2' });
  await rm(join(folder, 'part-0001-of-0003'), { recursive: true });
  await cp(join(folder, 'part-0002-of-0003'), join(folder, 'part-0001-of-0003'), { recursive: true });
  await t.throwsAsync(openTranslations(folder), { message: /part-0001-of-0003: it begins with example 26 of 40, where 13 of 40 comes next/ });
});

test('sources that cannot be translated are told by their ids', async (t) => {
  const root = await temporaryFolder(t);
  const long = { ...usual, translator: toyTranslator({ maxTokens: 5 }), root };
  await t.throwsAsync(translateCorpus(long), { message: /^example train-\d+ has [67] tokens, but the toy reads 5 at most; shorten it, leave it out of the corpus, or store it without a translation/ });
  const store = await translated({ ...long, longSources: 'leave-empty' });
  for await (const { source, translations } of store.read()) t.is(translations.length, source.split(' ').length > 4 ? 0 : 2);
  const blank = { ...corpus, size: 1, read: () => [{ id: 'train-1', text: '  ' }] };
  await t.throwsAsync(translateCorpus({ ...usual, corpus: blank, root }), { message: 'example train-1 has no source text; leave empty lines out of the corpus' });
  const short = { ...corpus, fingerprint: 'other', read: () => [{ id: 'train-1', text: 'a' }] };
  await t.throwsAsync(translateCorpus({ ...usual, corpus: short, root }), { message: /the corpus ended before example 40/ });
});

test('a translator that loses a line, or numbers that are none, are refused before anything is stored', async (t) => {
  const root = await temporaryFolder(t);
  const [toy, changed] = [toyTranslator(), (change: Partial<ReturnType<typeof toyTranslator>>) => translateCorpus({ ...usual, root, translator: { ...toyTranslator(), ...change } })];
  await t.throwsAsync(changed({ translate: async (sources) => (await toy.translate(sources)).slice(1) }), { message: /the toy gave the translations of \d+ sources where \d+ were asked for/ });
  await t.throwsAsync(changed({ encode: async (sources) => (await toy.encode(sources)).slice(1) }), { message: 'the toy made 7 lists of tokens of 8 sources' });
  await t.throwsAsync(changed({ translate: async (sources) => (await toy.translate(sources)).map(() => []) }), { message: /gave no translation of example train-/ });
  await t.throwsAsync(changed({ translate: async (sources) => (await toy.translate(sources)).map((own) => own.map((one) => ({ ...one, score: NaN }))) }), { message: /its weights or its numbers are not sound/ });
  await t.throwsAsync(changed({ translate: async (sources) => (await toy.translate(sources)).map((own) => own.toReversed()) }), { message: /out of order: number 2 is better than the one before/ });
  t.deepEqual((await readdir(root, { recursive: true })).filter((name) => name.endsWith('.arrow')), []);
});

test('a store of something else, a damaged one and a moved one are refused', async (t) => {
  const root = await temporaryFolder(t);
  const folder = await translateCorpus({ ...usual, root });
  await t.throwsAsync(openTranslations(folder, { corpus: 'another' }), { message: /these translations do not fit; translate the corpus anew\n {2}corpus: stored "[0-9a-f]+", wanted "another"$/ });
  await t.throwsAsync(openTranslations(join(root, 'absent')), { message: /absent: no translations are here; translate the corpus first/ });
  const part = join(folder, 'part-0000-of-0001');
  const file = join(part, 'shard-00002.arrow');
  const sound = await readFile(file);
  const damaged = Buffer.from(sound);
  damaged[damaged.length - 200]! ^= 1;
  await writeFile(file, damaged);
  const readAll = async () => { for await (const row of (await openTranslations(folder)).read()) void row; };
  await t.throwsAsync(readAll(), { message: `${file}: the checksum is not the one in the store's header: the file was changed or damaged. Delete it and translate again` });
  await rm(file); // as the message says
  await translateCorpus({ ...usual, root });
  t.deepEqual(await readFile(file), sound);
  const header = (await readJson(join(part, 'header.json'))) as TranslationHeader;
  await writeJson(join(part, 'header.json'), { ...header, shards: header.shards.map((shard, i) => (i === 1 ? header.shards[0] : shard)) });
  await t.throwsAsync(readAll(), { message: /shard-00000\.arrow: example train-1 is translated twice/ });
});
