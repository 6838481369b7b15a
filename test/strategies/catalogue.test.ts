import test from 'ava';
import { strategyCatalogue } from '../../src/strategies/catalogue.ts';
import { startEngine } from '../engine-under-test.ts';
import { tinyModel } from '../models/tiny-model.ts';
import { softLabel } from '../../src/objectives/soft-label.ts';
import { liveTeacher } from '../../src/teacher/teacher.ts';
import type { Strategy } from '../../src/strategies/plain.ts';
import { dev, lessonOf, settings } from './lesson.ts';

test.before(startEngine);

test('every strategy has its paper, and gives a lesson to its end', async (t) => {
  const { plain, stages, ...others } = strategyCatalogue;
  const made: Record<string, Strategy> = {
    plain: plain.make(),
    stages: stages.make([{ name: 'only', objective: softLabel() }]),
    'hint-then-logits': others['hint-then-logits'].make(),
    'intermediate-then-prediction': others['intermediate-then-prediction'].make(),
    'teacher-assistants': others['teacher-assistants'].make(['3x12:2']),
    'early-stopped-teachers': others['early-stopped-teachers'].make([{ name: 'half', open: () => liveTeacher(tinyModel({ layers: 4, width: 12 })) }]),
  };
  t.deepEqual([...Object.keys(made), 'sequence-level'], Object.keys(strategyCatalogue)); // that one makes its own corpus: sequence-level.test.ts
  for (const [name, { what, paper }] of Object.entries(strategyCatalogue)) {
    t.true(what.length > 20 && paper.year > 2010 && paper.id !== '', name);
    if (name in made) t.is((await made[name]!(lessonOf({ dev, settings: { ...settings, steps: 2 } }))).step, 2, name);
  }
});
