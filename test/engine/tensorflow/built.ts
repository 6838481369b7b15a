/** Tests of the tensorflow engine itself: they must run where the suites run on it, and are listed as skipped where it is not built. */
import { createRequire } from 'node:module';
import test from 'ava';
import { engineUnderTest } from '../../engine-choice.ts';

export function isTensorflowBuilt(): boolean {
  try {
    return createRequire(import.meta.url).resolve('#tensorflow/tfjs_binding.node') !== '';
  } catch {
    return false;
  }
}

export const tensorflowTest = engineUnderTest === 'tensorflow' || isTensorflowBuilt() ? test.serial : test.serial.skip;
