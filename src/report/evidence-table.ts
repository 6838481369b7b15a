/**
 * The tables of a recipe's recorded runs in Markdown: scores with their spread over seeds, differences to a named arm with intervals, what
 * is kept of the teacher, likeness to it, size and speed; and what all of it rests on. The same runs give the same text.
 */
import { quantile } from '../evaluate/quantile.ts';
import { contendersOf, type ContenderTest, type EvidenceContender, type EvidenceDifference } from './evidence-contenders.ts';
import type { Evidence } from './evidence-file.ts';
import { pretrainingRows } from './evidence-pretraining.ts';
import { signatureRows } from './evidence-signatures.ts';
import { markdownTable } from './markdown-table.ts';
import { bareScore, headerOf, type Metric, metricOf as scoreMetrics, translationMetrics } from './metric.ts';
import { formatBytes, formatCount } from './units.ts';

export interface TableChoice {
  /** The arm that the others of the same student are held against. */
  readonly baseline: string;
  /** Only these; absent: all. Teachers are always shown. */
  readonly arms?: readonly string[];
  readonly students?: readonly string[];
}

const metricOf = { ...scoreMetrics, ...translationMetrics };

/** Lines without a last line break. Where there is no run, one line says so. */
export function evidenceTable(evidence: readonly Evidence[], { baseline, arms, students }: TableChoice): string {
  const chosen = evidence.filter(({ student, arm }) => student === 'teacher' || ((arms?.includes(arm) ?? true) && (students?.includes(student) ?? true)));
  const contenders = contendersOf(chosen, baseline);
  if (contenders.every(({ student }) => student === 'teacher')) return 'No run is recorded yet.';
  return [scoreRows(contenders, baseline), ...signatureRows(contenders, baseline), ...pretrainingRows(contenders), costRows(contenders), [separation(contenders, baseline), footnote(chosen, contenders, baseline)].filter((line) => line !== '').join('\n\n')].join('\n\n');
}

function scoreRows(contenders: readonly EvidenceContender[], baseline: string): string {
  const tests = contenders[0]?.tests ?? [];
  const last = tests.length - 1;
  const measures = [...new Set(contenders.flatMap(({ tests: own }) => Object.keys(own[last]?.fidelity ?? {})))];
  const headers = [
    'student', 'arm', 'seeds',
    ...tests.flatMap(({ name, metric }) => [`${name}, ${headerOf(metricOf[metric])}`, `${name}, better than ${baseline} by`]),
    `keeps of the teacher${tests[last]?.metric === 'bleu' ? '' : ' above chance'} %, ${tests[last]?.name ?? ''}`,
    ...measures.map((measure) => fidelityWords[measure]?.header ?? measure),
  ];
  const rows = contenders.map(({ student, arm, runs, tests: own }) => [
    student, student === arm ? '' : arm, String(runs.length),
    ...own.flatMap(({ metric, score, difference }) => [overSeeds(score, metricOf[metric].unit), difference === undefined ? '' : differenceText(difference, metricOf[metric].unit)]),
    keptText(own[last]),
    ...measures.map((measure) => {
      const over = own[last]?.fidelity[measure];
      return over === undefined ? '' : overSeeds(over, fidelityWords[measure]?.unit ?? 'loss');
    }),
  ]);
  return markdownTable(headers, rows);
}

const fidelityWords: Readonly<Record<string, { readonly header: string; readonly unit: Metric['unit'] }>> = {
  agreement: { header: 'agrees with the teacher %', unit: 'ratio' },
  klNats: { header: 'KL to the teacher', unit: 'loss' },
  teacherPearson: { header: 'Pearson with the teacher', unit: 'correlation' },
  meanDifference: { header: 'distance to the teacher', unit: 'loss' },
};

function overSeeds({ mean, deviation }: { mean: number; deviation?: number }, unit: Metric['unit']): string {
  const written = (value: number) => (unit === 'loss' ? value.toFixed(4) : bareScore(value, unit));
  return `${written(mean)}${deviation === undefined ? '' : ` ± ${written(deviation)}`}`;
}
const keptText = (test: ContenderTest | undefined): string => (test?.kept === undefined || Number.isNaN(test.kept) ? '' : (100 * test.kept).toFixed(1));

/** Whether the interval leaves 0 out; undefined where there is none. */
function separates({ interval }: EvidenceDifference): boolean | undefined {
  return interval && (interval[0] > 0 || interval[1] < 0);
}

