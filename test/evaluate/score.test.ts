import test from 'ava';
import { leaks } from '../../src/engine/memory.ts';
import * as tf from '../../src/engine/tf.ts';
import { predictedClasses } from '../../src/evaluate/classification.ts';
import { multiLabelScores, predictedSets } from '../../src/evaluate/multi-label.ts';
import type { RegressionScores } from '../../src/evaluate/regression.ts';
import { classifierScores, modelScores, rankingScores, scoresOf } from '../../src/evaluate/score.ts';
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

const regressed = (scores: Float32Array): EncodedCorpus => ({ ...tinyCorpus(9), labels: { kind: 'regression', scores } });
const inSets = (hits: Float32Array): EncodedCorpus => ({ ...tinyCorpus(9), labels: { kind: 'multi-label', names, hits } });

test('each task has its own scores, and those that rank are among them', async (t) => {
  const cases = [
    [{}, labelled(Int32Array.from({ length: 9 }, (_, row) => row % 3))],
    [{ task: 'multi-label' }, inSets(Float32Array.from({ length: 27 }, (_, at) => at % 2))],
    [{ task: 'regression', labels: ['score'] }, regressed(Float32Array.from({ length: 9 }, (_, row) => row))],
  ] as const;
  for (const [change, corpus] of cases) {
    const { scores, logits } = await modelScores(tinyModel(change), corpus, { rows: 2 });
    for (const name of rankingScores[corpus.labels?.kind ?? 'single-label']) t.is(typeof (scores as Record<string, number>)[name], 'number', name);
    t.deepEqual(scores, scoresOf(logits, corpus.labels!, corpus.exampleIds));
  }
});

test('scores in corpus order: a regression that is what the model says has no error, sets likewise', async (t) => {
  const regressor = tinyModel({ task: 'regression', labels: ['score'] }, 9);
  const answers = await classLogits(regressor, tinyCorpus(9));
  const { mse, pearson, spearman } = (await modelScores(regressor, regressed(answers), { rows: 2 })).scores as RegressionScores;
  t.true(mse < 1e-12 && pearson > 1 - 1e-9 && spearman > 1 - 1e-9);
  const tagger = tinyModel({ task: 'multi-label' }, 9);
  const sets = Float32Array.from(predictedSets(await classLogits(tagger, tinyCorpus(9)), 3));
  t.true(new Set(sets).size === 2);
  t.deepEqual((await modelScores(tagger, inSets(sets), { rows: 2 })).scores, { ...multiLabelScores({ predictions: sets, labels: sets, classes: 3 }), microF1: 1, subsetAccuracy: 1 });
});

test('labels of another task, missing ones and other numbers of classes are refused, before the model runs', async (t) => {
  const refused = (change: Parameters<typeof tinyModel>[0], corpus: EncodedCorpus, message: string | RegExp) => t.throwsAsync(modelScores({ ...tinyModel(change), forward: () => t.fail() }, corpus), { message });
  await refused({}, regressed(new Float32Array(9)), 'a model that is single-label cannot be scored on labels that are regression');
  await refused({ task: 'regression', labels: ['score'] }, tinyCorpus(9), 'a model that is regression cannot be scored on labels that are single-label');
  await refused({}, withoutLabels(tinyCorpus(9)), 'a model that is single-label cannot be scored on an unlabelled corpus');
  await refused({ task: 'regression', labels: ['score'] }, regressed(Float32Array.of(1, 2, NaN, 4, 5, 6, 7, 8, 9)), /^example e2 has no label/);
  await refused({ task: 'multi-label' }, inSets(new Float32Array(27).fill(-1, 15, 18)), /^example e5 has no label/);
  t.throws(() => scoresOf(new Float32Array(18), inSets(new Float32Array(27)).labels!, tinyCorpus(9).exampleIds), { message: '18 logits cannot be scored on 9 examples of 3 classes each' });
  t.throws(() => scoresOf(new Float32Array(18), regressed(new Float32Array(9)).labels!, tinyCorpus(9).exampleIds), { message: '18 logits cannot be scored on 9 examples of 1 number each' });
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
