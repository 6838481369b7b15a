// What only the captured way does. That it gives the same numbers, test/engine/replay.test.ts and test/train/student-step.test.ts see when they
// run as on a device (scripts/test.ts).
import { dropout } from '../../../src/engine/fused/dropout.ts';
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
