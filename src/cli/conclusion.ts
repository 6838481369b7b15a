/**
 * The end of a comparison: the table a person reads, evaluation.json a machine reads, report.html, and the best student's folder
 * under a name of its own, run once through transformers.js.
 */
import { cp } from 'node:fs/promises';
import { join } from 'node:path';
import { bagOfWordsBaseline } from '../evaluate/bag-of-words.ts';
import { classificationScores } from '../evaluate/classification.ts';
import { compareWithTransformersJs } from '../evaluate/onnx-check.ts';
import { type Spread, spread } from '../evaluate/spread.ts';
import { TransformersJsMissing } from '../evaluate/transformers-js.ts';
import type { LayerRow, Note } from '../report/html.ts';
import { metricOf } from '../report/metric.ts';
import { writeFolderAtomically } from '../storage/atomic.ts';
import type { ClassifierCorpus, LessonCorpus } from './classifier-corpus.ts';
import type { JudgedClassifier } from './classifier.ts';
import { type Contender, differencesOf, type Measures, measuresOf, type Row, rowOf, tableOf } from './comparison-rows.ts';
import { disagreementsOf } from './disagreements.ts';
import { type Evaluation, writeEvaluation } from './evaluation-file.ts';
import { likenessOf } from './likeness.ts';
import { onnxCheckText } from './onnx-check-text.ts';
import { reliabilityOf } from './reliability.ts';
import type { Run } from './run.ts';
import { writeRunReport } from './run-report.ts';

export interface Conclusion {
  readonly title: string;
  readonly subtitle: string;
  readonly data: LessonCorpus;
  /** Students first. */
  readonly contenders: readonly Contender[];
  /** Accuracy of counting words, where it was measured and accuracy is what is compared. */
  readonly bagOfWords?: number;
  readonly layerMap?: readonly LayerRow[];
  readonly notes?: readonly Note[];
}

/** Of the score that ranks. */
export type ScoreByName = ReadonlyMap<string, Spread>;

/** Prints, writes and checks; returns the scores, so that a recipe can hold them against what it promises. */
export async function conclude(run: Run, conclusion: Conclusion): Promise<ScoreByName> {
  const measures = measuresOf(conclusion.contenders, conclusion.data.labels.kind);
  const evaluation = evaluationOf(run, conclusion, measures);
  run.say(`\n${tableOf(evaluation.rows, measures)}\n`);
  const student = await keepStudent(run, conclusion);
  const check = await compareWithTransformersJs(student.folder, student.stored).catch((error: unknown) => {
    if (!(error instanceof TransformersJsMissing)) throw error;
    run.say(`its ONNX was not checked: ${error.message}`);
  });
  run.say(`student      ${student.folder}`);
  if (check) run.say(`transformers.js runs its ONNX: ${onnxCheckText(check, 'test examples')}`);
  await writeEvaluation(run.folder, { ...evaluation, student: student.name, ...(check && { transformersJs: check }) });
  run.say(`report       ${await writeRunReport(run.folder)}`);
  return new Map(evaluation.rows.map(({ name, score }) => [name, score]));
}

/** The same for models without a student: writes evaluation.json and report.html, keeps and checks nothing. @returns the report's path. */
export async function concludeTraining(run: Run, conclusion: Conclusion): Promise<string> {
  await writeEvaluation(run.folder, evaluationOf(run, conclusion, measuresOf(conclusion.contenders, conclusion.data.labels.kind)));
  return writeRunReport(run.folder);
}

function evaluationOf(run: Run, { title, subtitle, data, contenders, bagOfWords, layerMap = [], notes = [] }: Conclusion, measures: Measures): Omit<Evaluation, 'rows'> & { readonly rows: readonly Row[] } {
  const { labels } = data.test.encoded;
  const judged = contenders.map(({ name, role, seeds }) => ({ name, role, logits: seeds.map(({ logits }) => logits) }));
  const reliability = labels?.kind === 'single-label' ? reliabilityOf(judged, { labels: labels.indices, classes: data.names.length }) : [];
  const eceOf = (name: string) => reliability.find((model) => model.name === name)?.ece;
  return {
    title, subtitle,
    startedAt: run.startedAt.toISOString(),
    // What a reused stage took when it was done counts too.
    milliseconds: Math.max(Date.now() - run.startedAt.getTime(), contenders.flatMap(({ seeds }) => seeds).reduce((sum, { trainMs }) => sum + trainMs, 0)),
    metric: metricOf[measures.metric],
    others: measures.others.map((name) => metricOf[name]),
    rows: [...contenders.map((contender) => withCalibration(rowOf(contender, measures, data.names.length), eceOf(contender.name))), ...(measures.metric === 'accuracy' ? bagRow(bagOfWords) : [])],
    differences: differencesOf(contenders, measures),
    models: contenders.flatMap(({ name, role, seeds }) => seeds.map(({ logits: _logits, ...judged }) => ({ contender: name, role, ...judged }))),
    reliability,
    ...besideTheTeacher(contenders, data),
    layerMap, notes,
  };
}

/** The first student's best seed beside the teacher it had. */
function besideTheTeacher(contenders: readonly Contender[], { test, names, labels: { kind } }: LessonCorpus): Pick<Evaluation, 'likeness' | 'disagreements'> {
  const [contender, best] = bestStudent(contenders) ?? [];
  if (contender === undefined || best === undefined) return { disagreements: [] };
  const teacher = contender.teachers?.[contender.seeds.indexOf(best)];
  if (teacher === undefined) return { disagreements: [] };
  const answers = { kind, student: best.logits, teacher: teacher.logits, names };
  return { likeness: likenessOf(answers, { studentName: best.name, teacherName: teacher.name }), disagreements: disagreementsOf(answers, test.corpus.examples, shownDisagreements) };
}

const withCalibration = (row: Row, ece: Row['ece']): Row => (ece === undefined ? row : { ...row, ece });

function bagRow(accuracy: number | undefined): Row[] {
  return accuracy === undefined ? [] : [{ name: 'bag of words', role: 'baseline', score: spread([accuracy]), notes: 'logistic regression on which words occur' }];
}

/** The first student, and its best seed. */
function bestStudent(contenders: readonly Contender[]): [Contender, JudgedClassifier] | undefined {
  const contender = contenders.find(({ role }) => role === 'student');
  const best = [...(contender?.seeds ?? [])].sort((a, b) => b.score - a.score)[0];
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
    kind: data.labels.kind,
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
