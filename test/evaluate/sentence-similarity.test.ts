import test from 'ava';
import { spearman } from '../../src/evaluate/correlation.ts';
import { embeddingsOf, encodeSentencePairs, pairCosines, similarityScores } from '../../src/evaluate/sentence-similarity.ts';
import { makeCorpus } from '../../src/text/corpus.ts';
import { encodeCorpus } from '../../src/text/encoded-corpus.ts';
import { trainWordPiece } from '../../src/text/train-word-piece.ts';
import { closeTensors, rounded } from '../engine/numbers.ts';
import * as tf from '../../src/engine/tf.ts';
import { startEngine } from '../engine-under-test.ts';
import { tinyBatch, tinyModel } from '../models/tiny-model.ts';

test.before(startEngine);

const firsts = ['a bad dab', 'cab', 'a fab cab bad', 'dab'];
const seconds = ['a bad dab', 'a fab', 'cab cab', 'bad'];

async function scene() {
  const tokenizer = await trainWordPiece([...firsts, ...seconds], { size: 29, lowercase: true });
  const model = tinyModel({ task: 'none', labels: [], vocabulary: tokenizer.vocabularySize });
  const encoded = (texts: string[], split: string) => encodeCorpus(makeCorpus(texts.map((text, i) => ({ id: `${split}-${i}`, text })), { name: 'pairs', split }), tokenizer, { maxTokens: 12 });
  return { model, first: await encoded(firsts, 'first'), second: await encoded(seconds, 'second') };
}

test('embeddings stand in the order of the corpus, whatever the batches', async (t) => {
  const { model, first } = await scene();
  const [together, alone] = [await embeddingsOf(model, first), await embeddingsOf(model, first, { rows: 1 })];
  t.is(together.length, 4 * 9);
  await closeTensors(t, 'embeddings', tf.tensor(together), tf.tensor(alone), rounded);
});

test('a text\'s embedding is the mean of its tokens\' last states', async (t) => {
  const model = tinyModel();
  const { sentence, hidden } = model.forward(tinyBatch(), { sentence: true, hidden: [-1] });
  const short = tf.slice(hidden.get(-1)!, [1, 0, 0], [1, 3, 9]); // row 1 has three tokens
  await closeTensors(t, 'sentence', tf.slice(sentence, [1, 0], [1, 9]), tf.mean(short, 1), rounded);
});

test('equal sentences are the most alike; the score is Spearman\'s of the cosines', async (t) => {
  const { model, first, second } = await scene();
  const cosines = pairCosines(await embeddingsOf(model, first), await embeddingsOf(model, second), 9);
  t.true(Math.abs(cosines[0]! - 1) < 1e-3);
  const scores = [5, 1, 2, 0.5];
  t.is((await similarityScores(model, { first, second, scores })).spearman, spearman(cosines, scores));
});

test('cosines by hand, and of nothing', (t) => {
  const cosines = pairCosines(Float32Array.of(3, 4, 1, 0, 0, 0), Float32Array.of(4, 3, 0, 2, 1, 1), 2);
  t.deepEqual([...cosines].map((value) => Number(value.toFixed(6))), [0.96, 0, 0]);
});

test('what are no pairs, and a pair without a score, are refused', async (t) => {
  const { model, first, second } = await scene();
  await t.throwsAsync(similarityScores(model, { first, second, scores: [1, 2, 3] }), { message: '4 first sentences, 4 second ones and 3 scores are no pairs' });
  await t.throwsAsync(similarityScores(model, { first, second, scores: [1, 2, NaN, 3] }), { message: 'the pair first-2 has no score' });
});

test('pairs are encoded text by text; one without a partner is named', async (t) => {
  const tokenizer = await trainWordPiece([...firsts, ...seconds], { size: 29, lowercase: true });
  const corpus = (examples: Parameters<typeof makeCorpus>[0]) => makeCorpus(examples, { name: 'pairs', split: 'dev', labels: { kind: 'regression' } });
  const { first, second, scores } = await encodeSentencePairs(corpus([{ id: 'a', text: 'cab', pair: 'a fab cab', label: 2.5 }, { id: 'b', text: 'bad', pair: 'dab' }]), tokenizer, { maxTokens: 12 });
  t.deepEqual([first.exampleIds, second.exampleIds, scores], [['a', 'b'], ['a', 'b'], [2.5, NaN]]);
  const alone = await encodeCorpus(makeCorpus([{ id: 'a', text: 'a fab cab' }, { id: 'b', text: 'dab' }], { name: 'x', split: 'y' }), tokenizer, { maxTokens: 12 });
  t.deepEqual(second.ids, alone.ids);
  await t.throwsAsync(encodeSentencePairs(corpus([{ id: 'a', text: 'cab', pair: 'bad' }, { id: 'b', text: 'bad' }]), tokenizer, { maxTokens: 12 }), { message: 'pairs (dev): the example b is no pair of texts' });
});
