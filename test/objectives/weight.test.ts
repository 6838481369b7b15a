import test from 'ava';
import { checkWeight, describedWeight, type Weight, weightAt } from '../../src/objectives/weight.ts';

const at = (weight: Weight, step: number, most?: number) => weightAt(weight, { step }, 'the weight of it', most);

test('a number is the same at every step', (t) => {
  t.deepEqual([1, 50, 1e6].map((step) => at(0.3, step)), [0.3, 0.3, 0.3]);
  t.is(describedWeight(0.3), 0.3);
});

test('a linear weight starts at its first value, ends at its last and stays there', (t) => {
  const weight = { from: 4, to: 1, steps: 7 };
  t.deepEqual([1, 2, 4, 7, 8, 1000].map((step) => at(weight, step)), [4, 3.5, 2.5, 1, 1, 1]);
  t.deepEqual([1, 2, 3].map((step) => at({ from: 0, to: 1, steps: 2 }, step)), [0, 1, 1]);
  t.is(describedWeight(weight), '4 to 1 over 7 steps');
});

test('any other course is a function that says what it does', (t) => {
  const weight = { description: '0.9 until step 500', at: (step: number) => (step <= 500 ? 0.9 : 0) };
  t.deepEqual([500, 501].map((step) => at(weight, step)), [0.9, 0]);
  t.is(describedWeight(weight), '0.9 until step 500');
});

test('weights are numbers from 0, shares lie in 0..1, and what is not is named', (t) => {
  const refused = (weight: Weight, message: string, most?: number) => t.throws(() => checkWeight(weight, 'the weight of it', most), { message });
  for (const weight of [-1, NaN, Infinity]) refused(weight, `the weight of it must be a number from 0, not ${weight}`);
  refused(1.5, 'the weight of it must lie in 0..1, not 1.5', 1);
  refused({ from: 0, to: 2, steps: 5 }, 'the weight of it at the last step must lie in 0..1, not 2', 1);
  refused({ from: -1, to: 2, steps: 5 }, 'the weight of it at the first step must be a number from 0, not -1');
  for (const steps of [1, 2.5, NaN]) refused({ from: 0, to: 1, steps }, `the weight of it runs over a whole number of steps from 2, not ${steps}`);
  refused({ description: ' ', at: () => 1 }, 'the weight of it follows the step, but its description is empty: say how');
  for (const weight of [0, 1, { from: 1, to: 0, steps: 2 }, { description: 'one', at: () => 1 }]) t.notThrows(() => checkWeight(weight, 'it', 1));
});

test('a described weight that leaves its range says at which step', (t) => {
  const falling = { description: 'falling', at: (step: number) => 1 - step / 2 };
  t.is(at(falling, 2, 1), 0);
  t.throws(() => at(falling, 3, 1), { message: 'the weight of it (falling) at step 3 must lie in 0..1, not -0.5' });
});
