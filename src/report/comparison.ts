/**
 * The heart of a report: students beside their teacher and baselines, in quality, faithfulness, size and speed. First the few figures
 * that answer "what was lost, what was won", then the table, then the scores with their intervals. A column nobody fills is absent.
 */
import type { Spread } from '../evaluate/spread.ts';
import { drawDotPlot } from './dot-plot.ts';
import { markup } from './markup.ts';
import type { Content, Markup } from './markup.ts';
import { formatScore, type Metric, metricOf } from './metric.ts';
import { formatBytes, formatCount, formatDecimal, formatMagnitude, formatPercent } from './units.ts';

/** One value, or what several seeds say together. */
export type Score = number | Spread;

/** One model. `score` is in the units of the comparison's metric, `others` by the names of its other metrics; `agreement` (with the teacher) is a ratio, `latencyMs` the median. */
export type ComparisonRow = {
  name: string;
  role?: 'student' | 'teacher' | 'baseline';
  parameters?: number;
  bytes?: number;
  score?: Score;
  others?: Readonly<Record<string, Score>>;
  agreement?: Score;
  klNats?: Score;
  /** Of a score with the teacher's: Pearson's r, and the mean distance. */
  teacherPearson?: Score;
  meanDifference?: Score;
  /** Expected calibration error, a ratio. */
  ece?: Score;
  latencyMs?: number;
  notes?: string;
};

/** How much better `better` scores than `than`, seed by seed, in the units of the metric. */
export type Difference = { better: string; than: string; score: Spread };

/** Intervals of single runs: of a score on other sentences like these, from so many draws of them. */
export type Resampling = { sentences: number; draws: number };

/** `metric` names the score; by default it is accuracy. Intervals are over seeds unless `resampling` says of what. */
export type Comparison = { rows: readonly ComparisonRow[]; differences?: readonly Difference[]; metric?: Metric; others?: readonly Metric[]; resampling?: Resampling };

/** All of it, in order. */
export function drawComparison({ rows, differences = [], metric = metricOf.accuracy, others = [], resampling }: Comparison): Markup {
  const percent = metric.unit === 'ratio';
  const dots = rows.flatMap(({ name, role, score }) => (score === undefined ? [] : [{ name, role: role ?? 'baseline', spread: asSpread(score) }]));
  return markup`${drawFigures(rows, metric)}
<h2>Comparison</h2>
${drawTable(rows, [metric, ...others])}
${differences.map((difference) => drawDifference(difference, metric, resampling))}
${drawSeedNote(rows)}
${resampling === undefined ? undefined : markup`<p class="footnote">The intervals are over the sentences: ${formatCount(resampling.draws)} draws with replacement of the ${formatCount(resampling.sentences)} there are; each model is a single run.</p>`}
${drawDotPlot(dots, {
    title: dots.some(({ spread: { interval } }) => interval !== undefined) ? `${metric.name}${resampling === undefined ? ', mean over seeds' : ''} with its 95 % interval` : metric.name,
    label: percent ? `${metric.name}, %` : metric.name,
    factor: percent ? 100 : 1,
  })}`;
}

const asSpread = (score: Score): Spread => (typeof score === 'number' ? { count: 1, mean: score, min: score, max: score } : score);
const meanOf = (score: Score): number => asSpread(score).mean;

/** The first student against the first teacher, in up to four figures. */
function drawFigures(rows: readonly ComparisonRow[], { name, unit }: Metric): Markup | undefined {
  const student = rows.find(({ role }) => role === 'student');
  if (student === undefined) return undefined;
  const teacher = rows.find(({ role }) => role === 'teacher');
  const figures: (readonly [label: string, value: string, note: string | undefined])[] = [];
  if (student.score !== undefined) {
    const distance = teacher?.score === undefined ? undefined : meanOf(student.score) - meanOf(teacher.score);
    figures.push([name, formatScore(meanOf(student.score), unit), distance === undefined ? undefined : distanceNote(distance, unit)]);
  }
  if (student.agreement !== undefined) figures.push(['agreement', formatPercent(meanOf(student.agreement)), 'same answer as the teacher']);
  if (student.teacherPearson !== undefined) figures.push(['Pearson with the teacher', meanOf(student.teacherPearson).toFixed(4), student.meanDifference === undefined ? undefined : `${formatDecimal(meanOf(student.meanDifference))} apart on average`]);
  if (student.parameters !== undefined) {
    figures.push(['parameters', formatMagnitude(student.parameters), timesNote('fewer', student.parameters, teacher?.parameters)]);
  }
  if (student.latencyMs !== undefined) {
    figures.push(['latency, p50', formatMilliseconds(student.latencyMs), timesNote('faster', student.latencyMs, teacher?.latencyMs)]);
  }
  if (figures.length === 0) return undefined;
  return markup`<dl class="figures">${figures.map(([label, value, note]) => markup`
<div><dt>${label}</dt><dd>${value}${note === undefined ? undefined : markup`<small>${note}</small>`}</dd></div>`)}</dl>`;
}

function distanceNote(distance: number, unit: Metric['unit']): string {
  const rounded = distanceText(Math.abs(distance), unit);
  return Number.parseFloat(rounded) === 0 ? 'level with the teacher' : `${rounded} ${distance < 0 ? 'below' : 'above'} the teacher`;
}

/** Percentages lie points apart. */
function distanceText(distance: number, unit: Metric['unit']): string {
  if (unit === 'ratio' || unit === 'points') return `${(unit === 'ratio' ? 100 * distance : distance).toFixed(1)} points`;
  return formatScore(distance, unit);
}

