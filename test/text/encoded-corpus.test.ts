import test from 'ava';
import { makeCorpus } from '../../src/text/corpus.ts';
import { concatenate, encodeCorpus, sliceCorpus } from '../../src/text/encoded-corpus.ts';
import type { Example, LabelSpace } from '../../src/text/example.ts';
import { lengthsOf } from '../../src/text/flat-rows.ts';
import { trainWordPiece } from '../../src/text/train-word-piece.ts';

const labels: LabelSpace = { kind: 'single-label', names: ['cold', 'warm'] };
const tokenizer = await trainWordPiece(['a b c d e f'], { size: 30, lowercase: true });
const labelled: Example[] = [
  { id: 'x1', text: 'a b', label: 'warm' },
  { id: 'x2', text: 'c', pair: 'd e', label: 'cold' },
  { id: 'x3', text: 'a b c d e f' },
];
const corpus = makeCorpus(labelled, { name: 'toy', split: 'train', labels });
const transfer = makeCorpus([{ id: 'y1', text: 'f e' }], { name: 'toy', split: 'transfer' });
const textOf = (ids: Int32Array) => tokenizer.decode(ids, { skipSpecialTokens: false });

test('ids, types and offsets lie flat; labels and what was cut stand beside them', async (t) => {
  const encoded = await encodeCorpus(corpus, tokenizer, { maxTokens: 7, labels });
  t.deepEqual([...encoded.offsets], [0, 4, 10, 17]);
  t.is(await textOf(encoded.ids), '[CLS] a b [SEP] [CLS] c [SEP] d e [SEP] [CLS] a b c d e [SEP]');
  t.deepEqual([...encoded.typeIds], [0, 0, 0, 0, 0, 0, 0, 1, 1, 1, 0, 0, 0, 0, 0, 0, 0]);
  t.deepEqual([...lengthsOf(encoded)], [4, 6, 7]);
  t.deepEqual(encoded.labels, { kind: 'single-label', names: ['cold', 'warm'], indices: Int32Array.of(1, 0, -1) });
  t.like(encoded, { exampleIds: ['x1', 'x2', 'x3'], maxTokens: 7, truncated: 1, corpus: corpus.fingerprint, tokenizer: tokenizer.fingerprint });
  t.false('labels' in (await encodeCorpus(corpus, tokenizer, { maxTokens: 7 })));
});

test('a wrong label is refused with its example', async (t) => {
  const other: LabelSpace = { kind: 'single-label', names: ['hot', 'warm'] };
  await t.throwsAsync(encodeCorpus(corpus, tokenizer, { maxTokens: 7, labels: other }), { message: /example x2: label "cold" is none of .*hot, warm/ });
});

test('corpora are joined: labelled text, then transfer text', async (t) => {
  const [a, b] = [await encodeCorpus(corpus, tokenizer, { maxTokens: 7, labels }), await encodeCorpus(transfer, tokenizer, { maxTokens: 9, labels })];
  const both = concatenate(a, b);
  t.deepEqual(both.exampleIds, ['x1', 'x2', 'x3', 'y1']);
  t.deepEqual([...both.offsets], [0, 4, 10, 17, 21]);
  t.is(await textOf(both.ids.subarray(17)), '[CLS] f e [SEP]');
  t.is(both.typeIds.length, 21);
  t.deepEqual(both.labels, { kind: 'single-label', names: ['cold', 'warm'], indices: Int32Array.of(1, 0, -1, -1) });
  t.like(both, { maxTokens: 9, truncated: 1 });
  t.is(new Set([both, concatenate(b, a), a, b].map((one) => one.corpus)).size, 4);
});

test('corpora that share an id, or no tokeniser, are refused', async (t) => {
  const a = await encodeCorpus(corpus, tokenizer, { maxTokens: 7 });
  t.throws(() => concatenate(a, a), { message: /example id "x1" stands in both corpora/ });
  const other = await trainWordPiece(['a b c'], { size: 30, lowercase: true });
  const b = await encodeCorpus(transfer, other, { maxTokens: 7 });
  t.throws(() => concatenate(a, b), { message: /different tokenizers/ });
});

test('a slice holds its rows, and joined slices the whole', async (t) => {
  const whole = await encodeCorpus(corpus, tokenizer, { maxTokens: 7, labels });
  const [head, tail] = [sliceCorpus(whole, 0, 1), sliceCorpus(whole, 1, 3)];
  t.deepEqual(tail.exampleIds, ['x2', 'x3']);
  t.deepEqual([...tail.offsets], [0, 6, 13]);
  t.not(tail.corpus, whole.corpus);
  const { exampleIds, ids, typeIds, offsets, labels: joined } = concatenate(head, tail);
  t.deepEqual({ exampleIds, ids, typeIds, offsets, labels: joined }, { exampleIds: whole.exampleIds, ids: whole.ids, typeIds: whole.typeIds, offsets: whole.offsets, labels: whole.labels });
  t.deepEqual(sliceCorpus(whole, 2, 2).exampleIds, []);
});
