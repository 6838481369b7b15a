/**
 * The engine a test file runs on: the embedded one, unless RETORT_TEST_ENGINE (with RETORT_TEST_DEVICE, RETORT_TEST_PRECISION and
 * RETORT_TEST_KERNELS=library, which rehearses on the CPU what runs on CUDA, and RETORT_TEST_REPLAY=no or captured) names another. Every suite goes through here, so that none
 * can run on an engine nobody meant; and each asserts at its end that all it computed was computed there.
 */
import test from 'ava';
import { engineCalls, type EngineFacts, engineMark, type EngineName, useEngine } from '../src/engine/engine.ts';
import * as tf from '../src/engine/tf.ts';
import { engineUnderTest, kernelsUnderTest, precisionUnderTest, replayUnderTest } from './engine-choice.ts';

const device = process.env.RETORT_TEST_DEVICE;

const backendClasses = { tensorflow: 'NodeJSKernelBackend', torch: 'TorchBackend', wasm: 'BackendWasm', webgpu: 'WebGPUBackend' } as const satisfies Record<EngineName, string>;
let started = false;

/** @throws if another backend answers than the one meant. */
export async function startEngine(): Promise<EngineFacts> {
  const facts = await useEngine(engineUnderTest, { precision: precisionUnderTest, kernels: kernelsUnderTest, replay: replayUnderTest, environment: process.env, ...(device !== undefined && { device }) });
  if (tf.getBackend() !== engineUnderTest) throw new Error(`the tests are meant for ${engineUnderTest}, but ${tf.getBackend()} answers`);
  started = true;
  return facts;
}

test.after.always('all of it ran on the engine under test, and nothing on a fall-back', (t) => {
  if (!started) return;
  t.is(tf.engine().backend.constructor.name, backendClasses[engineUnderTest]);
  t.like(engineMark(), { engine: engineUnderTest, precision: precisionUnderTest, ...(device !== undefined && { device }) });
  t.deepEqual([...engineCalls().fallback], [], 'kernels that TensorFlow.js computed in the engine\'s place');
});
