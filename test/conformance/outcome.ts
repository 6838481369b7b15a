/** What a run of the op specs gave: as the child tells it, and judged against the list of exclusions. */
import type { Exclusion } from './exclusions.ts';

/** As the child process tells it. */
export interface RawOutcome {
  specs: { name: string; status: 'passed' | 'failed' | 'pending' | 'excluded'; message: string }[];
  /** Errors outside any spec: in a suite's own set-up or clean-up. */
  suiteFailures: string[];
  /** Specs that began with the backend's name in use. */
  specsOnBackend: number;
  /** The class of the backend that is meant, and of those that answered to its name. */
  meantClass: string;
  backendClasses: string[];
  /** Calls answered by the backend itself. */
  nativeCalls: number;
  /** Calls answered by a fall-back, by kernel name. */
  fallbackCalls: Record<string, number>;
}

export interface Outcome {
  readonly specs: number;
  readonly passed: number;
  readonly pending: readonly string[];
  /** Failures that no exclusion names. */
  readonly failed: readonly { readonly name: string; readonly message: string }[];
  /** Failures that one names. */
  readonly excluded: readonly { readonly name: string; readonly reason: string; readonly message: string }[];
  /** Exclusions whose every spec passed: the list should shrink by these. */
  readonly needless: readonly Exclusion[];
  readonly specsOnBackend: number;
  readonly backendClass: string;
  readonly nativeCalls: number;
  readonly fallbackCalls: Readonly<Record<string, number>>;
}

/** @throws if an exclusion names no spec or two exclusions name the same, or if the specs did not all run on the class that is meant. */
export function judge(raw: RawOutcome, exclusions: readonly Exclusion[]): Outcome {
  const reasons = new Map(exclusions.map(({ spec, reason }) => [spec, reason]));
  if (reasons.size < exclusions.length) throw new Error('an exclusion stands twice on the list');
  const names = new Set(raw.specs.map(({ name }) => name));
  const strays = exclusions.filter(({ spec }) => !names.has(spec));
  if (strays.length > 0) throw new Error(`no spec is called: ${strays.map(({ spec }) => `'${spec}'`).join(', ')}`);
  if (raw.backendClasses.join() !== raw.meantClass) {
    throw new Error(`the specs are meant for ${raw.meantClass} and ran on ${raw.backendClasses.join(' and ') || 'no backend at all'}`);
  }

  const failures = raw.specs.filter(({ status }) => status === 'failed');
  const failing = new Set(failures.map(({ name }) => name));
  return {
    specs: raw.specs.length,
    passed: raw.specs.filter(({ status }) => status === 'passed').length,
    pending: raw.specs.filter(({ status }) => status === 'pending' || status === 'excluded').map(({ name }) => name),
    failed: [
      ...failures.filter(({ name }) => !reasons.has(name)).map(({ name, message }) => ({ name, message })),
      ...raw.suiteFailures.map((message) => ({ name: 'outside any spec', message })),
    ],
    excluded: failures.flatMap(({ name, message }) => {
      const reason = reasons.get(name);
      return reason === undefined ? [] : [{ name, reason, message }];
    }),
    needless: exclusions.filter(({ spec }) => !failing.has(spec)),
    specsOnBackend: raw.specsOnBackend,
    backendClass: raw.meantClass,
    nativeCalls: raw.nativeCalls,
    fallbackCalls: raw.fallbackCalls,
  };
}
