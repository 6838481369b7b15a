/**
 * The end of a comparison: the table a person reads, evaluation.json a machine reads, report.html, and the best student's folder
 * under a name of its own, run once through transformers.js.
 */
import { cp } from 'node:fs/promises';
import { join } from 'node:path';
import { bagOfWordsBaseline } from '../evaluate/bag-of-words.ts';
import { classificationScores } from '../evaluate/classification.ts';
import { fidelity } from '../evaluate/fidelity.ts';
import { compareWithTransformersJs } from '../evaluate/onnx-check.ts';
import { type Spread, spread } from '../evaluate/spread.ts';
import type { ComparisonRow, Difference } from '../report/comparison.ts';
import type { LayerRow, Note } from '../report/html.ts';
import { formatTable } from '../report/table.ts';
import { formatBytes, formatCount, formatDecimal } from '../report/units.ts';
import { writeFolderAtomically } from '../storage/atomic.ts';
import type { ClassifierCorpus, LessonCorpus } from './classifier-corpus.ts';
import type { JudgedClassifier } from './classifier.ts';
import { type Evaluation, writeEvaluation } from './evaluation-file.ts';
import { disagreementsOf, likenessOf } from './likeness.ts';
import { reliabilityOf } from './reliability.ts';
import type { Run } from './run.ts';
import { writeRunReport } from './run-report.ts';

/** One row of the comparison: the same kind of model over seeds, with the teachers it is held against, seed by seed. */
export interface Contender {
  readonly name: string;
  readonly role: 'student' | 'teacher' | 'baseline';
  readonly seeds: readonly JudgedClassifier[];
  readonly teachers?: readonly JudgedClassifier[];
}

export interface Conclusion {
  readonly title: string;
  readonly subtitle: string;
  readonly data: LessonCorpus;
  /** Students first. */
  readonly contenders: readonly Contender[];
  /** Accuracy of counting words, where it was measured. */
  readonly bagOfWords?: number;
  readonly layerMap?: readonly LayerRow[];
  readonly notes?: readonly Note[];
}

export type AccuracyByName = ReadonlyMap<string, Spread>;

/** Prints, writes and checks; returns the accuracies, so that a recipe can hold them against what it promises. */
export async function conclude(run: Run, conclusion: Conclusion): Promise<AccuracyByName> {
  const evaluation = evaluationOf(run, conclusion);
  run.say(`\n${tableOf(evaluation.rows)}\n`);
  const student = await keepStudent(run, conclusion);
  const check = await compareWithTransformersJs(student.folder, student.stored);
  run.say(`student      ${student.folder}`);
  run.say(`transformers.js runs its ONNX: ${formatCount(check.examples)} test examples, largest difference of logits ${check.largestDifference.toExponential(1)}, same answer on ${(100 * check.agreement).toFixed(1)} %`);
  await writeEvaluation(run.folder, { ...evaluation, student: student.name, transformersJs: check });
  run.say(`report       ${await writeRunReport(run.folder)}`);
  return new Map(evaluation.rows.map(({ name, score }) => [name, score]));
}

/** The same for models without a student: writes evaluation.json and report.html, keeps and checks nothing. @returns the report's path. */
export async function concludeTraining(run: Run, conclusion: Conclusion): Promise<string> {
  await writeEvaluation(run.folder, evaluationOf(run, conclusion));
  return writeRunReport(run.folder);
}

function evaluationOf(run: Run, { title, subtitle, data, contenders, bagOfWords, layerMap = [], notes = [] }: Conclusion): Omit<Evaluation, 'rows'> & { readonly rows: readonly Row[] } {
  const { labels } = data.test.encoded;
  const judged = contenders.map(({ name, role, seeds }) => ({ name, role, logits: seeds.map(({ logits }) => logits) }));
  const reliability = labels?.kind === 'single-label' ? reliabilityOf(judged, { labels: labels.indices, classes: data.names.length }) : [];
  const eceOf = (name: string) => reliability.find((model) => model.name === name)?.ece;
  return {
    title, subtitle,
    startedAt: run.startedAt.toISOString(),
    // What a reused stage took when it was done counts too.
    milliseconds: Math.max(Date.now() - run.startedAt.getTime(), contenders.flatMap(({ seeds }) => seeds).reduce((sum, { trainMs }) => sum + trainMs, 0)),
    rows: [...contenders.map((contender) => withCalibration(rowOf(contender, data), eceOf(contender.name))), ...bagRow(bagOfWords)],
    differences: differencesOf(contenders),
    models: contenders.flatMap(({ name, role, seeds }) => seeds.map(({ logits: _logits, ...judged }) => ({ contender: name, role, ...judged }))),
    reliability,
    ...besideTheTeacher(contenders, data),
    layerMap, notes,
  };
}

/** The first student's best seed beside the teacher it had. */
function besideTheTeacher(contenders: readonly Contender[], { test, names }: LessonCorpus): Pick<Evaluation, 'likeness' | 'disagreements'> {
  const [contender, best] = bestStudent(contenders) ?? [];
  if (contender === undefined || best === undefined) return { disagreements: [] };
  const teacher = contender.teachers?.[contender.seeds.indexOf(best)];
  if (teacher === undefined) return { disagreements: [] };
  const answers = { student: best.logits, teacher: teacher.logits, names };
  return { likeness: likenessOf(answers, { studentName: best.name, teacherName: teacher.name }), disagreements: disagreementsOf(answers, test.corpus.examples, shownDisagreements) };
}

