// The tensorflow engine as a whole: it computes on the one tfjs-core of the house, says what it is, refuses in words what it is not, and
// trains as the embedded engine does.
import { execFile } from 'node:child_process';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { engineCalls, engineFacts, useEngine } from '../../../src/engine/engine.ts';
import * as tf from '../../../src/engine/tf.ts';
import { builtPackage, runProgram, said } from '../torch/package-copy.ts';
import { tensorflowTest } from './built.ts';

const record = () => createRequire(import.meta.url)('#tensorflow/build.json') as { version: string; cuda: boolean };

/** Modules of TensorFlow.js and its core that were loaded by `require`. */
const coresLoaded = () => Object.keys(createRequire(import.meta.url).cache).filter((file) => /@tensorflow\/tfjs(-core)?\//.test(file));
const coresBefore = coresLoaded();

tensorflowTest('it is the backend that is meant, on the one tfjs-core, and says what it is', async (t) => {
  const facts = await useEngine('tensorflow', { environment: process.env, threads: 1 });
  t.like(facts, { engine: 'tensorflow', device: 'cpu', precision: 'fp32', threads: 1, devices: ['cpu'], library: `TensorFlow ${record().version}${record().cuda ? ' for CUDA' : ''}` });
  t.is(tf.getBackend(), 'tensorflow');
  t.is(tf.engine().backend.constructor.name, 'NodeJSKernelBackend');
  t.true(tf.backend() instanceof tf.KernelBackend, 'its class extends our KernelBackend, not that of another tfjs-core');
  const before = engineCalls().native;
  const sum = tf.add(tf.ones([2, 2]), 1);
  t.true(sum instanceof tf.Tensor);
  t.deepEqual([...(await sum.data())], [2, 2, 2, 2]);
  t.true(engineCalls().native > before);
  t.deepEqual(coresLoaded().filter((file) => !coresBefore.includes(file)), [], 'nothing of another TensorFlow.js was loaded');
  t.is(await useEngine('tensorflow'), engineFacts());
});

tensorflowTest('what TensorFlow.js\'s kernels cannot take from a caller without chained operations, they take', async (t) => {
  await useEngine('tensorflow', { environment: process.env });
  t.deepEqual([...(await tf.argMax(tf.tensor1d([false, true, false], 'bool')).data())], [1]);
  t.deepEqual([...(await tf.argMin(tf.tensor1d([true, false, true], 'bool')).data())], [1]);
  t.deepEqual([...(await tf.exp(tf.tensor1d([0, 0], 'int32')).data())], [1, 1]);
  t.deepEqual([...(await tf.prelu(tf.tensor1d([-2, 3]), tf.tensor1d([0.5])).data())], [-1, 3]);
  t.deepEqual([...(await tf.topk(tf.tensor1d([1, 3, 2]), 2).values.data())], [3, 2], 'TopK asks Node for what it has removed in version 23');
});

tensorflowTest('an update changes no array that a tensor was made of', async (t) => {
  await useEngine('tensorflow', { environment: process.env });
  const { adamW } = await import('../../../src/engine/fused/adamw.ts');
  const arrays = Array.from({ length: 3 }, () => new Float32Array(64).fill(0.25));
  const [parameter, firstMoment, secondMoment] = arrays.map((array) => tf.variable(tf.tensor1d(array))) as [tf.Variable, tf.Variable, tf.Variable];
  tf.dispose(tf.add(parameter, firstMoment)); // uploads two of them
  const slots = [{ parameter, firstMoment, secondMoment, gradient: tf.ones([64]), decays: false }];
  const settings = { learningRate: 0.1, beta1: 0.9, beta2: 0.999, epsilon: 1e-8, weightDecay: 0, maxGradientNorm: Infinity };
  for (const step of [1, 2]) adamW(slots, { ...settings, step }).dispose();
  for (const array of arrays) t.deepEqual([...new Set(array)], [0.25]);
  t.not((await parameter.data())[0], 0.25);
});

for (const [what, options, message] of [
  ['bf16', '{ precision: \'bf16\', environment: process.env }', /computes in fp32, not in bf16: the torch engine has bf16/],
  ['a GPU that is not there', '{ device: \'cuda:0\', environment: process.env }', /built against a TensorFlow for the CPU, so there is no cuda:0: pip install|found no GPU it can use for cuda:0 and fell back to the CPU/],
  ['a GPU among none left visible', '{ device: \'cuda:1\', environment: { CUDA_VISIBLE_DEVICES: \'3\' } }', /CUDA_VISIBLE_DEVICES=3 leaves 1 GPUs visible, so there is no cuda:1/],
  ['a GPU without an environment to ask for it', '{ device: \'cuda:0\' }', /takes its device from the environment.*environment: process\.env/],
  ['a device of another kind', '{ device: \'tpu\', environment: process.env }', /knows the devices cpu and cuda:N, not tpu/],
] as const) {
  tensorflowTest(`refused in words: ${what}`, async (t) => {
    const [fault] = (await said(t, runProgram(builtPackage, `say(await fault(() => retort.useEngine('tensorflow', ${options})));`))) as [string];
    t.regex(fault, message);
    t.notRegex(fault, /\n/);
  });
}

tensorflowTest('forty steps of the quick start have the losses of the embedded engine', async (t) => {
  t.timeout(600_000);
  const losses = async (engine: string): Promise<number[]> => {
    const { stdout } = await promisify(execFile)(process.execPath, ['--import=tsx', join(import.meta.dirname, '../first-steps.ts'), engine, '40', '0']);
    return JSON.parse(stdout.trim().split('\n').at(-1) ?? '') as number[];
  };
  const [tensorflow, wasm] = [await losses('tensorflow'), await losses('wasm')];
  const largest = Math.max(...tensorflow.map((loss, step) => Math.abs(loss - (wasm[step] ?? NaN)) / Math.abs(wasm[step] ?? NaN)));
  t.log(`last losses ${tensorflow.at(-1) ?? ''} and ${wasm.at(-1) ?? ''}; largest relative difference of ${tensorflow.length}: ${largest.toExponential(2)}`);
  t.deepEqual([tensorflow.length, wasm.length], [40, 40]);
  t.true(Math.abs((wasm.at(-1) ?? 0) - (wasm[0] ?? 0)) > 1e-3, 'something was learned');
  t.true(largest < 1e-4, `the losses differ by ${largest}`);
});
