/**
 * The end of a comparison: the table a person reads, evaluation.json a machine reads, report.html, and the best student's folder
 * under a name of its own, run once through transformers.js.
 */
import { cp } from 'node:fs/promises';
import { availableParallelism, cpus } from 'node:os';
import { join } from 'node:path';
import { engineFacts } from '../engine/engine.ts';
import { bagOfWordsBaseline } from '../evaluate/bag-of-words.ts';
import { classificationScores, predictedClasses } from '../evaluate/classification.ts';
import { fidelity } from '../evaluate/fidelity.ts';
import { compareWithTransformersJs } from '../evaluate/onnx-check.ts';
import { type Spread, spread } from '../evaluate/spread.ts';
import type { ComparisonRow } from '../report/comparison.ts';
import { curvesOf } from '../report/curves.ts';
import { type Disagreement, type LayerRow, type Note, writeHtmlReport } from '../report/html.ts';
import { readRunLog } from '../report/run-log.ts';
import { formatTable } from '../report/table.ts';
import { formatBytes, formatCount, formatDecimal } from '../report/units.ts';
import { writeFolderAtomically } from '../storage/atomic.ts';
import { writeJson } from '../storage/json.ts';
import { exampleCount } from '../text/tokenised-corpus.ts';
import type { ClassifierCorpus, LessonCorpus } from './classifier-corpus.ts';
import type { JudgedClassifier } from './classifier.ts';
import { type Run, versions } from './run.ts';

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
  const rows = [...conclusion.contenders.map((contender) => rowOf(contender, conclusion.data)), ...bagRow(conclusion.bagOfWords)];
  run.say(`\n${tableOf(rows)}\n`);
  const student = await keepStudent(run, conclusion);
  const check = await compareWithTransformersJs(student.folder, student.stored);
  run.say(`student      ${student.folder}`);
  run.say(`transformers.js runs its ONNX: ${formatCount(check.examples)} test examples, largest difference of logits ${check.largestDifference.toExponential(1)}, same answer on ${(100 * check.agreement).toFixed(1)} %`);
  await writeJson(join(run.folder, 'evaluation.json'), {
    title: conclusion.title,
    rows,
    models: conclusion.contenders.flatMap(({ name, seeds }) => seeds.map(({ logits: _logits, ...judged }) => ({ contender: name, ...judged }))),
    student: student.name,
    transformersJs: check,
  });
  const report = join(run.folder, 'report.html');
  await writeHtmlReport(report, {
    title: conclusion.title,
    subtitle: conclusion.subtitle,
    command: run.command,
    startedAt: run.startedAt,
    // What a reused stage took when it was done counts too.
    milliseconds: Math.max(Date.now() - run.startedAt.getTime(), conclusion.contenders.flatMap(({ seeds }) => seeds).reduce((sum, { trainMs }) => sum + trainMs, 0)),
    comparison: { rows },
    curves: curvesOf(await readRunLog(join(run.folder, 'events.jsonl'))),
    disagreements: student.disagreements,
    ...(conclusion.layerMap && { layerMap: conclusion.layerMap }),
    notes: conclusion.notes ?? [],
    facts: { ...corpusFacts(conclusion.data), 'largest difference of logits in transformers.js': check.largestDifference.toExponential(2) },
    machine: { ...versions(), processor: cpus()[0]?.model ?? 'unknown', cores: availableParallelism(), engine: `${engineFacts().engine}, ${engineFacts().threads} thread, ${engineFacts().precision}` },
  });
  run.say(`report       ${report}`);
  return new Map(rows.map(({ name, score }) => [name, score]));
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
    parameters: first.parameters,
    bytes: first.bytes,
    score: spread(seeds.map(({ scores }) => scores.accuracy)),
    ...(likeness && { agreement: spread(likeness.map(({ agreement }) => agreement)), klNats: spread(likeness.map(({ klNats }) => klNats)) }),
    latencyMs: spread(seeds.map(({ latencyMs }) => latencyMs)).mean,
  };
}

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

/** Copies the first student's best seed to `<run>/student`. */
async function keepStudent(run: Run, { contenders, data }: Conclusion) {
  const contender = contenders.find(({ role }) => role === 'student');
  const best = [...(contender?.seeds ?? [])].sort((a, b) => b.scores.accuracy - a.scores.accuracy)[0];
  if (contender === undefined || best === undefined) throw new Error('a comparison needs a student');
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
  const teacher = contender.teachers?.[contender.seeds.indexOf(best)];
  return { folder, name: best.name, stored, disagreements: teacher === undefined ? [] : disagreementsOf(best, teacher, data) };
}

/** At most so many rows of the report. */
const shownDisagreements = 12;

/** Test examples on which student and teacher answer differently, those first on which the student is surest of the other answer. */
function disagreementsOf(student: JudgedClassifier, teacher: JudgedClassifier, { test, names }: LessonCorpus): Disagreement[] {
  const classes = names.length;
  const [said, taught] = [predictedClasses(student.logits, classes), predictedClasses(teacher.logits, classes)];
  const margin = (row: number) => (student.logits[row * classes + (said[row] ?? 0)] ?? 0) - (student.logits[row * classes + (taught[row] ?? 0)] ?? 0);
  return [...said.keys()]
    .filter((row) => said[row] !== taught[row])
    .sort((a, b) => margin(b) - margin(a))
    .slice(0, shownDisagreements)
    .map((row) => {
      const { text = '', pair, label } = test.corpus.examples[row] ?? {};
      return {
        text: pair === undefined ? text : `${text} / ${pair}`,
        ...(typeof label === 'string' && { label }),
        student: names[said[row] ?? 0] ?? '',
        teacher: names[taught[row] ?? 0] ?? '',
      };
    });
}

function corpusFacts({ train, dev, test, everything }: LessonCorpus): Record<string, string | number> {
  return {
    corpus: train.corpus.name,
    'training rows': exampleCount(train.encoded),
    'transfer rows (unlabelled)': exampleCount(everything) - exampleCount(train.encoded),
    'dev rows': dev.corpus.examples.length,
    'test rows': test.corpus.examples.length,
    'corpus sha256 (train, dev, test)': [train, dev, test].map(({ corpus }) => corpus.fingerprint.slice(0, 12)).join(' '),
    'tokenizer sha256': train.encoded.tokenizer.slice(0, 12),
  };
}

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
