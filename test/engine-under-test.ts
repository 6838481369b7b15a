/**
 * The engine a test file runs on: the embedded one, unless RETORT_TEST_ENGINE (with RETORT_TEST_DEVICE, RETORT_TEST_PRECISION and
 * RETORT_TEST_KERNELS=library, which rehearses on the CPU what runs on CUDA, and RETORT_TEST_REPLAY=no) names another. Every suite goes through here, so that none can run on an engine nobody meant.
 */
import { type EngineFacts, type EngineName, useEngine } from '../src/engine/engine.ts';
import type { Precision } from '../src/engine/options.ts';
import * as tf from '../src/engine/tf.ts';

export const engineUnderTest = (process.env.RETORT_TEST_ENGINE ?? 'wasm') as EngineName;
export const precisionUnderTest = (process.env.RETORT_TEST_PRECISION ?? 'fp32') as Precision;

/** @throws if another backend answers than the one meant. */
export async function startEngine(): Promise<EngineFacts> {
  const device = process.env.RETORT_TEST_DEVICE;
  const kernels = process.env.RETORT_TEST_KERNELS === 'library' ? 'library' : 'own';
  const replay = process.env.RETORT_TEST_REPLAY !== 'no';
  const facts = await useEngine(engineUnderTest, { precision: precisionUnderTest, kernels, replay, ...(device !== undefined && { device }) });
  if (tf.getBackend() !== engineUnderTest) throw new Error(`the tests are meant for ${engineUnderTest}, but ${tf.getBackend()} answers`);
  return facts;
}
