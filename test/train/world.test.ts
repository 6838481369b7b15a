import test from 'ava';
import { alone, type World } from '../../src/train/world.ts';
import { changedLoss, run } from './lesson.ts';
import { startEngine } from '../engine-under-test.ts';

test.before(startEngine);

async function seenBy(world: World): Promise<string[][]> {
  const steps: string[][] = [];
  await run({ hooks: { world }, settings: { steps: 5 }, learning: { objective: changedLoss((loss, ids) => {
    steps.push([...ids]);
    return loss;
  }) } });
  return steps;
}

test('the ranks of a run see between them, step by step, what one alone sees', async (t) => {
  const whole = await seenBy(alone);
  const ranks = [await seenBy({ rank: 0, size: 2 }), await seenBy({ rank: 1, size: 2 })];
  t.is(whole.length, 5);
  for (const [step, ids] of whole.entries()) {
    t.deepEqual(ranks.map((steps) => steps[step]?.length), [2, 2]);
    t.deepEqual(ranks.flatMap((steps) => steps[step] ?? []).sort(), [...ids].sort());
  }
});

test('a batch that the ranks cannot share is refused', async (t) => {
  await t.throwsAsync(seenBy({ rank: 0, size: 3 }), { message: /4 rows cannot be shared evenly by 3 ranks/ });
});
