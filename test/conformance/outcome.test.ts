import test from 'ava';
import { judge, type RawOutcome } from './outcome.ts';

const spec = (name: string, status: 'passed' | 'failed' | 'pending', message = '') => ({ name, status, message });

const raw = (changes: Partial<RawOutcome> = {}): RawOutcome => ({
  specs: [spec('add adds', 'passed'), spec('sub throws', 'failed', 'it did not'), spec('mul multiplies', 'pending'), spec('sub throws', 'passed')],
  suiteFailures: [], specsOnBackend: 3, meantClass: 'SomeBackend', backendClasses: ['SomeBackend'], nativeCalls: 7, fallbackCalls: { FFT: 2, Unique: 1 },
  ...changes,
});

test('specs are counted and calls handed through', (t) => {
  t.deepEqual(judge(raw(), []), {
    specs: 4, passed: 2, pending: ['mul multiplies'], failed: [{ name: 'sub throws', message: 'it did not' }], excluded: [], needless: [],
    specsOnBackend: 3, backendClass: 'SomeBackend', nativeCalls: 7, fallbackCalls: { FFT: 2, Unique: 1 },
  });
});

test('a failure that an exclusion names keeps its reason', (t) => {
  const outcome = judge(raw(), [{ spec: 'sub throws', reason: 'because' }]);
  t.deepEqual([outcome.failed, outcome.needless], [[], []]);
  t.deepEqual(outcome.excluded, [{ name: 'sub throws', reason: 'because', message: 'it did not' }]);
});

test('an exclusion whose spec passes is told', (t) => {
  const needless = { spec: 'add adds', reason: 'because' };
  t.deepEqual(judge(raw(), [needless]).needless, [needless]);
});

test('an exclusion that names no spec, or stands twice, is an error', (t) => {
  t.throws(() => judge(raw(), [{ spec: 'div divides', reason: 'because' }]), { message: /no spec is called: 'div divides'/ });
  const twice = { spec: 'sub throws', reason: 'because' };
  t.throws(() => judge(raw(), [twice, twice]), { message: /twice/ });
});

test('specs that ran on another class, on two, or on none prove nothing', (t) => {
  const refused = (backendClasses: string[], message: string) => t.throws(() => judge(raw({ backendClasses }), []), { message });
  refused(['another SomeBackend'], 'the specs are meant for SomeBackend and ran on another SomeBackend');
  refused(['SomeBackend', 'another MathBackendCPU'], 'the specs are meant for SomeBackend and ran on SomeBackend and another MathBackendCPU');
  refused([], 'the specs are meant for SomeBackend and ran on no backend at all');
});

test('what fails outside any spec fails the run, and no exclusion helps', (t) => {
  const outcome = judge(raw({ suiteFailures: ['add: cannot start'] }), [{ spec: 'sub throws', reason: 'because' }]);
  t.deepEqual(outcome.failed, [{ name: 'outside any spec', message: 'add: cannot start' }]);
});
