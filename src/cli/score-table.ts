/**
 * A table of models and their scores for the terminal; a column nobody fills is absent.
 */
import type { Fidelity } from '../evaluate/fidelity.ts';
import type { ScoreName, Scores } from '../evaluate/score.ts';
import { formatTable } from '../report/table.ts';
import { formatBytes, formatCount, formatDecimal, formatMagnitude } from '../report/units.ts';

export interface ScoredModel {
  readonly name: string;
  readonly parameters: number;
  readonly bytes: number;
  /** All models of a table have the same ones. */
  readonly scores: Scores;
  /** Held against a teacher. */
  readonly fidelity?: Fidelity;
  readonly calibration?: { readonly ece: number };
  /** Floating-point operations of one example. */
  readonly flops?: number;
  /** Median time for one example. */
  readonly latencyMs: number;
}

interface Column {
  readonly header: string;
  /** undefined where this model has nothing to say. */
  readonly cell: (model: ScoredModel) => string | undefined;
}

const percent = (ratio: number | undefined) => (ratio === undefined ? undefined : (100 * ratio).toFixed(1));
const decimal = (value: number | undefined) => (value === undefined ? undefined : formatDecimal(value));
const correlation = (value: number) => value.toFixed(4);

const scoreColumns: Readonly<Record<ScoreName, { header: string; write: (value: number) => string | undefined }>> = {
  accuracy: { header: 'accuracy %', write: percent },
  f1: { header: 'F1 %', write: percent },
  microF1: { header: 'micro F1 %', write: percent },
  macroF1: { header: 'macro F1 %', write: percent },
  subsetAccuracy: { header: 'whole sets %', write: percent },
  matthews: { header: 'Matthews', write: correlation },
  pearson: { header: 'Pearson', write: correlation },
  spearman: { header: 'Spearman', write: correlation },
  mse: { header: 'squared error', write: decimal },
};

/** Students first. */
export function scoreTable(models: readonly ScoredModel[]): string {
  const columns: Column[] = [
    { header: 'model', cell: ({ name }) => name },
    { header: 'parameters', cell: ({ parameters }) => formatCount(parameters) },
    { header: 'size', cell: ({ bytes }) => formatBytes(bytes) },
    ...Object.entries(scoreColumns).map(([name, { header, write }]) => ({ header, cell: ({ scores }: ScoredModel) => writtenScore(scores, name, write) })),
    { header: 'ECE %', cell: ({ calibration }) => percent(calibration?.ece) },
    { header: 'agrees with teacher %', cell: ({ fidelity }) => percent(fidelity?.agreement) },
    { header: 'KL to teacher', cell: ({ fidelity }) => decimal(fidelity?.klNats) },
    { header: 'FLOP / example', cell: ({ flops }) => (flops === undefined ? undefined : formatMagnitude(flops)) },
    { header: 'ms / example', cell: ({ latencyMs }) => latencyMs.toFixed(1) },
  ];
  const filled = columns.filter(({ cell }) => models.some((model) => cell(model) !== undefined));
  return formatTable(filled.map(({ header }) => header), models.map((model) => filled.map(({ cell }) => cell(model) ?? '–')));
}

function writtenScore(scores: Scores, name: string, write: (value: number) => string | undefined): string | undefined {
  const value = (scores as Readonly<Record<string, number>>)[name];
  return value === undefined ? undefined : write(value);
}
