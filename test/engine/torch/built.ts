/** Tests of the torch engine itself: they must run where the suites run on it, and are listed as skipped where it is not built. */
import { createRequire } from 'node:module';
import test from 'ava';
import { engineUnderTest } from '../../engine-choice.ts';

export const torchTest = engineUnderTest === 'torch' || isBuilt() ? test.serial : test.serial.skip;

function isBuilt(): boolean {
  try {
    return createRequire(import.meta.url).resolve('#torch-addon') !== '';
  } catch {
    return false;
  }
}