/** How many times less the student needs; absent when it does not need less, so that no figure boasts of a loss. */
function timesNote(word: string, student: number, teacher: number | undefined): string | undefined {
  if (teacher === undefined || student <= 0 || teacher / student < 1.05) return undefined;
  return `${(teacher / student).toFixed(1)} times ${word} than the teacher`;
}

type Column = { header: string; cell: (row: ComparisonRow) => Content };

function drawTable(rows: readonly ComparisonRow[], [{ name, unit }, ...others]: readonly [Metric, ...Metric[]]): Markup {
  const columns: Column[] = [
    { header: 'parameters', cell: ({ parameters }) => known(parameters, formatMagnitude) },
    { header: 'size', cell: ({ bytes }) => known(bytes, formatBytes) },
    { header: name, cell: ({ score }) => known(score, (value) => spreadCell(value, (one) => formatScore(one, unit))) },
    { header: '95 % interval', cell: ({ score }) => known(score, (value) => intervalCell(value, unit)) },
    ...others.map((other) => ({ header: other.name, cell: (row: ComparisonRow) => known(row.others?.[other.name], (value) => spreadCell(value, (one) => formatScore(one, other.unit))) })),
    { header: 'agreement', cell: ({ agreement }) => known(agreement, (value) => spreadCell(value, formatPercent)) },
    { header: 'KL, nats', cell: ({ klNats }) => known(klNats, (value) => spreadCell(value, (one) => one.toFixed(3))) },
    { header: 'Pearson with teacher', cell: ({ teacherPearson }) => known(teacherPearson, (value) => spreadCell(value, (one) => one.toFixed(4))) },
    { header: 'distance to teacher', cell: ({ meanDifference }) => known(meanDifference, (value) => spreadCell(value, formatDecimal)) },
    { header: 'ECE', cell: ({ ece }) => known(ece, (value) => spreadCell(value, formatPercent)) },
    { header: 'p50', cell: ({ latencyMs }) => known(latencyMs, formatMilliseconds) },
  ];
  const filled = columns.filter(({ cell }) => rows.some((row) => cell(row) !== undefined));
  return markup`<div class="scroll"><table>
<thead><tr><th scope="col">model</th>${filled.map(({ header }) => markup`<th scope="col" class="number">${header}</th>`)}</tr></thead>
<tbody>${rows.map((row) => markup`
<tr><th scope="row" class="${row.role ?? 'baseline'}">${row.name}${row.notes === undefined ? undefined : markup`<small>${row.notes}</small>`}</th>${
    filled.map(({ cell }) => markup`<td class="number">${cell(row) ?? '–'}</td>`)}</tr>`)}
</tbody></table></div>`;
}

function known<T>(value: T | undefined, show: (value: T) => Content): Content {
  return value === undefined ? undefined : show(value);
}

function spreadCell(score: Score, show: (value: number) => string): Content {
  const { mean, deviation } = asSpread(score);
  if (deviation === undefined) return show(mean);
  return markup`${show(mean)} <span class="spread">± ${show(deviation).replace(' %', '')}</span>`;
}

function intervalCell(score: Score, unit: Metric['unit']): Content {
  const { interval } = asSpread(score);
  if (interval === undefined) return undefined;
  const [low, high] = interval.map((end) => formatScore(end, unit).replace(' %', ''));
  return markup`${low} to ${high}`;
}

/** Whether the difference is more than the seeds' own is said in words, for an interval around zero is easily read past. */
function drawDifference({ better, than, score: { count, mean, interval } }: Difference, { unit }: Metric, resampling: Resampling | undefined): Markup {
  const signed = (value: number): string => `${value < 0 ? '−' : '+'}${distanceText(Math.abs(value), unit)}`;
  const points = (value: number): string => signed(value).replace(' points', '');
  const spreadWords = interval === undefined
    ? 'One seed cannot say how much of that is chance.'
    : `95 % interval over ${resampling === undefined ? `${formatCount(count)} seeds, pair by pair` : 'the sentences, the same drawn for both'}: ${points(interval[0])} to ${points(interval[1])}${interval[0] <= 0 && interval[1] >= 0 ? ', which includes no difference at all' : ''}.`;
  return markup`<p class="difference"><b>${better}</b> minus <b>${than}</b>: <b>${signed(mean)}</b>. ${spreadWords}</p>`;
}

/** Says what ± means and over how many seeds, once for the whole table. */
function drawSeedNote(rows: readonly ComparisonRow[]): Markup | undefined {
  const counts = rows.flatMap(({ score, others = {}, agreement, klNats, teacherPearson, meanDifference, ece }) => [score, ...Object.values(others), agreement, klNats, teacherPearson, meanDifference, ece])
    .flatMap((score) => (score === undefined || typeof score === 'number' || score.count < 2 ? [] : [score.count]));
  if (counts.length === 0) return undefined;
  const [fewest, most] = [Math.min(...counts), Math.max(...counts)];
  const seeds = fewest === most ? formatCount(most) : `${formatCount(fewest)} to ${formatCount(most)}`;
  const said = [
    `± is the sample standard deviation over ${seeds} seeds, the interval is of the mean by Student's t; a score without them is of a single run.`,
    `${rows.some(({ teacherPearson }) => teacherPearson !== undefined) ? 'Pearson with the teacher and the distance to it' : 'Agreement and KL'} compare each model with the teacher on the same examples.`,
  ];
  return markup`<p class="footnote">${said.join(' ')}</p>`;
}

/** 0.84 ms, 8.4 ms, 84 ms. */
function formatMilliseconds(milliseconds: number): string {
  if (milliseconds < 1) return `${milliseconds.toPrecision(2)} ms`;
  return `${milliseconds.toFixed(milliseconds < 10 ? 2 : milliseconds < 100 ? 1 : 0)} ms`;
}
