// The WebGPU engine where its packages and an adapter are here (a software adapter will do): a fixture's model within float32's
// tolerance, the quick start's losses beside the embedded engine's, and reads that fail where the device refused an operation.
import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import test from 'ava';
import { useEngine } from '../../../src/engine/engine.ts';
import * as tf from '../../../src/engine/tf.ts';
import { findFixtures, runFixture } from '../../fixture-runners/folder.ts';
import { engineUnderTest } from '../../engine-choice.ts';

const problem = await useEngine('webgpu').then(() => undefined, (error: Error) => error.message);
if (problem !== undefined) console.log(`WebGPU is not tested here: ${problem}`);
const onWebGpu = problem === undefined || engineUnderTest === 'webgpu' ? test.serial : test.serial.skip;

test('what is missing is told with the command that gets it', (t) => {
  if (problem === undefined) t.is(tf.getBackend(), 'webgpu');
  else t.regex(problem, /needs the package .*: npm install webgpu@|finds no adapter: it needs a graphics driver/);
});

onWebGpu('a model of the fixtures: activations, loss and every gradient equal the reference', async (t) => {
  t.timeout(300_000);
  const names = ['models/bert-classifier', 'models/distilbert-mlm'];
  for (const fixture of findFixtures(join(import.meta.dirname, '../../fixtures')).filter(({ name }) => names.includes(name))) {
    const outcome = await runFixture(fixture);
    t.is(outcome.state, 'ok', JSON.stringify(outcome));
    if (outcome.state === 'ok') t.log(`${fixture.name}: ${outcome.result.largestError.toPrecision(2)} of the bound`);
  }
});

onWebGpu('twenty steps of the quick start have the losses of the embedded engine', async (t) => {
  t.timeout(600_000);
  const losses = async (engine: string): Promise<number[]> => {
    const { stdout } = await promisify(execFile)(process.execPath, ['--import=tsx', join(import.meta.dirname, '../first-steps.ts'), engine, '20', '0.1']);
    return JSON.parse(stdout.trim().split('\n').at(-1) ?? '') as number[];
  };
  const [gpu, wasm] = [await losses('webgpu'), await losses('wasm')];
  t.log(`webgpu ${gpu.map((loss) => loss.toFixed(5)).join(' ')}`);
  t.log(`wasm   ${wasm.map((loss) => loss.toFixed(5)).join(' ')}`);
  t.deepEqual([gpu.length, wasm.length], [20, 20]);
  t.true((wasm.at(-1) ?? 0) !== wasm[0]);
  gpu.forEach((loss, step) => t.true(Math.abs(loss - (wasm[step] ?? NaN)) < 1e-4, `step ${step + 1}: ${loss}, not ${wasm[step]}`));
});

onWebGpu('more addends than a shader takes buffers are summed in groups', async (t) => {
  const addends = Array.from({ length: 100 }, (_, place) => tf.tensor1d([place, 1]));
  t.deepEqual([...(await tf.addN(addends).data())], [4950, 100]);
});
