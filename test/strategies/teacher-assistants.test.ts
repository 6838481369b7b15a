import test from 'ava';
import { leaks } from '../../src/engine/memory.ts';
import { softLabel } from '../../src/objectives/soft-label.ts';
import { plain, type Strategy } from '../../src/strategies/plain.ts';
import { teacherAssistants } from '../../src/strategies/teacher-assistants.ts';
import { liveTeacher } from '../../src/teacher/teacher.ts';
import type { TrainEvent } from '../../src/train/event.ts';
import { startEngine } from '../engine-under-test.ts';
import { bitsOf, tinyModel } from '../models/tiny-model.ts';
import { temporaryFolder } from '../storage/temporary-folder.ts';
import { dev, lessonOf, lossesOf, stopIn, student } from './lesson.ts';

test.before(startEngine);

const middle = { name: 'three layers', start: () => tinyModel({ layers: 3, width: 12 }, 4) };

test('each hop is a lesson by the one above: the student learns what the last assistant says, not the teacher', async (t) => {
  const heard: { run: string; teacher: string | undefined; size: string }[] = [];
  const watching: Strategy = (lesson) => {
    const { layers, width } = lesson.student.config;
    heard.push({ run: lesson.hooks.run, teacher: lesson.teacher?.name, size: `${layers}x${width}` });
    return plain(lesson);
  };
  const [pupil, byHand] = [student(), student()];
  await teacherAssistants([middle, '2x12:2'])(watching)(lessonOf({ student: pupil }));
  t.deepEqual(heard, [
    { run: 'tiny: assistant 1 (three layers)', teacher: 'live 4x12 bert', size: '3x12' },
    { run: 'tiny: assistant 2 (2x12:2)', teacher: 'assistant 1 (three layers)', size: '2x12' },
    { run: 'tiny', teacher: 'assistant 2 (2x12:2)', size: '2x9' },
  ]);
  const assistant = middle.start();
  await plain(lessonOf({ student: assistant }));
  await teacherAssistants(['2x12:2'])(plain)(lessonOf({ student: byHand, teacher: liveTeacher(assistant) }));
  t.is(await bitsOf(pupil), await bitsOf(byHand));
});

test('an assistant that answers once for the whole corpus teaches as one that is asked in every step', async (t) => {
  const [live, stored] = [student(), student()];
  const learn = async (pupil: typeof live, options: object) => {
    const events: TrainEvent[] = [];
    await teacherAssistants([middle], options)(plain)(lessonOf({ student: pupil }, events));
    return lossesOf(events, 'tiny');
  };
  const [asked, read] = [await learn(live, {}), await learn(stored, { labels: await temporaryFolder(t) })];
  t.is(read.length, 6);
  t.true(asked.every((loss, step) => Math.abs(loss - (read[step] ?? NaN)) < 2e-3 * Math.abs(loss)), `${asked.join()} and ${read.join()}`);
});

test('stopped in any hop and begun again, the lesson ends as one never stopped', async (t) => {
  const strategy = teacherAssistants([middle])(plain);
  const whole = student();
  await strategy(lessonOf({ student: whole, dev }));
  for (const run of ['tiny: assistant 1 (three layers)', 'tiny']) {
    const checkpoints = await temporaryFolder(t);
    t.like(await strategy(lessonOf({ dev, hooks: { checkpoints, ...stopIn(run, 2) } })), { stopped: 'interrupted' });
    const pupil = student(run === 'tiny' ? 6 : 1); // once it has learned, its weights come from the checkpoint alone
    await strategy(lessonOf({ student: pupil, dev, hooks: { checkpoints } }));
    t.is(await bitsOf(pupil), await bitsOf(whole), run);
  }
});

test('without a teacher there is nothing to assist', async (t) => {
  const { teacher: _, ...alone } = lessonOf();
  await t.throwsAsync(teacherAssistants([middle])(plain)(alone), { message: 'assistants stand between a teacher and a student, but there is no teacher' });
});

test.serial('assistants are freed, after an error too', async (t) => {
  const [lesson, strategy] = [lessonOf(), teacherAssistants([middle, '2x12:2'])];
  t.deepEqual(await leaks(async () => void (await strategy(plain)(lesson))), { tensors: 0, buffers: 0 });
  const broken = { ...softLabel(), loss: () => { throw new Error('no loss today'); } };
  t.deepEqual(await leaks(async () => void (await t.throwsAsync(strategy(plain)({ ...lesson, objective: broken }), { message: 'no loss today' }))), { tensors: 0, buffers: 0 });
});
