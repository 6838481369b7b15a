// What only the captured way does. That it gives the same numbers, test/engine/replay.test.ts and test/train/student-step.test.ts see when they
// run as on a device (scripts/test.ts).
import { dropout } from '../../../src/engine/fused/dropout.ts';
import { vocabularyLoss } from '../../../src/engine/fused/vocabulary-loss.ts';
import { useEngine } from '../../../src/engine/engine.ts';
import { randomKey } from '../../../src/engine/random.ts';
import { replayCounts, replayed } from '../../../src/engine/replay.ts';
import * as tf from '../../../src/engine/tf.ts';
import { read } from '../numbers.ts';
import { torchTest } from './built.ts';

torchTest('work that cannot be captured is told why, and replayed all the same', async (t) => {
  await useEngine('torch', { replay: 'captured' }); // kernels of our own take their keys from the host
  const owners = [{}, {}] as const;
  for (let step = 1; step <= 5; step++) {
    const x = tf.tensor1d([step, 2, 3, 4]);
    const key = randomKey(9, step);
    const work = () => tf.tidy(() => dropout(tf.exp(x), { rate: 0.5, key }));
    const [[, made] = []] = replayed<string>({ owners, signature: '', inputs: [x], variables: [], key, run: () => [['y', work()]] });
    const expected = work();
    t.deepEqual(await read(made!), await read(expected), `step ${step}`);
    tf.dispose([x, made!, expected]);
  }
  const { captures, replayed: times } = replayCounts();
  t.deepEqual([captures.launched, times], [0, 3]);
  t.regex([...captures.refusals.keys()].join(), /only LibTorch's kernels can be captured/);
});

torchTest('where nothing may be looked at, a word outside the vocabulary makes the loss no number', async (t) => {
  await useEngine('torch', { replay: 'captured' });
  const lossOf = async (words: number[]) => {
    const loss = tf.tidy(() => {
      const student = { input: tf.ones([1, 2, 3]), weight: tf.ones([5, 3]), bias: tf.zeros([5]) };
      return vocabularyLoss(student, { words: tf.tensor2d(words, [1, 2], 'int32'), mask: tf.ones([1, 2]), temperature: 1, softWeight: 0, maskedWeight: 1 }).loss;
    });
    const [value] = await read(loss);
    loss.dispose();
    return value!;
  };
  t.true(Math.abs((await lossOf([4, -1])) - Math.log(5)) < 1e-6);
  t.is(await lossOf([5, -1]), NaN);
});
