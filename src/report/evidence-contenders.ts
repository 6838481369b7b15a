/**
 * What the recorded runs of a recipe say together: one contender for each student and arm, over its seeds, with what it keeps of the
 * teacher and how it differs from a named arm of the same student. It draws no table.
 */
import { randomKey } from '../engine/random.ts';
import { pairedSeedScores } from '../evaluate/paired-seed-scores.ts';
import { pairedSeeds } from '../evaluate/paired-seeds.ts';
import { retention } from '../evaluate/retention.ts';
import { type Spread, spread } from '../evaluate/spread.ts';
import { bleuOn } from './evidence-bleu.ts';
import { type Evidence, type EvidenceMetric, type EvidenceTest, groupsOf, rightAnswers, sentenceCounts } from './evidence-file.ts';

/** Mean over seeds, and what holds 95 % of it; absent where a single seed gives no interval. */
export interface EvidenceDifference {
  readonly mean: number;
  readonly interval?: readonly [low: number, high: number];
}

export interface ContenderTest {
  readonly name: string;
  readonly metric: EvidenceMetric;
  readonly score: Spread;
  /** To the baseline; absent for the baseline itself and where there is none. */
  readonly difference?: EvidenceDifference;
  /** Of the teacher, above chance; absent for a teacher. */
  readonly kept?: number;
  /** By name. */
  readonly fidelity: Readonly<Record<string, Spread>>;
}

export interface EvidenceContender {
  readonly student: string;
  readonly arm: string;
  readonly runs: readonly [Evidence, ...Evidence[]];
  readonly tests: readonly ContenderTest[];
}

/** Teachers first; of each student the baseline first. @throws where the runs were not tested on the same examples. */
export function contendersOf(evidence: readonly Evidence[], baseline: string): EvidenceContender[] {
  sameTests(evidence);
  const all = [...new Set(evidence.map(contenderName))].map((name) => evidence.filter((run) => contenderName(run) === name).sort((a, b) => a.seed - b.seed) as [Evidence, ...Evidence[]]);
  const teachers = evidence.filter(isTeacher);
  const rank = ([{ student, arm }]: readonly [Evidence, ...Evidence[]]): string => `${student === 'teacher' ? 0 : 1} ${student} ${arm === baseline ? 0 : 1} ${arm}`;
  return all.sort((a, b) => (rank(a) < rank(b) ? -1 : 1)).map((runs) => {
    const [{ student, arm, tests }] = runs;
    const others = arm === baseline ? [] : evidence.filter((run) => run.student === student && run.arm === baseline);
    return { student, arm, runs, tests: tests.map(({ name }) => contenderTest(name, { runs, others, teachers })) };
  });
}

const contenderName = ({ student, arm }: Evidence) => `${student} ${arm}`;

const isTeacher = ({ student }: Evidence) => student === 'teacher';

function sameTests(evidence: readonly Evidence[]): void {
  const described = ({ tests }: Evidence) => tests.map(({ name, metric, sha256 }) => `${name} by ${metric} (${sha256.slice(0, 12)})`).join(', ');
  const [first] = evidence;
  const other = first && evidence.find((one) => described(one) !== described(first));
  if (first && other) throw new Error(`${first.recipe}: runs that were tested on different examples cannot stand in one table: ${labelOf(first)} on ${described(first)}, ${labelOf(other)} on ${described(other)}; run the recipe again for whichever is old`);
}

const labelOf = ({ student, arm, seed }: Evidence) => `${student} ${arm}, seed ${seed}`;

interface Beside {
  readonly runs: readonly Evidence[];
  readonly others: readonly Evidence[];
  readonly teachers: readonly Evidence[];
}

function contenderTest(name: string, { runs, others, teachers }: Beside): ContenderTest {
  const own = runs.map((run) => testOf(run, name));
  const { metric, chance } = own[0] ?? testOf(undefined, name);
  const score = spread(own.map(scoreOf));
  const taught = runs.some(isTeacher) ? [] : teachersOf(runs, teachers).map((teacher) => scoreOf(testOf(teacher, name)));
  const difference = differenceOf(name, runs, others);
  const measures = Object.keys(own[0]?.fidelity ?? {});
  return {
    name, metric, score,
    ...(difference && { difference }),
    ...(taught.length > 0 && chance !== undefined && { kept: retention({ student: score.mean, teacher: spread(taught).mean, chance }) }),
    fidelity: Object.fromEntries(measures.map((measure) => [measure, spread(own.map(({ fidelity }) => fidelity?.[measure] ?? NaN))])),
  };
}

function testOf(run: Evidence | undefined, name: string): EvidenceTest {
  const found = run?.tests.find((test) => test.name === name);
  if (found === undefined) throw new Error(`there is no test '${name}'`);
  return found;
}

const scoreOf = ({ scores, metric }: EvidenceTest): number => scores[metric] ?? NaN;

/** The teacher that taught each run: by the hash of its weights, else all there are. */
function teachersOf(runs: readonly Evidence[], teachers: readonly Evidence[]): readonly Evidence[] {
  const own = runs.flatMap(({ hashes }) => teachers.filter(({ hashes: { model } }) => model === hashes.teacher));
  return own.length === runs.length ? own : teachers;
}

/** Of all differences: the same examples are drawn for each. */
const resampling = randomKey(1, 'evidence');

/** Over the seeds that both have. Undefined where they share none. */
function differenceOf(name: string, runs: readonly Evidence[], others: readonly Evidence[]): EvidenceDifference | undefined {
  const pairs = runs.flatMap((run) => others.filter(({ seed }) => seed === run.seed).map((other) => [testOf(run, name), testOf(other, name)] as const));
  const [first] = pairs;
  if (first === undefined) return undefined;
  const right = pairs.map((pair) => pair.map(rightAnswers));
  if (first[0].metric === 'accuracy' && right.every((pair) => !pair.includes(undefined))) {
    const groups = groupsOf(first[0]);
    const side = (at: 0 | 1) => right.map((pair) => pair[at] ?? []);
    const { difference, interval } = pairedSeeds({ first: side(0), second: side(1), ...(groups && { groups }), key: resampling });
    return { mean: difference, interval };
  }
  const counts = pairs.flatMap((pair) => pair.flatMap((test) => (test.metric === 'bleu' ? (sentenceCounts(test) ?? []) : [])));
  if (counts.length === 2 * pairs.length) {
    const side = (at: 0 | 1) => pairs.map((_, pair) => (rows: Uint32Array) => bleuOn(counts[2 * pair + at]!, rows));
    const { difference, interval } = pairedSeedScores({ first: side(0), second: side(1), examples: first[0].examples, key: resampling });
    return { mean: difference, interval };
  }
  const { mean, interval } = spread(pairs.map(([own, other]) => scoreOf(own) - scoreOf(other)));
  return { mean, ...(interval && { interval }) };
}
