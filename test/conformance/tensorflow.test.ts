import test from 'ava';
import { engineUnderTest } from '../engine-choice.ts';
import { isTensorflowBuilt } from '../engine/tensorflow/built.ts';
import { runConformance } from './harness.ts';
import { tensorflowExclusions } from './tensorflow-exclusions.ts';
import { toldCalls } from './told-calls.ts';

/** An engine that is asked for by name must be there; otherwise it may be absent. */
const expected = engineUnderTest === 'tensorflow' || isTensorflowBuilt();

(expected ? test : test.skip)('the tensorflow engine passes TensorFlow.js\'s own op specs, but those TensorFlow is known not to (skipped where npm run build:tensorflow has not built it)', async (t) => {
  const outcome = await runConformance('tensorflow-specs.ts', tensorflowExclusions);
  t.log(`${outcome.passed} of ${outcome.specs} specs passed; TensorFlow ran ${outcome.nativeCalls} operations; fall-back calls: ${toldCalls(outcome.fallbackCalls)}`);
  for (const name of outcome.pending) t.log(`pending in TensorFlow.js itself: ${name}`);
  t.log(`excluded: ${outcome.excluded.length}, by reason:`);
  for (const reason of new Set(outcome.excluded.map((one) => one.reason))) t.log(`${outcome.excluded.filter((one) => one.reason === reason).length} because ${reason}`);
  for (const { spec } of outcome.needless) t.log(`on the list of exclusions, but passes: ${spec}`);
  t.deepEqual(outcome.failed, []);
  t.is(tensorflowExclusions.length, 75);
  t.deepEqual([outcome.specs, outcome.passed + outcome.excluded.length, outcome.pending.length], [4230, 4225, 5]);
  t.true(outcome.passed >= 4150, `${outcome.passed} passed`);
  t.is(outcome.backendClass, 'NodeJSKernelBackend');
  t.true(outcome.specsOnBackend > 3800, `${outcome.specsOnBackend} specs ran on the backend`);
  t.true(outcome.nativeCalls > 20_000, `TensorFlow ran ${outcome.nativeCalls} operations`);
});
