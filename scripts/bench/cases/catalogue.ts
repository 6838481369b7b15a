/** The cases of the bench by name. */
import type { BenchCase } from './case.ts';
import { labellingCase } from './labelling.ts';
import { objectivesCase } from './objectives.ts';
import { opOverheadCase } from './op-overhead.ts';
import { softLabelCase } from './soft-labels.ts';
import { translationCase } from './translation.ts';
import { tripleLossCase } from './triple-loss.ts';

const benchCases = {
  'kd-mini': softLabelCase({ layers: 4, width: 256, heads: 4, rows: 32, tokens: 64 }),
  'kd-6x768': softLabelCase({ layers: 6, width: 768, heads: 12, rows: 8, tokens: 64 }),
  'triple-loss': tripleLossCase,
  label: labellingCase,
  greedy: translationCase(1),
  'beam-5': translationCase(5),
  'op-overhead': opOverheadCase,
  objectives: objectivesCase,
} as const satisfies Record<string, BenchCase>;

export type CaseName = keyof typeof benchCases;
export const caseNames = Object.keys(benchCases) as CaseName[];

export function caseNamed(name: CaseName): BenchCase {
  return benchCases[name];
}
