import test from 'ava';
import { classificationScores, predictedClasses } from '../../src/evaluate/classification.ts';
import { fidelity } from '../../src/evaluate/fidelity.ts';
import { classifierScores } from '../../src/evaluate/score.ts';
import type { Model } from '../../src/models/model.ts';
import { hardLabels } from '../../src/objectives/hard-labels.ts';
import { softLabel } from '../../src/objectives/soft-label.ts';
import { type Lesson, plain } from '../../src/strategies/plain.ts';
import { classLogits, labelCorpus } from '../../src/teacher/label-corpus.ts';
import { recordedTeacher } from '../../src/teacher/recorded.ts';
import { liveTeacher } from '../../src/teacher/teacher.ts';
import type { TrainEvent } from '../../src/train/event.ts';
import { trainDefaults } from '../../src/train/train.ts';
import { bitsOf, tinyModel } from '../models/tiny-model.ts';
import { tinyCorpus, withoutLabels } from '../teacher/tiny-corpus.ts';
import { temporaryFolder } from '../storage/temporary-folder.ts';
import { startEngine } from '../engine-under-test.ts';

let voice: Model;
test.before(async () => {
  await startEngine();
  voice = tinyModel({}, 9); // says all three classes
});

const corpus = withoutLabels(tinyCorpus(24));
const dev = tinyCorpus(15, { prefix: 'd', seed: 2 });
const student = () => tinyModel({ layers: 1 });
const settings = { ...trainDefaults, steps: 50, rows: 8, learningRate: 0.02, checkpointEvery: 0 };

/** The lesson, and what it told. */
async function give(lesson: Partial<Lesson>): Promise<TrainEvent[]> {
  const events: TrainEvent[] = [];
  await plain({ student: student(), objective: softLabel(), teacher: liveTeacher(voice), corpus, settings, hooks: { run: 'plain', emit: (event) => void events.push(event) }, ...lesson });
  return events;
}

test('a soft-label lesson on unlabelled text moves the student towards the teacher', async (t) => {
  const pupil = student();
  const distance = async () => fidelity({ student: await classLogits(pupil, corpus), teacher: await classLogits(voice, corpus), classes: 3 });
  const before = await distance();
  await give({ student: pupil });
  const after = await distance();
  t.true(after.klNats < 0.3 * before.klNats, `KL ${before.klNats} -> ${after.klNats}`);
  t.true(after.agreement > before.agreement, `agreement ${before.agreement} -> ${after.agreement}`);
});

test('a recorded teacher gives the live one\'s lesson', async (t) => {
  const [live, recorded] = [student(), student()];
  const labels = await labelCorpus(voice, corpus, { root: await temporaryFolder(t), rows: 1 });
  const short = { ...settings, steps: 3 };
  await give({ student: live, settings: short });
  await give({ student: recorded, teacher: recordedTeacher(labels), settings: short });
  const [one, other] = [await classLogits(live, dev), await classLogits(recorded, dev)];
  t.true(one.every((value, i) => Math.abs(value - (other[i] ?? NaN)) < 1e-3));
});

test('with a dev corpus the student is scored, and the best by the metric named is what remains', async (t) => {
  const pupil = student();
  const events = await give({ student: pupil, dev, metric: 'macroF1', settings: { ...settings, steps: 30, evaluateEvery: 10 } });
  const evaluations = events.filter((event) => event.kind === 'evaluation');
  t.deepEqual(evaluations.map(({ step }) => step), [10, 20, 30]);
  const best = Math.max(...evaluations.map(({ scores }) => scores.macroF1 ?? NaN));
  t.is((await classifierScores(pupil, dev)).scores.macroF1, best);
});

test('a score of one\'s own takes the place of a dev corpus', async (t) => {
  const scores = [0.2, 0.9];
  const score = { metric: 'bleu', measure: () => Promise.resolve({ bleu: scores.shift() ?? NaN }) };
  const events = await give({ score, settings: { ...settings, steps: 4, evaluateEvery: 2 } });
  t.deepEqual(events.flatMap((event) => (event.kind === 'evaluation' ? [[event.step, event.scores.bleu, event.best]] : [])), [[2, 0.2, true], [4, 0.9, true]]);
});

test('without one nothing is scored', async (t) => {
  const events = await give({ settings: { ...settings, steps: 4, evaluateEvery: 2 } });
  t.deepEqual(events.filter(({ kind }) => kind === 'evaluation'), []);
});

test('a student that learns alone needs no teacher, but labels', async (t) => {
  const [pupil, labelled] = [student(), tinyCorpus(24)];
  await plain({ student: pupil, objective: hardLabels(), corpus: labelled, settings, hooks: { run: 'alone', emit: () => undefined } });
  const predictions = predictedClasses(await classLogits(pupil, labelled), 3);
  const labels = labelled.labels?.kind === 'single-label' ? labelled.labels.indices : [];
  t.true(classificationScores({ predictions, labels, classes: 3 }).accuracy > 0.8);
  await t.throwsAsync(give({ objective: hardLabels() }), { message: 'hard-labels: the batch carries no labels' });
});

test('the teacher is not taught', async (t) => {
  const before = await bitsOf(voice);
  await give({ settings: { ...settings, steps: 3 } });
  t.is(await bitsOf(voice), before);
});
