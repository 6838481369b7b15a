import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { AutoTokenizer, env } from '@huggingface/transformers';
import test from 'ava';
import { loadTokenizer, saveTokenizer } from '../../src/text/tokenizer-files.ts';

const fixture = join(import.meta.dirname, '../fixtures/models/tokenizer-wordpiece');
const folder = await mkdtemp(join(tmpdir(), 'retort-tokenizer-'));
test.after.always(() => rm(folder, { recursive: true, force: true }));
const toy = ['[PAD]', '[UNK]', '[CLS]', '[SEP]', '[MASK]', 'a', 'É', 'E', 'e', '世', '##世'];

async function toyFolder(files: Record<string, string>): Promise<string> {
  const place = await mkdtemp(join(folder, 'toy-'));
  for (const [name, content] of Object.entries(files)) await writeFile(join(place, name), content);
  return place;
}
const tokensOf = async (place: string, text: string) => (await (await loadTokenizer(place)).inspect([{ text }]))[0]?.tokens.slice(1, -1);

test('a vocab.txt makes the tokeniser that its tokenizer.json describes', async (t) => {
  const [fromJson, fromVocabulary] = await Promise.all([loadTokenizer(fixture), loadTokenizer(join(fixture, 'vocab.txt'))]);
  t.is(fromVocabulary.fingerprint, fromJson.fingerprint);
});

test('the settings beside a vocab.txt are used', async (t) => {
  const vocabulary = { 'vocab.txt': `${toy.join('\n')}\n` };
  t.deepEqual(await tokensOf(await toyFolder(vocabulary), 'É世世'), ['e', '世', '世']);
  const config = (settings: object) => ({ ...vocabulary, 'tokenizer_config.json': JSON.stringify(settings) });
  t.deepEqual(await tokensOf(await toyFolder(config({ do_lower_case: false })), 'É'), ['É']);
  t.deepEqual(await tokensOf(await toyFolder(config({ do_lower_case: false, strip_accents: true })), 'É'), ['E']);
  t.deepEqual(await tokensOf(await toyFolder(config({ tokenize_chinese_chars: false, strip_accents: null })), '世世'), ['世', '##世']);
});

test('padding and truncation in a tokenizer.json are dropped and do not change the fingerprint', async (t) => {
  const published = JSON.parse(await readFile(join(fixture, 'tokenizer.json'), 'utf8')) as Record<string, unknown>;
  const truncation = { direction: 'Right', max_length: 4, strategy: 'LongestFirst', stride: 0 };
  const padding = { strategy: { Fixed: 128 }, direction: 'Right', pad_to_multiple_of: null, pad_id: 0, pad_type_id: 0, pad_token: '[PAD]' };
  const place = await toyFolder({ 'tokenizer.json': JSON.stringify({ ...published, truncation, padding }) });
  const tokenizer = await loadTokenizer(place);
  const [row] = await tokenizer.inspect([{ text: 'one two three four' }]);
  t.is(row?.ids.length, 6);
  t.is(tokenizer.fingerprint, (await loadTokenizer(fixture)).fingerprint);
  t.like(JSON.parse(tokenizer.tokenizerJson()), { truncation: null, padding: null });
});

test('a saved folder loads here and in transformers.js with equal ids', async (t) => {
  const tokenizer = await loadTokenizer(fixture);
  await saveTokenizer(tokenizer, join(folder, 'student'), { maxTokens: 128 });
  t.deepEqual((await readdir(join(folder, 'student'))).sort(), ['special_tokens_map.json', 'tokenizer.json', 'tokenizer_config.json']);
  const again = await loadTokenizer(join(folder, 'student'));
  t.is(again.fingerprint, tokenizer.fingerprint);
  t.deepEqual(again.config.specialTokens, tokenizer.config.specialTokens);

  Object.assign(env, { allowRemoteModels: false, localModelPath: folder });
  const browser = await AutoTokenizer.from_pretrained('student');
  t.is(browser.model_max_length, 128);
  for (const text of ['Hello, World! Ünïcode', '', '世界 unbelievable']) {
    const [row] = await tokenizer.inspect([{ text, pair: 'and a second' }]);
    const theirs = browser(text, { text_pair: 'and a second' }) as Record<string, { data: BigInt64Array }>;
    t.deepEqual(Array.from(theirs.input_ids?.data ?? [], Number), row?.ids);
    t.deepEqual(Array.from(theirs.token_type_ids?.data ?? [], Number), row?.typeIds);
  }
});

const broken: { name: string; files: Record<string, string>; message: RegExp }[] = [
  { name: 'a folder without tokeniser', files: { 'spiece.model': '' }, message: /neither tokenizer\.json nor vocab\.txt is there/ },
  { name: 'a vocabulary without [MASK]', files: { 'vocab.txt': '[PAD]\n[UNK]\n[CLS]\n[SEP]\na\n' }, message: /vocab\.txt: the vocabulary has no \[MASK\]/ },
  { name: 'a token that stands twice', files: { 'vocab.txt': 'a\nb\na\n' }, message: /vocab\.txt:3: token "a" already stands on line 1/ },
  { name: 'an empty line in a vocabulary', files: { 'vocab.txt': 'a\n\nb\n' }, message: /vocab\.txt:2: an empty line/ },
  {
    name: 'a setting of the wrong type',
    files: { 'vocab.txt': toy.join('\n'), 'tokenizer_config.json': '{"do_lower_case":"no"}' },
    message: /do_lower_case must be true or false/,
  },
  { name: 'a file that is not JSON', files: { 'tokenizer.json': '{"model":' }, message: /tokenizer\.json:1/ },
  { name: 'a config.json in the place of a tokenizer.json', files: { 'tokenizer.json': '{"hidden_size":3}' }, message: /tokenizer\.json: no "model" in it/ },
  { name: 'a model of no known kind', files: { 'tokenizer.json': '{"version":"1.0","model":{"type":"Magic"}}' }, message: /tokenizer\.json: not a tokenizer that the tokenizers library reads/ },
];
for (const { name, files, message } of broken) {
  test(`${name} is refused`, async (t) => {
    await t.throwsAsync(async () => loadTokenizer(await toyFolder(files)), { message });
  });
}
