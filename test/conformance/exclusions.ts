/** The op specs a backend is not held to, each with its reason. The list is to shrink: a run tells which of them pass. */

export interface Exclusion {
  /** The spec's full name, without the name of the environment. */
  readonly spec: string;
  readonly reason: string;
}

export const exclusions = {
  cpu: [],
  torch: [],
} as const satisfies Record<string, readonly Exclusion[]>;