/** The first student against every other, seed by seed. */
function differencesOf(contenders: readonly Contender[]): Difference[] {
  const [best, ...others] = contenders.filter(({ role }) => role === 'student');
  if (best === undefined) return [];
  return others.filter(({ seeds }) => seeds.length === best.seeds.length).map(({ name, seeds }) => ({
    better: best.name,
    than: name,
    score: spread(best.seeds.map(({ scores }, index) => scores.accuracy - (seeds[index]?.scores.accuracy ?? NaN))),
  }));
}

type Row = ComparisonRow & { readonly score: Spread };

function rowOf({ name, role, seeds, teachers }: Contender, data: LessonCorpus): Row {
  const [first] = seeds;
  if (first === undefined) throw new Error(`${name}: there is nothing to compare`);
  const classes = data.names.length;
  const likeness = teachers && seeds.map(({ logits }, i) => fidelity({ student: logits, teacher: teachers[i]?.logits ?? [], classes }));
  return {
    name,
    role,
    ...(first.parameters !== undefined && { parameters: first.parameters }),
    ...(first.bytes !== undefined && { bytes: first.bytes }),
    score: spread(seeds.map(({ scores }) => scores.accuracy)),
    ...(likeness && { agreement: spread(likeness.map(({ agreement }) => agreement)), klNats: spread(likeness.map(({ klNats }) => klNats)) }),
    ...(first.latencyMs !== undefined && { latencyMs: spread(seeds.map(({ latencyMs }) => latencyMs ?? NaN)).mean }),
  };
}

const withCalibration = (row: Row, ece: Row['ece']): Row => (ece === undefined ? row : { ...row, ece });

function bagRow(accuracy: number | undefined): Row[] {
  return accuracy === undefined ? [] : [{ name: 'bag of words', role: 'baseline', score: spread([accuracy]), notes: 'logistic regression on which words occur' }];
}

function tableOf(rows: readonly Row[]): string {
  const points = ({ mean, deviation }: Spread) => `${(100 * mean).toFixed(1)}${deviation === undefined ? '' : ` ± ${(100 * deviation).toFixed(1)}`}`;
  return formatTable(
    ['model', 'parameters', 'size', 'accuracy %', 'seeds', 'agrees with teacher %', 'KL to teacher', 'ms / example'],
    rows.map(({ name, parameters, bytes, score, agreement, klNats, latencyMs }) => [
      name,
      parameters === undefined ? '–' : formatCount(parameters),
      bytes === undefined ? '–' : formatBytes(bytes),
      points(score),
      score.count,
      agreement === undefined ? '–' : points(agreement as Spread),
      klNats === undefined ? '–' : formatDecimal((klNats as Spread).mean),
      latencyMs === undefined ? '–' : latencyMs.toFixed(1),
    ]),
  );
}

/** The first student, and its best seed. */
function bestStudent(contenders: readonly Contender[]): [Contender, JudgedClassifier] | undefined {
  const contender = contenders.find(({ role }) => role === 'student');
  const best = [...(contender?.seeds ?? [])].sort((a, b) => b.scores.accuracy - a.scores.accuracy)[0];
  return contender && best && [contender, best];
}

/** Copies the first student's best seed to `<run>/student`. */
async function keepStudent(run: Run, { contenders, data }: Conclusion) {
  const [, best] = bestStudent(contenders) ?? [];
  if (best === undefined) throw new Error('a comparison needs a student');
  const folder = join(run.folder, 'student');
  await writeFolderAtomically(folder, (temporary) => cp(best.model, temporary, { recursive: true }));
  const { examples } = data.test.corpus;
  const pairs = examples.map(({ pair }) => pair ?? '');
  const stored = {
    texts: examples.map(({ text }) => text),
    ...(examples.some(({ pair }) => pair !== undefined) && { pairs }),
    logits: best.logits,
    classes: data.names.length,
    maxTokens: data.test.encoded.maxTokens,
  };
  return { folder, name: best.name, stored };
}

/** At most so many rows of the report. */
const shownDisagreements = 12;

/** What counting words reaches on the test split. */
export function bagOfWordsAccuracy({ train, dev, test, names }: ClassifierCorpus): number {
  const texts = ({ corpus }: ClassifierCorpus['train']) => corpus.examples.map(({ text, pair = '' }) => `${text} ${pair}`);
  const labels = ({ encoded }: ClassifierCorpus['train']) => {
    if (encoded.labels?.kind !== 'single-label') throw new Error('bag of words wants one class per example');
    return encoded.labels.indices;
  };
  const { predictions } = bagOfWordsBaseline({
    train: { texts: texts(train), labels: labels(train) },
    dev: { texts: texts(dev), labels: labels(dev) },
    test: { texts: texts(test) },
    classes: names.length,
  });
  return classificationScores({ predictions, labels: labels(test), classes: names.length }).accuracy;
}