function differenceText(difference: EvidenceDifference, unit: Metric['unit']): string {
  const written = (value: number) => (unit === 'ratio' ? (100 * value).toFixed(1) : value.toFixed(unit === 'points' ? 2 : 3)).replace(/^-(0\.?0*)$/, '$1');
  const { mean, interval } = difference;
  const number = `${mean > 0 ? '+' : ''}${written(mean)}`;
  if (interval === undefined) return `${number} (one seed)`;
  return `${number} [${interval.map(written).join(', ')}]${separates(difference) === true ? '' : ', does not separate'}`;
}

/** In words, which arms stand apart from the baseline and which do not. */
function separation(contenders: readonly EvidenceContender[], baseline: string): string {
  const tests = contenders[0]?.tests ?? [];
  return tests.flatMap(({ name }) => [...new Set(contenders.map(({ student }) => student))].flatMap((student) => {
    const told = contenders.filter((one) => one.student === student).map(({ arm, tests: all }) => ({ arm, difference: all.find((test) => test.name === name)?.difference }));
    const of = (fits: (difference: EvidenceDifference) => boolean) => told.filter(({ difference }) => difference !== undefined && fits(difference)).map(({ arm }) => arm);
    const groups = [
      [of((difference) => separates(difference) === true && difference.mean > 0), `better than ${baseline}`],
      [of((difference) => separates(difference) === true && difference.mean < 0), `worse than ${baseline}`],
      [of((difference) => separates(difference) === false), `not to be told from ${baseline}`],
    ] as const;
    const parts = groups.filter(([arms]) => arms.length > 0).map(([arms, words]) => `${listed(arms)} ${arms.length === 1 ? 'is' : 'are'} ${words}`);
    return parts.length === 0 ? [] : [`${name}, ${student}: ${parts.join('; ')}.`];
  })).join('\n');
}

const listed = (words: readonly string[]): string => (words.length < 2 ? words.join() : `${words.slice(0, -1).join(', ')} and ${words.at(-1) ?? ''}`);

function costRows(contenders: readonly EvidenceContender[]): string {
  // Of times the median: a run that shared its cores with others says nothing of the rest.
  const median = (runs: readonly Evidence[], of: (run: Evidence) => number) => quantile(runs.map(of).sort((a, b) => a - b), 0.5);
  const rows = contenders.map(({ student, arm, runs }) => {
    const [{ parameters, bytes, steps, rowsPerStep, labelledRows, rows: all }] = runs;
    const learned = labelledRows === all ? formatCount(all) : `${formatCount(labelledRows)} labelled, ${formatCount(all - labelledRows)} not`;
    const minutes = median(runs, (run) => run.minutes);
    return [student, student === arm ? '' : arm, formatCount(parameters), formatBytes(bytes), median(runs, ({ latencyMs }) => latencyMs).toFixed(1), learned, `${formatCount(steps)} of ${rowsPerStep}`, formatCount((60_000 * minutes) / steps), minutes.toFixed(1)];
  });
  return markdownTable(['student', 'arm', 'parameters', 'size', 'ms / example', 'rows learned from', 'steps', 'ms / step', 'minutes'], rows);
}

function footnote(evidence: readonly Evidence[], contenders: readonly EvidenceContender[], baseline: string): string {
  const engines = new Set(evidence.map(({ engine: { engine, device, precision, threads, library } }) => [engine, device, precision, `${threads} ${threads === 1 ? 'thread' : 'threads'}`, ...(library === undefined ? [] : [library])].join(' ')));
  const machines = new Set(evidence.map(({ machine }) => String(machine.processor ?? 'a machine that is not named')));
  const tests = evidence[0]?.tests ?? [];
  const tested = tests.map(({ name, examples, chance, groupStarts, metric }) => `${name}: ${formatCount(examples)} examples${groupStarts === undefined ? '' : ', those that stand in one another drawn together'}${chance === undefined || chance === 0 ? '' : `, chance ${bareScore(chance, metricOf[metric].unit)}`}`);
  const paired = contenders.some(({ tests: own }) => own.some(({ difference }) => difference?.interval !== undefined));
  return [
    `${evidence.length} runs on ${[...engines].sort().join('; ')} (${[...machines].sort().join('; ')}). ${tested.join('; ')}.`,
    ...new Set(evidence.flatMap(({ translation }) => (translation === undefined ? [] : [`BLEU: ${translation.signature}.`]))),
    `± is the sample standard deviation over seeds, times are medians over them${paired ? `; [low, high] holds 95 % of the difference to ${baseline}, seeds and examples drawn anew, the same for both` : ''}.`,
  ].join(' ');
}
