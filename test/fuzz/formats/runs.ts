/** What a run leaves in its folder and reads again: checkpoints, the log, run.json, evaluation, lineage, stages, locks; and settings. */
import { mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { hostname } from 'node:os';
import { dirname, join } from 'node:path';
import { z } from 'zod';
import { type Evaluation, writeEvaluation } from '../../../src/cli/evaluation-file.ts';
import { type ModelLineage, writeLineage } from '../../../src/cli/lineage.ts';
import { readBuildRecord, recordFile } from '../../../src/cli/native/package-folder.ts';
import { withRun } from '../../../src/cli/run.ts';
import { reportOf } from '../../../src/cli/run-report.ts';
import { overrideSettings } from '../../../src/cli/settings.ts';
import { bindingFile, bindingFolder, readRecord } from '../../../src/cli/tensorflow/build-binding.ts';
import { useEngine } from '../../../src/engine/engine.ts';
import { recordName } from '../../../src/engine/tensorflow/binding.ts';
import { spread } from '../../../src/evaluate/spread.ts';
import { groupsOf, readEvidence, rightAnswers } from '../../../src/report/evidence-file.ts';
import { evidenceTable } from '../../../src/report/evidence-table.ts';
import { renderReport } from '../../../src/report/html.ts';
import { openRunLog } from '../../../src/report/run-log.ts';
import { appendLine } from '../../../src/storage/atomic.ts';
import { readJson, readJsonLines, writeJson } from '../../../src/storage/json.ts';
import { lockFolder } from '../../../src/storage/lock.ts';
import { Optimizer } from '../../../src/train/optimizer.ts';
import { loadTrainState, type RunIdentity, saveTrainState } from '../../../src/train/train-state.ts';
import { engineUnderTest, precisionUnderTest } from '../../engine-choice.ts';
import { tinyModel } from '../../models/tiny-model.ts';
import { recordedRun } from '../../report/recorded-run.ts';
import { fileSubject, type Format, type Subject, utf8 } from '../format.ts';

const identity: RunIdentity = { corpus: 'cc', seed: 5, learningRate: 1e-3, maxGradientNorm: Infinity };

async function checkpointSubject(root: string, file: string): Promise<Subject> {
  await useEngine(engineUnderTest, { precision: precisionUnderTest });
  const model = tinyModel();
  const optimizer = new Optimizer(model.parameters);
  const folder = await saveTrainState(root, { step: 3, cursor: 12, best: { step: 1, score: 0.5 }, waiting: { reference: null, waited: 0 } }, identity, model.parameters, optimizer);
  const read = () => loadTrainState(root, identity, model.parameters, optimizer);
  return fileSubject(folder, file, { samples: [await readFile(join(folder, file))], json: file.endsWith('.json'), words: ['parameter/', 'first/', 'F16'], place: folder, read });
}

const startedAt = '2026-01-02T03:04:05.000Z';
const lineage: ModelLineage = {
  model: 'student, seed 1', startsAs: 'fresh', objective: 'soft-label', teacher: 'live', labelledRows: 20, unlabelledRows: 5, maxTokens: 48, steps: 60, rowsPerStep: 4, learningRate: 1e-3, seed: 1, tokenizer: 't'.repeat(64),
  materials: [{ split: 'train', corpus: 'opinions', rows: 25, sha256: 'c'.repeat(64) }],
};
const bin = { low: 0, high: 1, count: 3 };
const evaluation: Evaluation = {
  title: 'The opinions', subtitle: 'in short', startedAt, milliseconds: 5000, metric: { name: 'accuracy', unit: 'ratio' }, others: [],
  rows: [{ name: 'student', role: 'student', score: spread([0.8, 0.9]), klNats: 0.1, parameters: 5 }, { name: 'teacher', role: 'teacher', score: 0.95, latencyMs: 2 }],
  differences: [{ better: 'teacher', than: 'student', score: spread([0.1]) }],
  models: [{ contender: 'student', role: 'student', name: 'student, seed 1', model: 'runs/a/model', lineage }],
  student: 'student, seed 1',
  transformersJs: { examples: 60, largestDifference: 1e-6, agreement: 1 },
  likeness: { kind: 'single-label', student: 'student', teacher: 'teacher', classes: ['no', 'yes'], answers: [[1, 2], [3, 4]], agreement: [{ ...bin, ratio: 1 }] },
  reliability: [{ name: 'student', role: 'student', ece: 0.1, bins: [{ ...bin, confidence: 0.5, accuracy: 0.5 }] }],
  disagreements: [{ text: 'so so', student: 'yes', teacher: 'no', studentProbability: 0.6 }],
  layerMap: [{ student: 1, teacher: 2 }],
  notes: [{ title: 'a note', text: 'of something' }],
};

/** A whole run's folder, one file of it changed; read as `report` reads it. */
async function runSubject(folder: string, file: string): Promise<Subject> {
  const stage = join(folder, 'student-0123abcd');
  await mkdir(stage, { recursive: true });
  await writeJson(join(folder, 'run.json'), { command: 'retort distill a b', settings: {}, startedAt, versions: { retort: '0.1.0' }, machine: { cores: 2 }, engine: { engine: 'wasm', device: 'cpu', precision: 'fp32', threads: 1 } });
  await writeEvaluation(folder, evaluation);
  await writeLineage(stage, lineage);
  await writeJson(join(stage, 'stage.json'), { inputs: 'x', result: { parameters: 5, bytes: 20, latencyMs: 1, metric: 'accuracy', scores: { accuracy: 0.5 } } });
  const log = openRunLog(join(folder, 'events.jsonl'));
  log.record({ kind: 'start', run: 'student', totalSteps: 60, examples: 25, parameters: 5 });
  log.record({ kind: 'step', run: 'student', step: 10, totalSteps: 60, epoch: 0.4, loss: 0.5, parts: { 'soft-label': 0.5 }, learningRate: 1, gradientNorm: 1, examplesPerSecond: 1, tokensPerSecond: 1, memory: { nowBytes: 5, peakBytes: 7 } });
  log.record({ kind: 'evaluation', run: 'student', step: 10, scores: { accuracy: 0.75 }, best: true });
  log.record({ kind: 'skipped', run: 'student', step: 11, exampleIds: ['a'], reason: 'the loss is not finite' });
  log.record({ kind: 'end', run: 'student', step: 60, milliseconds: 12, stopped: 'early', reason: 'no rise' });
  await log.written();
  const place = file.startsWith('student') ? stage : folder;
  const json = file.endsWith('.json');
  // Without an evaluation the page is drawn from the stages alone.
  if (place === stage) await rm(join(folder, 'evaluation.json'));
  return fileSubject(folder, file, { samples: [await readFile(join(folder, file))], json, words: ['"kind":"', 'Infinity', '"run":'], place: folder, read: async () => renderReport(await reportOf(folder)).length });
}

const quiet = { say: () => undefined, note: () => undefined, answer: () => undefined, count: () => () => undefined, live: { stream: { write: () => undefined } } };

/** Begins a run again whose stage was done: the work is done anew, or its result is what was kept. */
async function rerun(folder: string): Promise<unknown> {
  const options = { folder, command: 'retort', settings: {}, console: quiet, signal: new AbortController().signal };
  return withRun(options, (run) => run.stage('teacher', { a: 1 }, () => Promise.resolve({ accuracy: 0.5 })));
}

async function stageSubject(folder: string, file: string): Promise<Subject> {
  await rerun(folder);
  const stage = (await readdir(folder)).find((name) => name.startsWith('teacher-')) ?? '';
  const samples = [await readFile(join(folder, stage, file))];
  // Under the name that the stage would have on another engine, it is looked at as one that was begun there.
  const name = file === 'begun.json' ? 'teacher-00000000' : stage;
  return fileSubject(folder, join(name, file), {
    samples, json: true, place: folder,
    read: async () => {
      if (name !== stage) await rm(join(folder, stage), { recursive: true, force: true });
      return rerun(folder);
    },
  });
}

const recipe = z.strictObject({
  seeds: z.array(z.int()).default([1]),
  promise: z.strictObject({ agreement: z.number() }).nullable().default(null),
  teacher: z.strictObject({ steps: z.int().positive().default(300), size: z.string().default('2x64') }).prefault({}),
});

export const runFormats: readonly Format[] = [
  { name: 'checkpoint-progress', sources: ['src/train/train-state.ts'], open: (folder) => checkpointSubject(folder, 'progress.json') },
  { name: 'checkpoint-weights', sources: ['src/train/train-state.ts', 'src/storage/safetensors.ts'], open: (folder) => checkpointSubject(folder, 'state.safetensors') },
  { name: 'run-file', sources: ['src/cli/run-report.ts'], open: (folder) => runSubject(folder, 'run.json') },
  { name: 'run-log', sources: ['src/report/run-log.ts', 'src/storage/json.ts'], open: (folder) => runSubject(folder, 'events.jsonl') },
  { name: 'evaluation', sources: ['src/cli/evaluation-file.ts'], open: (folder) => runSubject(folder, 'evaluation.json') },
  {
    name: 'evidence',
    sources: ['src/report/evidence-file.ts'],
    open: (folder) => Promise.resolve(fileSubject(folder, 'cut-fine-tuning-seed1.json', {
      samples: [recordedRun({ groupStarts: [true, false, true, true] }), recordedRun({ student: 'teacher', arm: 'teacher' })].map((run) => utf8(JSON.stringify(run))),
      json: true, words: ['"right":', '"groupStarts":', 'AQE=', '"accuracy"'],
      read: async (path) => {
        const evidence = await readEvidence(path);
        if (evidence === undefined) throw new Error('there is no file');
        evidence.tests.forEach((one) => [rightAnswers(one), groupsOf(one)]);
        return evidenceTable([evidence], { baseline: 'fine-tuning' });
      },
    })),
  },
  { name: 'lineage', sources: ['src/cli/lineage.ts'], open: (folder) => runSubject(folder, join('student-0123abcd', 'lineage.json')) },
  { name: 'stage-result', sources: ['src/cli/run-report.ts'], open: (folder) => runSubject(folder, join('student-0123abcd', 'stage.json')) },
  { name: 'stage-done', sources: ['src/cli/run.ts'], open: (folder) => stageSubject(folder, 'stage.json') },
  { name: 'stage-begun', sources: ['src/cli/run.ts'], open: (folder) => stageSubject(folder, 'begun.json') },
  {
    name: 'torn-log',
    sources: ['src/storage/atomic.ts', 'src/storage/json.ts'],
    open: (folder) => Promise.resolve(fileSubject(folder, 'events.jsonl', {
      samples: ['{"a": 1}\n{"b": 2}\n', '{"a": 1}\n{"b": ', '{"a": 1}'].map(utf8),
      read: async (path) => {
        await appendLine(path, '{"last": true}');
        if (!(await readFile(path, 'utf8')).endsWith('{"last": true}\n')) throw new Error('the line is not whole');
        return readJsonLines(path);
      },
    })),
  },
  {
    name: 'lock',
    sources: ['src/storage/lock.ts'],
    open: (folder) => {
      const owner = { pid: 2 ** 22 + 1, born: '1', host: 'elsewhere', token: 'aa', since: startedAt };
      return Promise.resolve(fileSubject(folder, '.lock', {
        samples: [{ ...owner, host: hostname() }, { ...owner, host: hostname(), pid: process.ppid, born: null }].map((one) => utf8(JSON.stringify(one))),
        refused: [utf8(JSON.stringify(owner))],
        json: true, place: folder,
        read: async () => (await lockFolder(folder)).release(),
      }));
    },
  },
  {
    name: 'build-record',
    sources: ['src/cli/native/package-folder.ts'],
    open: async (folder) => {
      const path = recordFile(folder);
      await mkdir(dirname(path), { recursive: true });
      await writeFile(join(dirname(path), 'retort-torch.node'), '');
      const sound = { key: 'k', buildId: 'b', libtorch: '/lib', version: '2.11', cuda: false, compiler: 'g++', bytes: { '/lib/libc10.so': 7 } };
      return fileSubject(dirname(path), 'build.json', {
        samples: [utf8(JSON.stringify(sound))], json: true,
        read: async () => {
          const record = await readBuildRecord(folder);
          const same = record === undefined || Object.entries(sound).every(([field, value]) => typeof record[field as keyof typeof sound] === typeof value);
          if (!same) throw new Error(`what was read is no record: ${JSON.stringify(record)}`);
        },
      });
    },
  },
  {
    name: 'binding-record',
    sources: ['src/cli/tensorflow/build-binding.ts'],
    open: async (root) => {
      const folder = bindingFolder(root);
      await mkdir(folder, { recursive: true });
      await writeFile(bindingFile(root), '');
      const sound = { key: 'k', package: 'p', version: '2.21', cuda: false, tensorflow: '/lib', node: '20', compiler: 'g++' };
      return fileSubject(folder, recordName, {
        samples: [utf8(JSON.stringify(sound))], json: true,
        read: async () => {
          const record = await readRecord(root);
          const same = record === undefined || Object.entries(sound).every(([field, value]) => typeof record[field as keyof typeof sound] === typeof value);
          if (!same) throw new Error(`what was read is no record: ${JSON.stringify(record)}`);
        },
      });
    },
  },
  {
    name: 'settings',
    sources: ['src/cli/settings.ts'],
    open: () => Promise.resolve({
      samples: ['seeds=[1,2]', 'teacher.steps=30', 'promise={"agreement": 0.9}', 'promise.agreement=1'].map(utf8),
      refused: ['teacher=null', 'seed=1'].map(utf8),
      words: ['=', '.', 'teacher', '[1', '"'],
      place: '',
      read: (input) => Promise.resolve().then(() => overrideSettings(recipe, Buffer.from(input).toString().split('\n'))),
    }),
  },
  {
    name: 'json',
    sources: ['src/storage/json.ts', 'src/storage/json-scan.ts'],
    open: (folder) => Promise.resolve(fileSubject(folder, 'any.json', { samples: ['{"a": [1, -2.5e3, "\\u00e4"], "b": {"c": null}}', '[true, false]'].map(utf8), json: true, words: ['[', '{"a":', '0x1'], read: readJson })),
  },
];
