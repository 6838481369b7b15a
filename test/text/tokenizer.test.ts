import { join } from 'node:path';
import test from 'ava';
import { loadTokenizer } from '../../src/text/tokenizer-files.ts';
import type { TextInput } from '../../src/text/tokenizer.ts';
import { checkTokenizerFixture } from '../fixture-runners/tokenizer.ts';

const fixtures = join(import.meta.dirname, '../fixtures/models');
const tokenizer = await loadTokenizer(join(fixtures, 'tokenizer-wordpiece'));
const lists = (encodings: readonly { readonly ids: Int32Array }[]) => encodings.map(({ ids }) => [...ids]);

for (const [folder, cases] of [['tokenizer-wordpiece', 292], ['tokenizer-unigram', 46]] as const) {
  test(`equals the reference: ${folder}`, async (t) => {
    t.deepEqual(await checkTokenizerFixture(join(fixtures, folder)), { largestError: 0, cases, failures: [] });
  });
}

test('the check notices a tokeniser that is another', async (t) => {
  const tokenizerFile = join(fixtures, 'tokenizer-unigram/tokenizer.json');
  const { largestError, failures } = await checkTokenizerFixture(join(fixtures, 'tokenizer-wordpiece'), { tokenizerFile });
  t.is(largestError, 1);
  t.true(failures.length > 250);
});

test('texts and pairs are encoded in order, with types, unpadded', async (t) => {
  const encodings = await tokenizer.encode([{ text: 'Hello' }, { text: 'How are you?', pair: 'Fine.' }, { text: '' }], { maxTokens: 32 });
  t.deepEqual(lists(encodings), [[101, 7592, 102], [101, 2129, 2024, 2017, 1029, 102, 2986, 1012, 102], [101, 102]]);
  t.deepEqual(encodings.map(({ typeIds }) => [...typeIds]), [[0, 0, 0], [0, 0, 0, 0, 0, 0, 1, 1, 1], [0, 0]]);
  t.true(encodings.every(({ ids, typeIds, truncated }) => ids instanceof Int32Array && typeIds instanceof Int32Array && !truncated));
  t.deepEqual(await tokenizer.encode([], { maxTokens: 32 }), []);
});

test('more texts than one call to the library takes come back in order', async (t) => {
  const texts = Array.from({ length: 2500 }, (_, i) => ({ text: `${i}`, ...(i % 700 === 0 && { pair: 'pair' }) }));
  const decoded = await tokenizer.decodeBatch(lists(await tokenizer.encode(texts, { maxTokens: 16 })));
  t.deepEqual(decoded, texts.map(({ text, pair }) => (pair === undefined ? text : `${text} ${pair}`)));
});

test('cuts are made where the caller says, and are reported', async (t) => {
  const inputs = [{ text: 'a b c d e f', pair: 'g h' }, { text: 'a', pair: 'g' }];
  const cut = await tokenizer.encode(inputs, { maxTokens: 7 });
  t.deepEqual(await tokenizer.decodeBatch(lists(cut)), ['a b g h', 'a g']);
  t.deepEqual(cut.map(({ truncated }) => truncated), [true, false]);
  const second = await tokenizer.encode(inputs, { maxTokens: 10, truncation: 'only-second' });
  t.deepEqual(await tokenizer.decodeBatch(lists(second)), ['a b c d e f g', 'a g']);
});

test('calls made at once keep their own settings', async (t) => {
  const input = [{ text: 'one two three four five six' }];
  const encodings = await Promise.all([4, 6, 8, 5].map((maxTokens) => tokenizer.encode(input, { maxTokens })));
  t.deepEqual(encodings.map(([encoding]) => encoding?.ids.length), [4, 6, 8, 5]);
});

const refused: { name: string; inputs: TextInput[]; options: { maxTokens: number; truncation?: 'only-first' | 'only-second' }; message: RegExp }[] = [
  { name: 'a limit that leaves no room', inputs: [{ text: 'a' }], options: { maxTokens: 2 }, message: /maxTokens is 2; it must be a whole number above 2, the special tokens of a text/ },
  { name: 'a limit that leaves a pair no room', inputs: [{ text: 'a', pair: 'b' }], options: { maxTokens: 3 }, message: /above 3, the special tokens of a pair/ },
  { name: 'a limit that is no whole number', inputs: [{ text: 'a' }], options: { maxTokens: 7.5 }, message: /maxTokens is 7.5/ },
  { name: 'a limit that is not a number', inputs: [{ text: 'a' }], options: { maxTokens: NaN }, message: /maxTokens is NaN/ },
  {
    name: 'a pair whose uncut side is too long',
    inputs: [{ text: 'a', pair: 'b' }, { id: 'dev-7', text: 'a', pair: 'b c d e f' }],
    options: { maxTokens: 6, truncation: 'only-first' },
    message: /example dev-7 \("a"\) cannot be encoded: .*too short to respect/,
  },
  {
    name: 'a single text where the second is to be cut',
    inputs: [{ text: 'a', pair: 'b' }, { text: 'a' }],
    options: { maxTokens: 6, truncation: 'only-second' },
    message: /text 1 \("a"\) is no pair, and truncation is only-second/,
  },
];
for (const { name, inputs, options, message } of refused) {
  test(`${name} is refused, and the tokeniser goes on`, async (t) => {
    await t.throwsAsync(tokenizer.encode(inputs, options), { message });
    t.deepEqual(lists(await tokenizer.encode([{ text: 'hello' }], { maxTokens: 8 })), [[101, 7592, 102]]);
  });
}

test('a stride that fills the window is refused (the library would end the process)', async (t) => {
  await t.throwsAsync(tokenizer.inspect([{ text: 'a b c' }], { maxTokens: 6, stride: 4 }), { message: /stride is 4; it must be a whole number from 0 to 3/ });
});

test('decoding drops special tokens unless told otherwise', async (t) => {
  t.is(await tokenizer.decode([101, 7592, 102]), 'hello');
  t.is(await tokenizer.decode(Int32Array.of(101, 7592, 102), { skipSpecialTokens: false }), '[CLS] hello [SEP]');
});

test('special tokens have their ids, and a missing one is an error', async (t) => {
  const { padId, clsId, sepId, maskId, vocabularySize } = tokenizer;
  t.deepEqual({ padId, clsId, sepId, maskId, vocabularySize }, { padId: 0, clsId: 101, sepId: 102, maskId: 103, vocabularySize: 30522 });
  t.is(tokenizer.idOf('no such token'), undefined);
  const unigram = await loadTokenizer(join(fixtures, 'tokenizer-unigram'));
  t.throws(() => unigram.maskId, { message: /this tokenizer has no mask token; name one as mask_token/ });
});

test('words are cut as encoding cuts them', (t) => {
  t.deepEqual(tokenizer.words("It's Café 世界!"), ['it', "'", 's', 'cafe', '世', '界', '!']);
});
