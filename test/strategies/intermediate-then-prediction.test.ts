import test from 'ava';
import { fidelity } from '../../src/evaluate/fidelity.ts';
import { intermediateThenPrediction } from '../../src/strategies/intermediate-then-prediction.ts';
import { classLogits } from '../../src/teacher/label-corpus.ts';
import { liveTeacher } from '../../src/teacher/teacher.ts';
import type { TrainEvent } from '../../src/train/event.ts';
import { startEngine } from '../engine-under-test.ts';
import { bitsOf, tinyModel } from '../models/tiny-model.ts';
import { temporaryFolder } from '../storage/temporary-folder.ts';
import { tinyCorpus, withoutLabels } from '../teacher/tiny-corpus.ts';
import { corpus, lessonOf, lossesOf, settings, stopIn, student } from './lesson.ts';

test.before(startEngine);

const bare = () => liveTeacher(tinyModel({ layers: 4, width: 12, task: 'none', labels: [] }, 9), { name: 'not fine-tuned' });
const text = withoutLabels(tinyCorpus(30, { prefix: 'text', seed: 4 }));

test('general, intermediate, prediction: each loss falls, and the student comes nearer to its teacher', async (t) => {
  const [pupil, voice] = [student(), tinyModel({ layers: 4, width: 12 }, 9)];
  const distance = async () => fidelity({ student: await classLogits(pupil, corpus), teacher: await classLogits(voice, corpus), classes: 3 }).klNats;
  const before = await distance();
  const events: TrainEvent[] = [];
  const longer = { ...settings, steps: 30, schedule: 'constant' } as const;
  await intermediateThenPrediction({ general: { teacher: bare(), corpus: text }, intermediate: { steps: 20 } })(lessonOf({ student: pupil, teacher: liveTeacher(voice), corpus: withoutLabels(corpus), settings: longer }, events));
  t.deepEqual(['general', 'intermediate', 'prediction'].map((stage) => lossesOf(events, `tiny: ${stage}`).length), [30, 20, 30]);
  for (const stage of ['general', 'intermediate', 'prediction']) {
    const losses = lossesOf(events, `tiny: ${stage}`);
    t.true((losses.at(-1) ?? NaN) < (losses[0] ?? NaN), `${stage}: ${losses[0]} -> ${losses.at(-1)}`);
  }
  const after = await distance();
  t.true(after < 0.5 * before, `KL ${before} -> ${after}`);
});

test('stopped in the general stage and begun again, it ends as one never stopped', async (t) => {
  const strategy = intermediateThenPrediction({ general: { teacher: bare(), corpus: text, settings: { steps: 3 } }, intermediate: { steps: 3 }, prediction: { steps: 3 } });
  const [whole, resumed] = [student(), student(5)];
  await strategy(lessonOf({ student: whole }));
  const checkpoints = await temporaryFolder(t);
  await strategy(lessonOf({ hooks: { checkpoints, ...stopIn('tiny: general', 2) } }));
  await strategy(lessonOf({ student: resumed, hooks: { checkpoints } }));
  t.is(await bitsOf(resumed), await bitsOf(whole));
});

test('a teacher whose layers are not known cannot be matched', async (t) => {
  const { dimensions: _, ...voice } = bare();
  await t.throwsAsync(intermediateThenPrediction()(lessonOf({ teacher: voice })), { message: 'intermediate-then-prediction matches layers, but the layers of not fine-tuned are not known; give a model as teacher' });
});
