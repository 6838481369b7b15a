import { createRequire } from 'node:module';
import test from 'ava';
import { engineUnderTest, looksUnderTest, onCuda } from '../engine-choice.ts';
import { exclusions } from './exclusions.ts';
import { runConformance } from './harness.ts';
import { toldCalls } from './told-calls.ts';

/** An engine that is asked for by name must be there; otherwise it may be absent. */
const expected = engineUnderTest === 'torch' || isBuilt();

(expected ? test : test.skip)('the torch engine passes TensorFlow.js\'s own op specs (skipped where npm run build:native has not built it)', async (t) => {
  const outcome = await runConformance('torch-specs.ts', onCuda ? exclusions.torchOnCuda : looksUnderTest ? exclusions.torch : exclusions.torchWithoutLooking);
  t.log(`${outcome.passed} of ${outcome.specs} specs passed; ${outcome.nativeCalls} native calls, fall-back calls: ${toldCalls(outcome.fallbackCalls)}`);
  for (const name of outcome.pending) t.log(`pending in TensorFlow.js itself: ${name}`);
  for (const { name, reason } of outcome.excluded) t.log(`excluded: ${name}: ${reason}`);
  for (const { spec } of outcome.needless) t.log(`on the list of exclusions, but passes: ${spec}`);
  t.deepEqual(outcome.failed, []);
  t.true(outcome.passed >= 4220, `${outcome.passed} passed`);
  t.deepEqual([outcome.specs, outcome.passed + outcome.excluded.length, outcome.pending.length], [4230, 4225, 5]);
  t.is(outcome.backendClass, 'TorchBackend');
  t.true(outcome.specsOnBackend > 3800, `${outcome.specsOnBackend} specs ran on the backend`);
  t.true(outcome.nativeCalls > 20_000, `${outcome.nativeCalls} native calls`);
});

function isBuilt(): boolean {
  try {
    return createRequire(import.meta.url).resolve('#torch-addon') !== '';
  } catch {
    return false;
  }
}
