/**
 * The rows of a comparison: each contender's scores over its seeds, how it repeats its teachers, size and time; as the report draws them
 * and as the terminal prints them. Which scores stand there follows from what the labels are.
 */
import { fidelityOf } from '../evaluate/fidelity.ts';
import { type ScoreName, scoreCalled, tabledScores } from '../evaluate/score.ts';
import { type Spread, spread } from '../evaluate/spread.ts';
import type { ComparisonRow, Difference } from '../report/comparison.ts';
import { bareScore, headerOf, type Metric, metricOf } from '../report/metric.ts';
import { formatTable } from '../report/table.ts';
import { formatBytes, formatCount, formatDecimal } from '../report/units.ts';
import type { LabelKind } from '../text/example.ts';
import type { JudgedClassifier } from './classifier.ts';

/** One row of the comparison: the same kind of model over seeds, with the teachers it is held against, seed by seed. */
export interface Contender {
  readonly name: string;
  readonly role: 'student' | 'teacher' | 'baseline';
  readonly seeds: readonly JudgedClassifier[];
  readonly teachers?: readonly JudgedClassifier[];
}

/** What is compared: the score that ranks, others beside it, and what logits mean. */
export interface Measures {
  readonly kind: LabelKind;
  readonly metric: ScoreName;
  readonly others: readonly ScoreName[];
}

export type Row = ComparisonRow & { readonly score: Spread };

/** The score that ranked the first model in training stands first. */
export function measuresOf(contenders: readonly Contender[], kind: LabelKind): Measures {
  const { metric } = firstOf(contenders.flatMap(({ seeds }) => seeds), 'a comparison');
  return { kind, metric, others: tabledScores[kind].filter((name) => name !== metric) };
}

/** @param classes logits of each example. */
export function rowOf({ name, role, seeds, teachers }: Contender, { kind, metric, others }: Measures, classes: number): Row {
  const first = firstOf(seeds, name);
  const over = (score: ScoreName) => spread(seeds.map(({ scores }) => scoreCalled(score, scores)));
  return {
    name,
    role,
    ...(first.parameters !== undefined && { parameters: first.parameters }),
    ...(first.bytes !== undefined && { bytes: first.bytes }),
    score: over(metric),
    ...(others.length > 0 && { others: Object.fromEntries(others.map((score) => [metricOf[score].name, over(score)])) }),
    ...(teachers && faithfulness(seeds, teachers, { kind, classes })),
    ...(first.latencyMs !== undefined && { latencyMs: spread(seeds.map(({ latencyMs }) => latencyMs ?? NaN)).mean }),
  };
}

/** A correlation with a teacher that always says the same is none, and is left out. */
function faithfulness(seeds: readonly JudgedClassifier[], teachers: readonly JudgedClassifier[], { kind, classes }: { kind: LabelKind; classes: number }): Partial<Record<'agreement' | 'klNats' | 'teacherPearson' | 'meanDifference', Spread>> {
  const found: Readonly<Record<string, number>>[] = seeds.map(({ logits }, i) => fidelityOf(kind, { student: logits, teacher: teachers[i]?.logits ?? [], classes }));
  const over = (name: string) => found.map((one) => one[name] ?? NaN);
  return Object.fromEntries(Object.keys(found[0] ?? {}).filter((name) => over(name).every(Number.isFinite)).map((name) => [name, spread(over(name))]));
}

function firstOf(seeds: readonly JudgedClassifier[], name: string): JudgedClassifier {
  const [first] = seeds;
  if (first === undefined) throw new Error(`${name}: there is nothing to compare`);
  return first;
}

/** The first student against every other, seed by seed. */
export function differencesOf(contenders: readonly Contender[], { metric }: Measures): Difference[] {
  const [best, ...others] = contenders.filter(({ role }) => role === 'student');
  if (best === undefined) return [];
  return others.filter(({ seeds }) => seeds.length === best.seeds.length).map(({ name, seeds }) => ({
    better: best.name,
    than: name,
    score: spread(best.seeds.map(({ scores }, index) => scoreCalled(metric, scores) - (seeds[index] === undefined ? NaN : scoreCalled(metric, seeds[index].scores)))),
  }));
}

interface Column {
  readonly header: string;
  /** undefined where the row has nothing to say. */
  readonly cell: (row: Row) => string | number | undefined;
}

/** For the terminal. */
export function tableOf(rows: readonly Row[], { kind, metric, others }: Measures): string {
  const scored = (name: ScoreName, of: (row: Row) => unknown): Column => ({ header: headerOf(metricOf[name]), cell: (row) => overSeeds(of(row), metricOf[name].unit) });
  const faithful: Column[] = kind === 'regression'
    ? [
        { header: 'Pearson with teacher', cell: ({ teacherPearson }) => overSeeds(teacherPearson, 'correlation') },
        { header: 'distance to teacher', cell: ({ meanDifference }) => overSeeds(meanDifference, 'loss') },
      ]
    : [
        { header: 'agrees with teacher %', cell: ({ agreement }) => overSeeds(agreement, 'ratio') },
        { header: 'KL to teacher', cell: ({ klNats }) => klNats && formatDecimal((klNats as Spread).mean) },
      ];
  const columns: Column[] = [
    { header: 'model', cell: ({ name }) => name },
    { header: 'parameters', cell: ({ parameters }) => parameters && formatCount(parameters) },
    { header: 'size', cell: ({ bytes }) => bytes && formatBytes(bytes) },
    scored(metric, ({ score }) => score),
    ...others.map((name) => scored(name, (row) => row.others?.[metricOf[name].name])),
    { header: 'seeds', cell: ({ score }) => score.count },
    ...faithful,
    { header: 'ms / example', cell: ({ latencyMs }) => latencyMs?.toFixed(1) },
  ];
  return formatTable(columns.map(({ header }) => header), rows.map((row) => columns.map(({ cell }) => cell(row) ?? '–')));
}

function overSeeds(score: unknown, unit: Metric['unit']): string | undefined {
  if (score === undefined) return undefined;
  const { mean, deviation } = score as Spread;
  return `${bareScore(mean, unit)}${deviation === undefined ? '' : ` ± ${bareScore(deviation, unit)}`}`;
}
