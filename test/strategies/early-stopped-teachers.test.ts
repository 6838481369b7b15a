import test from 'ava';
import type { Model } from '../../src/models/model.ts';
import { hardLabels } from '../../src/objectives/hard-labels.ts';
import { classifierScores } from '../../src/evaluate/score.ts';
import { earlyStoppedTeachers, stoppedDistillation, type TeacherCandidate } from '../../src/strategies/early-stopped-teachers.ts';
import { plain } from '../../src/strategies/plain.ts';
import { liveTeacher } from '../../src/teacher/teacher.ts';
import type { TrainEvent } from '../../src/train/event.ts';
import { train } from '../../src/train/train.ts';
import { startEngine } from '../engine-under-test.ts';
import { bitsOf, tinyModel } from '../models/tiny-model.ts';
import { temporaryFolder } from '../storage/temporary-folder.ts';
import { corpus, dev, lessonOf, settings, stopIn, student } from './lesson.ts';

/** A teacher at a quarter, a half and the end of its training. */
const snapshots = new Map<number, ReadonlyMap<string, Float32Array>>();
const shape = { layers: 3, width: 12 };
const training = { ...settings, steps: 40, schedule: 'constant' as const };

test.before(async () => {
  await startEngine();
  const teacher = tinyModel(shape, 3);
  const keep = async (step: number) => void snapshots.set(step, new Map([...(await teacher.parameters.read())].map(([name, { data }]) => [name, data])));
  await train({ student: teacher, objective: hardLabels() }, corpus, training, { run: 'teacher', emit: () => undefined, snapshots: { steps: [10, 20, 40], keep } });
});

function candidates(opened: Model[] = []): TeacherCandidate[] {
  return [10, 20, 40].map((step) => ({
    name: `after step ${step}`,
    open: () => {
      const model = tinyModel(shape);
      model.parameters.assign(snapshots.get(step) ?? new Map());
      opened.push(model);
      return liveTeacher(model);
    },
    close: () => opened.at(-1)?.dispose(),
  }));
}

test('a snapshot is the student as the step left it: what a run of so many steps comes to', async (t) => {
  const short = tinyModel(shape, 3);
  await train({ student: short, objective: hardLabels() }, corpus, { ...training, steps: 20 }, { run: 'short', emit: () => undefined });
  const values = await short.parameters.read();
  t.true([...values].every(([name, { data }]) => data.every((value, i) => value === snapshots.get(20)?.get(name)?.[i])));
  t.deepEqual([...snapshots.keys()], [10, 20, 40]);
});

test('a student learns from each candidate from the same start; the best on dev is what remains', async (t) => {
  const pupil = student();
  const scores = new Map<string, number>();
  const events: TrainEvent[] = [];
  let chosen = '';
  const strategy = earlyStoppedTeachers(candidates(), { onScore: (name, score) => void scores.set(name, score), onChoice: (name) => (chosen = name) })(plain);
  const lesson = lessonOf({ student: pupil, dev, settings: training }, events);
  const outcome = await strategy(lesson);
  const best = Math.max(...scores.values());
  t.is(scores.size, 3);
  t.is(scores.get(chosen), best);
  t.is([...scores].find(([, score]) => score === best)?.[0], chosen);
  t.is(outcome.best?.score, best);
  t.is((await classifierScores(pupil, dev)).scores.accuracy, best);
  const alone = student();
  const only = candidates().filter(({ name }) => name === chosen);
  await earlyStoppedTeachers(only)(plain)(lessonOf({ student: alone, dev, settings: training }));
  t.is(await bitsOf(pupil), await bitsOf(alone));
});

test('stopped at the second candidate and begun again, it ends as one never stopped', async (t) => {
  const strategy = earlyStoppedTeachers(candidates())(plain);
  const [whole, resumed] = [student(), student()];
  const outcome = await strategy(lessonOf({ student: whole, dev }));
  const checkpoints = await temporaryFolder(t);
  t.like(await strategy(lessonOf({ dev, hooks: { checkpoints, ...stopIn('tiny: after step 20', 2) } })), { stopped: 'interrupted' });
  t.deepEqual(await strategy(lessonOf({ student: resumed, dev, hooks: { checkpoints } })), outcome);
  t.is(await bitsOf(resumed), await bitsOf(whole));
});

test('a lesson that is scored in a way of its own needs no dev corpus', async (t) => {
  let asked = 0;
  const score = { metric: 'turn', measure: () => Promise.resolve({ turn: (asked += 1) }) };
  let chosen = '';
  const { best } = await earlyStoppedTeachers(candidates(), { onChoice: (name) => (chosen = name) })(plain)(lessonOf({ score }));
  t.deepEqual([asked, best, chosen], [3, { step: 6, score: 3 }, 'after step 40']);
});

test('without a dev corpus, and without a candidate, there is nothing to choose', async (t) => {
  await t.throwsAsync(earlyStoppedTeachers(candidates())(plain)(lessonOf()), { message: "teachers are chosen by their student's score on dev, but the lesson has no dev corpus" });
  t.throws(() => earlyStoppedTeachers([]), { message: 'there is no candidate among the teachers' });
});

test('distillation that stops early: labels and teacher up to the step, labels alone after it', async (t) => {
  const events: TrainEvent[] = [];
  await plain(lessonOf({ objective: stoppedDistillation({ until: 3, temperature: 2 }) }, events));
  const steps = events.flatMap((event) => (event.kind === 'step' ? [event] : []));
  t.is(steps.length, 6);
  for (const { step, loss, parts } of steps) {
    const [hard, soft] = [parts['hard-labels'] ?? NaN, parts['soft-label'] ?? NaN];
    const expected = step <= 3 ? 0.1 * hard + 0.9 * soft : hard;
    t.true(Math.abs(loss - expected) < 1e-4, `step ${step}: ${loss}, expected ${expected}`);
  }
  t.throws(() => stoppedDistillation({ until: 0 }), { message: 'distillation stops after a whole number of steps from 1, not 0' });
});
