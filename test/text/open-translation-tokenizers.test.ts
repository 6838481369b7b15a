import { cp, readdir, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import test from 'ava';
import { openTranslationTokenizers, saveTranslationTokenizers } from '../../src/text/open-translation-tokenizers.ts';
import { saveTokenizer } from '../../src/text/tokenizer-files.ts';
import { Tokenizer } from '../../src/text/tokenizer.ts';
import type { TranslationTokenizers } from '../../src/text/translation-tokenizers.ts';
import { textFolder } from './text-folder.ts';
import { letterTokenizer } from './word-tokenizers.ts';

const { folder, put } = await textFolder();
const marian = join(import.meta.dirname, '../fixtures/storage/sentencepiece/marian');
const idsOf = async (side: TranslationTokenizers['source'], text: string) => [...((await side.encode([{ text }], { maxTokens: 64 }))[0]?.ids ?? [])];

async function copyOf(name: string, changes: Readonly<Record<string, string>> = {}): Promise<string> {
  await cp(marian, join(folder, name), { recursive: true });
  for (const [file, content] of Object.entries(changes)) await put(`${name}/${file}`, content);
  return join(folder, name);
}

async function single(name: string, tokenizer = letterTokenizer('abc'), changes: Readonly<Record<string, string>> = {}): Promise<string> {
  await saveTokenizer(tokenizer, join(folder, name));
  for (const [file, content] of Object.entries(changes)) await put(`${name}/${file}`, content);
  return join(folder, name);
}

test("one tokenizer.json serves both sides; the decoder starts as the model's config says, or with the padding token", async (t) => {
  const alone = await openTranslationTokenizers(await single('alone'));
  t.like(alone, { startId: 0, padId: 0, eosId: 1, unkId: 2 });
  t.is(alone.source, alone.target);
  t.deepEqual(await idsOf(alone.source, 'b q'), [4, 2, 1]);
  t.is(await alone.target.decode([4, 2, 1]), 'b');
  t.is((await openTranslationTokenizers(await single('config', undefined, { 'config.json': '{"decoder_start_token_id": 3, "vocab_size": 6}' }))).startId, 3);
  t.is((await openTranslationTokenizers(await single('generation', undefined, { 'generation_config.json': '{"decoder_start_token_id": 4, "eos_token_id": [1]}', 'config.json': '{"pad_token_id": 0}' }))).startId, 4);
});

test("BART's kind of tokenizer frames its texts", async (t) => {
  const { source, eosId } = await openTranslationTokenizers(join(import.meta.dirname, '../fixtures/models/tokenizer-byte-level'));
  const ids = await idsOf(source, 'The film');
  t.deepEqual([ids[0], ids.at(-1)], [source.idOf('<s>'), source.idOf('</s>')]);
  t.is(ids.at(-1), eosId);
});

test('an OPUS-MT folder is saved byte for byte, and opens as the same', async (t) => {
  const tokenizers = await openTranslationTokenizers(await copyOf('opus'));
  t.is(tokenizers.startId, tokenizers.padId);
  await rm(join(folder, 'opus'), { recursive: true });
  await saveTranslationTokenizers(tokenizers, join(folder, 'student'));
  const names = ['source.spm', 'target.spm', 'tokenizer_config.json', 'vocab.json'];
  t.deepEqual((await readdir(join(folder, 'student'))).sort(), names);
  for (const name of names) t.deepEqual(await readFile(join(folder, 'student', name)), await readFile(join(marian, name)));
  const again = await openTranslationTokenizers(join(folder, 'student'));
  t.deepEqual([again.source.fingerprint, again.target.fingerprint], [tokenizers.source.fingerprint, tokenizers.target.fingerprint]);
});

test('one tokenizer for both sides is saved for a model without token types', async (t) => {
  const tokenizers = await openTranslationTokenizers(await single('to-save'));
  await saveTranslationTokenizers(tokenizers, join(folder, 'saved'), { maxTokens: 77 });
  const config = JSON.parse(await readFile(join(folder, 'saved/tokenizer_config.json'), 'utf8')) as Record<string, unknown>;
  t.like(config, { model_max_length: 77, model_input_names: ['input_ids', 'attention_mask'], tokenizer_class: 'PreTrainedTokenizerFast', eos_token: '</s>', pad_token: '<pad>', unk_token: '<unk>' });
  t.is((await openTranslationTokenizers(join(folder, 'saved'))).source.fingerprint, tokenizers.source.fingerprint);
  const { published: _, ...unfiled } = await openTranslationTokenizers(marian);
  await t.throwsAsync(saveTranslationTokenizers(unfiled, folder), { message: /were not read from a folder/ });
});

test('vocabularies of their own give each side its ids', async (t) => {
  const vocabulary = JSON.parse(await readFile(join(marian, 'vocab.json'), 'utf8')) as Record<string, number>;
  const pad = vocabulary['<pad>'] ?? 0;
  // The target counts its pieces down from the padding token; </s> is 2 there.
  const target = Object.fromEntries(Object.entries(vocabulary).map(([token, id]) => [token, token === '<pad>' ? id : (pad + 1 - id) % pad + 1]));
  const separate = await openTranslationTokenizers(await copyOf('separate', { 'target_vocab.json': JSON.stringify({ ...target, '<pad>': pad + 1 }), 'vocab.json': JSON.stringify({ ...vocabulary, '<pad>': pad + 1 }) }));
  t.is(separate.eosId, target['</s>'] ?? -1);
  t.is((await idsOf(separate.source, '')).at(-1), 0);
  t.is((await idsOf(separate.target, '')).at(-1), separate.eosId);
  await saveTranslationTokenizers(separate, join(folder, 'separate-saved'));
  t.true((await readdir(join(folder, 'separate-saved'))).includes('target_vocab.json'));
  await t.throwsAsync(openTranslationTokenizers(await copyOf('two-pads', { 'target_vocab.json': JSON.stringify({ ...target, '<pad>': pad + 7 }) })), { message: /two-pads: the padding token has id \d+ in vocab\.json and \d+ in target_vocab\.json/ });
});

const without = (role: 'pad' | 'eos'): Tokenizer => {
  const { definition, config } = letterTokenizer('abc');
  const { [role]: _, ...specialTokens } = config.specialTokens;
  const named = role === 'pad' ? '<pad>' : '</s>';
  return new Tokenizer({ ...definition, added_tokens: definition.added_tokens?.filter(({ content }) => content !== named) ?? [] }, { ...config, specialTokens });
};
const refused: readonly (readonly [string, () => Promise<string>, RegExp])[] = [
  ['no padding token', () => single('no-pad', without('pad')), /no-pad: this tokenizer has no pad token; name one as pad_token in its tokenizer_config\.json$/],
  ['a text that is not closed', () => single('open', letterTokenizer('abc', { closes: false })), /open: its tokenizer does not close a text with <\/s>, which a translator reads and writes/],
  ['a config of another model', () => single('other', undefined, { 'config.json': '{"eos_token_id": 2}' }), /other\/config\.json: eos_token_id is 2, and the tokenizer beside it says 1; they belong to different models$/],
  ['a model of fewer tokens', () => single('few', undefined, { 'config.json': '{"vocab_size": 5}' }), /few\/config\.json: the model knows 5 tokens and the tokenizer beside it 6/],
  ['a start that is no token', () => single('start', undefined, { 'config.json': '{"decoder_start_token_id": 6}' }), /start\/config\.json: decoder_start_token_id is 6, and the tokenizer beside it has 6 tokens$/],
  ['a config that is none', () => single('none', undefined, { 'config.json': '{"vocab_size": "many"}' }), /none\/config\.json: not the config of a model: vocab_size/],
  ['a vocabulary that is none', () => copyOf('list', { 'vocab.json': '["a"]' }), /list\/vocab\.json: not a vocabulary, an object of tokens and ids/],
  ['a vocabulary without padding', () => copyOf('unpadded', { 'vocab.json': '{"</s>": 0, "<unk>": 1}' }), /unpadded\/vocab\.json: the vocabulary has no "<pad>"; name its special tokens as eos_token, unk_token and pad_token/],
  ['a sentencepiece model that is none', () => copyOf('spm', { 'target.spm': 'x' }), /spm\/target\.spm: not a sentencepiece model/],
  ['no target', async () => {
    const path = await copyOf('half');
    await rm(join(path, 'target.spm'));
    return path;
  }, /half\/target\.spm/],
];
for (const [name, make, message] of refused) {
  test(`${name}: refused`, async (t) => void (await t.throwsAsync(openTranslationTokenizers(await make()), { message })));
}
