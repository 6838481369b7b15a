/**
 * The inside of the child process: jasmine over TensorFlow.js's own op specs, on one backend. The harness bundles this file with an
 * entry that knows the backend, so that specs, engine and backend share one instance of tfjs-core. Every spec that runs on the backend is
 * held to the backend's class and every kernel call is counted, because a mistake in a harness is silent: the specs pass on another backend.
 */
import '@tensorflow/tfjs-core/dist/public/chained_ops/register_all_chained_ops.js';
import '@tensorflow/tfjs-core/dist/register_all_gradients.js';
import { createRequire } from 'node:module';
import * as tf from '@tensorflow/tfjs-core';
import { setTestEnvs } from '@tensorflow/tfjs-core/dist/jasmine_util.js';
import type { RawOutcome } from './outcome.ts';

export interface Subject {
  readonly backendName: string;
  readonly backendClass: new (...args: never[]) => tf.KernelBackend;
  /** Calls answered by a fall-back on another backend, by kernel name, up to now. */
  readonly fallbackCalls: () => ReadonlyMap<string, number>;
  /** Operations run by the backend's own code up to now, where it counts them; else kernels count that took no fall-back. */
  readonly nativeCalls?: () => number;
}

/** The parts of jasmine-core 3.99 used here; it ships no types. */
interface Result {
  readonly fullName?: string; // absent in the report of the whole run
  readonly status: 'passed' | 'failed' | 'pending' | 'excluded';
  readonly failedExpectations: readonly { readonly message: string }[];
}
interface Jasmine {
  DEFAULT_TIMEOUT_INTERVAL: number;
  getEnv(): {
    configure(settings: { random: boolean }): void;
    beforeEach(hook: () => void): void;
    addReporter(reporter: Record<string, (result: Result) => void>): void;
    execute(): Promise<unknown>;
  };
}

/** Runs all specs on a backend that is registered and can be made again by its factory: every suite starts a fresh one. */
export async function runSpecs({ backendName, backendClass, fallbackCalls, nativeCalls }: Subject): Promise<void> {
  const core = createRequire(import.meta.url)('jasmine-core') as { boot(core: unknown): Jasmine };
  const jasmine = core.boot(core); // also puts describe, it and expect on the global object, where the specs look for them
  jasmine.DEFAULT_TIMEOUT_INTERVAL = 60_000;
  const suiteName = `conformance-${backendName}`;
  setTestEnvs([{ name: suiteName, backendName, isDataSync: true }]);
  await import('@tensorflow/tfjs-core/dist/tests.js');

  const calls = countKernelCalls(backendName);
  const raw: RawOutcome = { specs: [], suiteFailures: [], specsOnBackend: 0, meantClass: backendClass.name, backendClasses: [], nativeCalls: 0, fallbackCalls: {} };
  const classes = new Set<string>();
  const shortName = ({ fullName = 'the whole run' }: Result) => fullName.replace(` ${suiteName} {}`, '');
  const messageOf = ({ failedExpectations }: Result) => failedExpectations.map(({ message }) => message.slice(0, 1000)).join('\n');
  const environment = jasmine.getEnv();
  environment.configure({ random: false });
  environment.beforeEach(() => {
    if (tf.getBackend() !== backendName) return; // suites of the library's own machinery set up backends of their own
    const backend: object = tf.backend();
    classes.add(backend instanceof backendClass ? backendClass.name : `another ${backend.constructor.name}`);
    raw.specsOnBackend++;
  });
  const suiteFailed = (result: Result) => {
    if (result.failedExpectations.length > 0) raw.suiteFailures.push(`${shortName(result)}: ${messageOf(result)}`);
  };
  environment.addReporter({
    specDone: (result) => raw.specs.push({ name: shortName(result), status: result.status, message: messageOf(result) }),
    suiteDone: suiteFailed,
    jasmineDone: suiteFailed,
  });
  await environment.execute();

  raw.backendClasses = [...classes];
  raw.fallbackCalls = Object.fromEntries(fallbackCalls());
  raw.nativeCalls = nativeCalls?.() ?? sum(calls.values()) - sum(fallbackCalls().values());
  process.send?.(raw, undefined, undefined, () => process.exit(0));
}

/** Registers every kernel of the backend anew with a counter in front; answers the counts by name. */
function countKernelCalls(backendName: string): Map<string, number> {
  const calls = new Map<string, number>();
  for (const kernel of tf.getKernelsForBackend(backendName)) {
    tf.unregisterKernel(kernel.kernelName, backendName);
    tf.registerKernel({
      ...kernel,
      kernelFunc: (call) => {
        calls.set(kernel.kernelName, (calls.get(kernel.kernelName) ?? 0) + 1);
        return kernel.kernelFunc(call);
      },
    });
  }
  return calls;
}

function sum(counts: Iterable<number>): number {
  let total = 0;
  for (const count of counts) total += count;
  return total;
}
