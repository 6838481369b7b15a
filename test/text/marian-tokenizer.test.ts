import { join } from 'node:path';
import test from 'ava';
import { readJson } from '../../src/storage/json.ts';
import { MarianTokenizer } from '../../src/text/marian-tokenizer.ts';
import { openTranslationTokenizers } from '../../src/text/open-translation-tokenizers.ts';
import { letterTokenizer } from './word-tokenizers.ts';

interface Case {
  readonly text: string;
  readonly ids: readonly number[];
  readonly decoded: string;
  readonly whole: string;
}
interface Expected {
  readonly specials: { readonly eos: number; readonly pad: number; readonly unk: number };
  readonly source: readonly Case[];
  readonly target: readonly Case[];
  readonly cut: { readonly text: string; readonly maxTokens: number; readonly ids: readonly number[] };
}

const folder = join(import.meta.dirname, '../fixtures/storage/sentencepiece/marian');
const expected = (await readJson(join(folder, 'expected.json'))) as Expected;
const tokenizers = await openTranslationTokenizers(folder);

test("ids and texts of both sides are those of Python's MarianTokenizer", async (t) => {
  t.deepEqual({ eos: tokenizers.eosId, pad: tokenizers.padId, unk: tokenizers.unkId }, expected.specials);
  for (const side of ['source', 'target'] as const) {
    const cases = expected[side];
    t.true(cases.length > 25);
    const encoded = await tokenizers[side].encode(cases.map(({ text }) => ({ text })), { maxTokens: 512 });
    for (const [i, { text, ids }] of cases.entries()) t.deepEqual([...(encoded[i]?.ids ?? [])], ids, text);
    t.deepEqual(await tokenizers[side].decodeBatch(cases.map(({ ids }) => ids)), cases.map(({ decoded }) => decoded));
    // Python joins with the source's model, which does not know where the target's words begin: it may leave a second space behind <unk>.
    const tidy = (text: string) => text.replaceAll('> ', '>').replaceAll('> ', '>');
    const whole = await tokenizers[side].decodeBatch(cases.map(({ ids }) => ids), { skipSpecialTokens: false });
    t.deepEqual(side === 'source' ? whole : whole.map(tidy), cases.map((one) => (side === 'source' ? one.whole : tidy(one.whole))));
  }
});

test('a text is cut before its end-of-sentence token, and that is told', async (t) => {
  const { text, maxTokens, ids } = expected.cut;
  const [cut] = await tokenizers.source.encode([{ text }], { maxTokens });
  t.deepEqual(cut, { ids: Int32Array.from(ids), typeIds: new Int32Array(6), truncated: true });
  const [whole] = await tokenizers.source.encode([{ text }], { maxTokens: 512 });
  t.false(whole?.truncated);
  const length = whole?.ids.length ?? 0;
  t.deepEqual((await tokenizers.source.encode([{ text }], { maxTokens: length }))[0], whole);
  t.true((await tokenizers.source.encode([{ text }], { maxTokens: length - 1 }))[0]?.truncated);
  await t.throwsAsync(tokenizers.source.encode([{ text }], { maxTokens: 1 }), { message: /^maxTokens is 1; it must be a whole number above 1/ });
  await t.throwsAsync(tokenizers.source.encode([{ id: 'p', text, pair: text }], { maxTokens: 9 }), { message: /^example p is a pair, and a translator reads one text/ });
});

test('tokens are found by name, and rows are counted by the largest id', (t) => {
  t.is(tokenizers.target.idOf('>>rev<<'), expected.specials.pad - 1);
  t.is(tokenizers.source.idOf('nothing of it'), undefined);
  t.is(tokenizers.source.vocabularySize, expected.specials.pad + 1);
  t.not(tokenizers.source.fingerprint, tokenizers.target.fingerprint);
});

test('a vocabulary without a special token, or with an id for two tokens, is refused', (t) => {
  const make = (vocabulary: Record<string, number>) => new MarianTokenizer({ pieces: letterTokenizer('ab'), vocabulary: new Map(Object.entries(vocabulary)), specials: { eos: '</s>', unk: '<unk>', pad: '<pad>' } });
  t.notThrows(() => make({ '</s>': 0, '<unk>': 1, '<pad>': 2, a: 3 }));
  t.throws(() => make({ '</s>': 0, '<unk>': 1, a: 3 }), { message: /^the vocabulary has no "<pad>"; name its special tokens/ });
  t.throws(() => make({ '</s>': 0, '<unk>': 1, '<pad>': 2, a: 3, b: 3 }), { message: /^"a" and "b" have the same id, 3, in the vocabulary$/ });
});
