import test from 'ava';
import { leaks } from '../../src/engine/memory.ts';
import * as tf from '../../src/engine/tf.ts';
import { predictedClasses } from '../../src/evaluate/classification.ts';
import { classifierScores } from '../../src/evaluate/score.ts';
import { classLogits } from '../../src/teacher/label-corpus.ts';
import type { EncodedCorpus } from '../../src/text/encoded-corpus.ts';
import { tinyModel } from '../models/tiny-model.ts';
import { tinyCorpus, withoutLabels } from '../teacher/tiny-corpus.ts';
import { startEngine } from '../engine-under-test.ts';

test.before(startEngine);

const names = ['no', 'perhaps', 'yes'];
const labelled = (indices: Int32Array): EncodedCorpus => ({ ...tinyCorpus(9), labels: { kind: 'single-label', names, indices } });

test('labels that are what the model says score 1; one that is not costs a ninth', async (t) => {
  const model = tinyModel({ hiddenDropout: 0.5 }, 9);
  const said = predictedClasses(await classLogits(model, tinyCorpus(9)), 3);
  t.true(new Set(said).size > 1, 'a model that says one thing would prove nothing about the order');
  const right = await classifierScores(model, labelled(said), { rows: 2 });
  t.deepEqual([right.scores.accuracy, right.predictions], [1, said]);
  t.deepEqual(right.logits, await classLogits(model, tinyCorpus(9), { rows: 2 }));
  const off = said.slice();
  off[4] = ((off[4] ?? 0) + 1) % 3;
  t.is((await classifierScores(model, labelled(off))).scores.accuracy, 8 / 9);
});

test('what cannot be scored is refused with its reason', async (t) => {
  const model = tinyModel();
  const refused = (corpus: EncodedCorpus, message: string) => t.throwsAsync(classifierScores(model, corpus), { message });
  await refused(withoutLabels(tinyCorpus(9)), 'accuracy, F1 and Matthews correlation want one class per example, not an unlabelled corpus');
  await refused({ ...tinyCorpus(9), labels: { kind: 'regression', scores: new Float32Array(9) } }, 'accuracy, F1 and Matthews correlation want one class per example, not regression');
  await refused(labelled(Int32Array.of(0, 1, 2, -1, 0, 0, -1, 0, 0)), 'example e3 has no label: an evaluation corpus must be labelled throughout');
});

test('a class that the model does not have is told', async (t) => {
  await t.throwsAsync(classifierScores(tinyModel({ labels: ['a', 'b'] }), tinyCorpus(9)), { message: /is not a class in 0\.\.1/ });
});

test('a model that diverged is told, not scored', async (t) => {
  const model = tinyModel();
  model.parameters.get('classifier.bias').assign(tf.tensor([0, NaN, 0]));
  await t.throwsAsync(classifierScores(model, tinyCorpus(9)), { message: /hold NaN at class/ });
});

test.serial('scoring leaves no tensor behind', async (t) => {
  const [model, corpus] = [tinyModel(), tinyCorpus(9)];
  t.deepEqual(await leaks(async () => void (await classifierScores(model, corpus, { rows: 4 }))), { tensors: 0, buffers: 0 });
});
