import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import test from 'ava';
import { readJson } from '../../src/storage/json.ts';
import { readSentencePieceModel, type SentencePieceModel } from '../../src/storage/sentencepiece-model.ts';
import { sentencePieceDefinition } from '../../src/text/sentence-piece.ts';
import { Tokenizer } from '../../src/text/tokenizer.ts';

interface Case {
  readonly text: string;
  readonly ids: readonly number[];
  readonly pieces: readonly string[];
  readonly decoded: string;
}

const fixtures = join(import.meta.dirname, '../fixtures/storage/sentencepiece');
const expected = (await readJson(join(fixtures, 'expected.json'))) as Record<'unigram' | 'bpe', readonly Case[]>;
const tokenizerOf = (model: SentencePieceModel) => new Tokenizer(sentencePieceDefinition(model), { specialTokens: { unk: '<unk>' }, published: {} });

for (const kind of ['unigram', 'bpe'] as const) {
  test(`equals sentencepiece: ${kind}`, async (t) => {
    const tokenizer = tokenizerOf(await readSentencePieceModel(join(fixtures, `${kind}.model`)));
    // The name of a byte standing alone is taken for the byte: the library's way.
    const cases = expected[kind].filter(({ text }) => kind === 'unigram' || text !== '<0x41>');
    const encoded = await tokenizer.encode(cases, { maxTokens: 1000 });
    t.is(cases.length, kind === 'unigram' ? 57 : 56);
    for (const [i, { text, ids }] of cases.entries()) t.deepEqual([...(encoded[i]?.ids ?? [])], ids, text);
    const known = cases.filter(({ ids }) => !ids.includes(0));
    t.true(known.length > 40);
    t.deepEqual(await tokenizer.decodeBatch(known.map(({ ids }) => ids), { skipSpecialTokens: false }), known.map(({ decoded }) => decoded));
  });
}

test('unknown characters in a row are one piece, and what they were is kept', async (t) => {
  const tokenizer = tokenizerOf(await readSentencePieceModel(join(fixtures, 'unigram.model')));
  const unknown = expected.unigram.filter(({ ids }) => ids.includes(0));
  t.true(unknown.length >= 5);
  const inspected = await tokenizer.inspect(unknown);
  t.deepEqual(inspected.map(({ tokens }) => tokens), unknown.map(({ pieces }) => [...pieces]));
});

const sound: SentencePieceModel = {
  kind: 'bpe', byteFallback: false, whitespaceAsSuffix: false, charactersMap: new Uint8Array(0), addDummyPrefix: true, removeExtraWhitespaces: true, escapeWhitespaces: true,
  pieces: [...[['<unk>', 0, 'unknown'], ['abc', -3, 'normal'], ['ab', -1, 'normal'], ['bc', -2, 'normal'], ['a', -4, 'normal'], ['b', -5, 'normal'], ['c', -6, 'normal'], ['▁', -7, 'normal'], ['x.y', 0, 'user-defined']] as const].map(([text, score, type]) => ({ text, score, type })),
};

test('merges are every way to make a piece, the best piece first', async (t) => {
  t.deepEqual(sentencePieceDefinition(sound).model.merges, [['a', 'b'], ['b', 'c'], ['a', 'bc'], ['ab', 'c']]);
  const [row] = await tokenizerOf(sound).inspect([{ text: 'abc  bcx.yxay' }]);
  t.deepEqual(row?.tokens, ['▁', 'abc', '▁', 'bc', 'x.y', '<unk>', 'a', '<unk>']);
});

const refused: readonly (readonly [string, Partial<SentencePieceModel>, RegExp])[] = [
  ['a kind without pieces', { kind: 'char' }, /^a sentencepiece model of kind char; models of kind unigram and bpe/],
  ['spaces behind words', { whitespaceAsSuffix: true }, /writes spaces behind its words/],
  ['spaces as they are', { escapeWhitespaces: false }, /leaves spaces as they are/],
  ['unused pieces', { pieces: [...sound.pieces, { text: 'q', score: 0, type: 'unused' }] }, /whose piece "q" is marked as unused/],
  ['nothing for the unknown', { pieces: sound.pieces.slice(1) }, /has no piece for what it does not know/],
  ['a piece twice', { pieces: [...sound.pieces, { text: 'ab', score: 0, type: 'normal' }] }, /two pieces of the sentencepiece model are "ab"/],
];
for (const [name, change, message] of refused) test(`${name}: refused`, (t) => void t.throws(() => sentencePieceDefinition({ ...sound, ...change }), { message }));

// Where a sentencepiece model and the numbers of its library lie elsewhere: RETORT_SENTENCEPIECE names the model, RETORT_SENTENCEPIECE_CASES its cases.json.
const [model, cases] = [process.env.RETORT_SENTENCEPIECE, process.env.RETORT_SENTENCEPIECE_CASES];
(model === undefined || cases === undefined ? test.skip : test)('equals sentencepiece: a published model', async (t) => {
  const { single } = JSON.parse(await readFile(cases!, 'utf8')) as { single: (Case & { sentencepiece_agrees: boolean })[] };
  const encoded = await tokenizerOf(await readSentencePieceModel(model!)).encode(single, { maxTokens: 10_000 });
  t.true(single.length > 20);
  single.forEach(({ text, ids }, i) => t.deepEqual([...(encoded[i]?.ids ?? [])], ids, text));
});
