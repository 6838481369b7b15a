/**
 * A table of models and their scores for the terminal; a column nobody fills is absent.
 */
import type { ClassificationScores } from '../evaluate/classification.ts';
import type { Fidelity } from '../evaluate/fidelity.ts';
import { formatTable } from '../report/table.ts';
import { formatBytes, formatCount, formatDecimal } from '../report/units.ts';

export interface ScoredModel {
  readonly name: string;
  readonly parameters: number;
  readonly bytes: number;
  readonly scores: ClassificationScores;
  /** Held against a teacher. */
  readonly fidelity?: Fidelity;
  /** Median time for one example. */
  readonly latencyMs: number;
}

/** Students first. */
export function scoreTable(models: readonly ScoredModel[]): string {
  const percent = (ratio: number) => (100 * ratio).toFixed(1);
  const compared = models.some(({ fidelity }) => fidelity !== undefined);
  return formatTable(
    ['model', 'parameters', 'size', 'accuracy %', 'F1 %', 'macro F1 %', 'Matthews', ...(compared ? ['agrees with teacher %', 'KL to teacher'] : []), 'ms / example'],
    models.map(({ name, parameters, bytes, scores, fidelity, latencyMs }) => [
      name,
      formatCount(parameters),
      formatBytes(bytes),
      percent(scores.accuracy),
      percent(scores.f1),
      percent(scores.macroF1),
      scores.matthews.toFixed(4),
      ...(compared ? [fidelity === undefined ? '–' : percent(fidelity.agreement), fidelity === undefined ? '–' : formatDecimal(fidelity.klNats)] : []),
      latencyMs.toFixed(1),
    ]),
  );
}
