import test from 'ava';
import { exclusions } from './exclusions.ts';
import { runConformance } from './harness.ts';

test('TensorFlow.js\'s CPU backend passes TensorFlow.js\'s own op specs: the harness is sound', async (t) => {
  const outcome = await runConformance('cpu-specs.ts', exclusions.cpu);
  t.deepEqual(outcome.failed, []);
  t.deepEqual([outcome.specs, outcome.passed, outcome.pending.length, outcome.excluded.length], [4232, 4227, 5, 0]);
  t.is(outcome.backendClass, 'MathBackendCPU');
  t.true(outcome.specsOnBackend > 3800, `${outcome.specsOnBackend} specs ran on the backend`);
  t.true(outcome.nativeCalls > 25_000, `${outcome.nativeCalls} kernels ran`);
  t.deepEqual(outcome.fallbackCalls, {});
});
