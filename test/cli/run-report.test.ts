import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import test, { type ExecutionContext } from 'ava';
import { type Evaluation, writeEvaluation } from '../../src/cli/evaluation-file.ts';
import { type ModelLineage, writeLineage } from '../../src/cli/lineage.ts';
import { reportOf, writeRunReport } from '../../src/cli/run-report.ts';
import { spread } from '../../src/evaluate/spread.ts';
import { renderReport } from '../../src/report/html.ts';
import { openRunLog } from '../../src/report/run-log.ts';
import { writeJson } from '../../src/storage/json.ts';
import { temporaryFolder } from '../storage/temporary-folder.ts';

const startedAt = '2026-01-02T03:04:05.000Z';
const lineage = (model: string): ModelLineage => ({
  model, startsAs: 'fresh, size 1x32', objective: 'soft-label', teacher: 'live', labelledRows: 20, unlabelledRows: 5, maxTokens: 48, steps: 60, rowsPerStep: 4, learningRate: 1e-3, seed: 1, tokenizer: 't'.repeat(64),
  materials: [{ split: 'train', corpus: 'opinions', rows: 25, sha256: 'c'.repeat(64) }],
});
const evaluation: Evaluation = {
  title: 'The opinions', subtitle: 'in short', startedAt, milliseconds: 5000, metric: { name: 'accuracy', unit: 'ratio' }, others: [],
  rows: [{ name: 'student', role: 'student', score: spread([0.8, 0.9]), klNats: Infinity, parameters: 5 }, { name: 'teacher', role: 'teacher', score: spread([0.95]) }],
  differences: [], reliability: [], disagreements: [{ text: 'so so', student: 'yes', teacher: 'no' }], layerMap: [{ student: 1, teacher: 2 }], notes: [],
  models: [{ contender: 'student', role: 'student', name: 'student, seed 1', model: 'runs/a/model', lineage: lineage('student, seed 1') }, { contender: 'teacher', role: 'teacher', name: 'teacher', model: 'models/large' }],
  student: 'student, seed 1', transformersJs: { examples: 60, largestDifference: 1e-6, agreement: 1 },
};

/** A run's folder with what every run has. */
async function runFolder(t: ExecutionContext): Promise<string> {
  const folder = await temporaryFolder(t);
  await writeJson(join(folder, 'run.json'), { command: 'retort distill a b', settings: {}, startedAt, versions: { retort: '0.1.0' }, machine: { cores: 2 }, engine: { engine: 'wasm', device: 'cpu', precision: 'fp32', threads: 1, passedOver: ['torch'] } });
  return folder;
}

async function addEvents(folder: string): Promise<void> {
  const log = openRunLog(join(folder, 'events.jsonl'));
  log.record({ kind: 'start', run: 'student', totalSteps: 60, examples: 25, parameters: 5 });
  log.record({ kind: 'step', run: 'student', step: 10, totalSteps: 60, epoch: 0.4, loss: 0.5, parts: {}, learningRate: 1, gradientNorm: 1, examplesPerSecond: 1, tokensPerSecond: 1 });
  await log.written();
}

async function addStage(folder: string, name: string, result?: object): Promise<void> {
  const stage = join(folder, `${name}-0123abcd`);
  await mkdir(stage);
  await writeLineage(stage, lineage(name));
  if (result !== undefined) await writeJson(join(stage, 'stage.json'), { inputs: 'x', result });
}

test('a run that has ended: its comparison, lineage, trainings and what is kept, without a word on what is missing', async (t) => {
  const folder = await runFolder(t);
  await addEvents(folder);
  await writeEvaluation(folder, evaluation);
  const report = await reportOf(folder);
  t.is(report.unfinished, undefined);
  t.deepEqual([report.title, report.subtitle, report.command, report.milliseconds], ['The opinions', 'in short', 'retort distill a b', 5000]);
  t.deepEqual(report.comparison?.rows.map(({ name }) => name), ['student', 'teacher']);
  t.deepEqual(report.comparison?.rows[0]?.klNats, NaN, 'JSON knows no infinity');
  t.deepEqual(report.lineage?.models.map(({ name, startsAs, training }) => [name, startsAs, training?.unlabelledRows]), [['student', 'fresh, size 1x32', 5], ['teacher', 'models/large', undefined]]);
  t.deepEqual(report.lineage?.materials.map(({ rows, readBy }) => [rows, readBy]), [[25, ['student']]]);
  t.is(report.trainings?.length, 1);
  t.regex(String(report.kept?.['in transformers.js']), /^60 test examples, largest difference of logits 1\.0e-6, same answer on 100\.0 %$/);
  t.deepEqual(report.machine, { retort: '0.1.0', cores: 2, engine: 'wasm, cpu, fp32, 1 thread' });
  t.is(await writeRunReport(folder), join(folder, 'report.html'));
  t.is(await readFile(join(folder, 'report.html'), 'utf8'), renderReport(await reportOf(folder)));
});

test('a run that has not ended: what its stages and its log hold so far', async (t) => {
  const folder = await runFolder(t);
  t.is((await reportOf(folder)).unfinished, 'This run has not ended: no training has begun.');
  await addEvents(folder);
  await addStage(folder, 'teacher', { parameters: 7, bytes: 28, latencyMs: 2, metric: 'accuracy', scores: { accuracy: 0.75 } });
  await addStage(folder, 'student');
  await mkdir(join(folder, 'labels'));
  const report = await reportOf(folder);
  t.is(report.unfinished, 'This run has not ended: of 1 training begun so far, 0 are done.');
  t.deepEqual(report.comparison?.rows, [{ name: 'teacher', parameters: 7, bytes: 28, score: 0.75, latencyMs: 2 }]);
  t.deepEqual(report.lineage?.models.map(({ name }) => name), ['student', 'teacher']);
  t.is(report.curves?.length, 1);
  t.true(renderReport(report).includes('This run has not ended'));
});

test('a run begun again: the comparison of before, and that it is of before', async (t) => {
  const folder = await runFolder(t);
  await addEvents(folder);
  await writeEvaluation(folder, { ...evaluation, startedAt: '2025-12-31T23:59:00.000Z' });
  const { unfinished, comparison } = await reportOf(folder);
  t.is(unfinished, 'This run was begun again and has not ended: the comparison is that of 2025-12-31 23:59 UTC; of 1 training begun so far, 0 are done.');
  t.is(comparison?.rows.length, 2);
});

test('what is no run, and what cannot be read, is said with the file and what to do', async (t) => {
  const folder = await temporaryFolder(t);
  await t.throwsAsync(reportOf(folder), { message: `${folder}: there is no run.json in it; a run is a folder that 'retort run', 'train' or 'distill' has written` });
  await writeFile(join(folder, 'run.json'), '{}');
  await t.throwsAsync(reportOf(folder), { message: /run\.json: not the run\.json of a run \(command: / });
  const run = await runFolder(t);
  await writeFile(join(run, 'evaluation.json'), '{"title": "x"}');
  await t.throwsAsync(reportOf(run), { message: /evaluation\.json: not what this version of retort writes \(subtitle: .*\); run the same command again/ });
  await writeFile(join(run, 'evaluation.json'), '{');
  await t.throwsAsync(reportOf(run), { message: /evaluation\.json:1:/ });
});
