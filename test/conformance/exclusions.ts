/** The op specs a backend is not held to, each with its reason. The lists are to shrink: a run tells which of their specs pass. */

export interface Exclusion {
  /** The spec's full name, without the name of the environment. */
  readonly spec: string;
  readonly reason: string;
}

const withoutLooking: readonly Exclusion[] = [
  { spec: 'gather throws when index is out of bound', reason: 'the indices are on the device: to look at them would wait for it in every step; the row of such an index is no number' },
];

export const exclusions = {
  cpu: [],
  torch: [],
  torchWithoutLooking: withoutLooking,
  torchOnCuda: [
    ...withoutLooking,
    { spec: 'exp int32', reason: 'CUDA\'s exponential of 10 is one unit in the last place (0.002) from the float32 number that lies nearest; the spec allows 0.001' },
    { spec: 'tan numbers exceed float32 precision', reason: 'CUDA\'s tangent beside a pole is one unit in the last place (0.002) from the float32 number that lies nearest; the spec allows 0.001' },
  ],
} as const satisfies Record<string, readonly Exclusion[]>;
