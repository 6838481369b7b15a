/**
 * A table of models and their scores for the terminal; a column nobody fills is absent.
 */
import type { Fidelity, ScoreFidelity } from '../evaluate/fidelity.ts';
import { type ScoreName, scoreNames, type Scores } from '../evaluate/score.ts';
import { bareScore, headerOf, metricOf } from '../report/metric.ts';
import { formatTable } from '../report/table.ts';
import { formatBytes, formatCount, formatDecimal, formatMagnitude } from '../report/units.ts';

export interface ScoredModel {
  readonly name: string;
  readonly parameters: number;
  readonly bytes: number;
  /** All models of a table have the same ones. */
  readonly scores: Scores;
  /** Held against a teacher. */
  readonly fidelity?: Fidelity | ScoreFidelity;
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
const alike = (fidelity: ScoredModel['fidelity'], name: keyof Fidelity | keyof ScoreFidelity): number | undefined => (fidelity as Readonly<Partial<Record<string, number>>> | undefined)?.[name];

/** Students first. */
export function scoreTable(models: readonly ScoredModel[]): string {
  const columns: Column[] = [
    { header: 'model', cell: ({ name }) => name },
    { header: 'parameters', cell: ({ parameters }) => formatCount(parameters) },
    { header: 'size', cell: ({ bytes }) => formatBytes(bytes) },
    ...scoreNames.map((name) => ({ header: headerOf(metricOf[name]), cell: ({ scores }: ScoredModel) => writtenScore(scores, name) })),
    { header: 'ECE %', cell: ({ calibration }) => percent(calibration?.ece) },
    { header: 'agrees with teacher %', cell: ({ fidelity }) => percent(alike(fidelity, 'agreement')) },
    { header: 'KL to teacher', cell: ({ fidelity }) => decimal(alike(fidelity, 'klNats')) },
    { header: 'Pearson with teacher', cell: ({ fidelity }) => alike(fidelity, 'teacherPearson')?.toFixed(4) },
    { header: 'distance to teacher', cell: ({ fidelity }) => decimal(alike(fidelity, 'meanDifference')) },
    { header: 'FLOP / example', cell: ({ flops }) => (flops === undefined ? undefined : formatMagnitude(flops)) },
    { header: 'ms / example', cell: ({ latencyMs }) => latencyMs.toFixed(1) },
  ];
  const filled = columns.filter(({ cell }) => models.some((model) => cell(model) !== undefined));
  return formatTable(filled.map(({ header }) => header), models.map((model) => filled.map(({ cell }) => cell(model) ?? '–')));
}

function writtenScore(scores: Scores, name: ScoreName): string | undefined {
  const value = (scores as Readonly<Record<string, number>>)[name];
  return value === undefined ? undefined : bareScore(value, metricOf[name].unit);
}
