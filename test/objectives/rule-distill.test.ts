import test from 'ava';
import * as tf from '../../src/engine/tf.ts';
import { ruleDistill, type RuleBook } from '../../src/objectives/rule-distill.ts';
import { close, drawn } from '../engine/numbers.ts';
import { classBatch, divergenceFrom, gradientsOf, logSoftmax, mean, softmax } from './examples.ts';
import { startEngine } from '../engine-under-test.ts';

test.before(startEngine);

const logits = () => tf.tensor2d([[1, 0, -1], [0, 2, 0.5]]);
const values = [[1, 0, -1], [0, 2, 0.5]];
const entropy = (row: readonly number[]) => -softmax(row).reduce((sum, p, c) => sum + p * logSoftmax(row)[c]!, 0);
const crossEntropy = (target: readonly number[], row: readonly number[]) => divergenceFrom(target, row) - target.reduce((sum, q) => sum + (q > 0 ? q * Math.log(q) : 0), 0);
const book: RuleBook = { description: 'class 2 for example 0', rules: 1, rewards: (id) => [id === '0' ? [0, 0, 1] : undefined] };

test('without rules, or where none applies, the student is its own teacher', async (t) => {
  const { loss } = await gradientsOf({ objective: ruleDistill({ rho: 1 }), student: logits(), batch: classBatch([0, 1]) });
  close(t, 'loss', [loss], [mean(values.map(entropy))]);
});

test('a rule moves the teacher by its strength; labels count 1 - ρ, and not at all where there is none', async (t) => {
  const moved = softmax([1, 0, -1 + 2.5]);
  const soft = [crossEntropy(moved, values[0]!), entropy(values[1]!)];
  const hard = -logSoftmax(values[0]!)[0]!;
  const { loss } = await gradientsOf({ objective: ruleDistill({ book, strength: 2.5, rho: 0.25 }), student: logits(), batch: classBatch([0, -1]) });
  close(t, 'loss', [loss], [(0.75 * hard + 0.25 * soft[0]! + soft[1]!) / 2]);
});

test('one rule has nothing to share, several have a scorer of their own unless all count alike', (t) => {
  const two = { ...book, rules: 2 };
  const shapes = { student: { layers: 1, width: 4 }, examples: 2 };
  t.deepEqual(ruleDistill({ book }).wants.student, { logits: true });
  t.deepEqual(ruleDistill({ book: two }).wants.student, { logits: true, pooled: true });
  t.deepEqual(ruleDistill({ book: two }).parameters?.(shapes).map(({ name, shape }) => [name, shape]), [['scorer.weight', [32, 4]], ['rules', [2, 32]], ['share.weight', [1, 32]]]);
  t.deepEqual(ruleDistill({ book: two, trainRules: false }).wants.student, { logits: true });
  t.false('parameters' in ruleDistill({ book: two, trainRules: false }));
  t.is(ruleDistill({ book }).settings?.rules, 'class 2 for example 0');
});

test('bad settings and rewards are refused', async (t) => {
  t.throws(() => ruleDistill({ rho: 1.5 }), { message: /rule-distill: alpha must lie in 0..1/ });
  t.throws(() => ruleDistill({ strength: -1 }), { message: /the strength of rules must be a number from 0/ });
  const short = { ...book, rewards: () => [[1, 0]] };
  await t.throwsAsync(gradientsOf({ objective: ruleDistill({ book: short }), student: logits(), batch: classBatch([0, 1]) }), { message: /rule 1 of 1 gives example 0 2 rewards for 3 classes/ });
  await t.throwsAsync(gradientsOf({ objective: ruleDistill(), student: drawn('score', [2, 1]), batch: classBatch([0, 1]) }), { message: /says a single number/ });
});
