// A BiLSTM through every command: distilled, scored, asked, exported, planned, and a teacher itself.
import { cp, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import test from 'ava';
import { addDistill } from '../../src/cli/commands/distill.ts';
import { addEvaluate } from '../../src/cli/commands/evaluate.ts';
import { addExport } from '../../src/cli/commands/export.ts';
import { addPlan } from '../../src/cli/commands/plan.ts';
import { addPredict } from '../../src/cli/commands/predict.ts';
import { addTrain } from '../../src/cli/commands/train.ts';
import type { Plan } from '../../src/cli/plan.ts';
import { loadClassifier } from '../../src/models/classifiers.ts';
import { readJson } from '../../src/storage/json.ts';
import { precisionUnderTest } from '../engine-choice.ts';
import { ask, type Bench, openBench } from '../cli/in-process.ts';

let bench: Bench;
let student: string;
let evaluation: { rows: { name: string }[]; transformersJs: { largestDifference: number } };
const place = (name: string) => join(bench.folder, name);
const distill = (...words: string[]) => ask(addDistill, 'distill', ...words, '--rows', '4', '--steps', '3', '--labels', place('labels'));
test.before(async () => {
  bench = await openBench();
  const { answered } = await distill(bench.classifier, bench.corpus, '--student', 'bilstm:5x6:7', '--objective', 'logit-mse', '--out', place('run'));
  ({ student, evaluation } = answered[0] as { student: string; evaluation: typeof evaluation });
});
test.after.always(() => bench.remove());

test('it is trained on its teacher\'s logits, saved, and the same in ONNX', async (t) => {
  const { model } = await loadClassifier(student);
  t.like(model.config, { family: 'bilstm', units: 5, embeddingWidth: 6, width: 7, pairs: false, labels: ['mixed', 'negative', 'positive'] });
  t.deepEqual(evaluation.rows.map(({ name }) => name), ['student', 'teacher']);
  t.true(evaluation.transformersJs.largestDifference < (precisionUnderTest === 'bf16' ? 0.05 : 1e-4));
  const card = await readFile(join(student, 'README.md'), 'utf8');
  t.regex(card, /transformers has no class for it: it runs from onnx\/model\.onnx/);
  t.regex(card, /library_name: onnx/);
});

test('evaluate, predict and export take its folder', async (t) => {
  const scored = await ask(addEvaluate, 'evaluate', student, bench.corpus, '--teacher', bench.classifier);
  const [{ models }] = scored.answered as [{ models: { parameters: number; flops: number }[] }];
  t.is(models[0]?.parameters, (await loadClassifier(student)).model.parameters.count);
  t.true(models[0]!.flops > 0);
  const predicted = await ask(addPredict, 'predict', student, join(bench.corpus, 'test.tsv'));
  t.is((predicted.answered[0] as unknown[]).length, 60);
  const exported = await ask(addExport, 'export', student, '--out', place('web'), '--check', join(bench.corpus, 'dev.tsv'));
  t.true((exported.answered[0] as { check: { largestDifference: number } }).check.largestDifference < 1e-4);
  t.like(await readJson(join(place('web'), 'config.json')), { model_type: 'bilstm' });
});

test('it teaches in its turn, and is trained on', async (t) => {
  await t.notThrowsAsync(distill(student, bench.corpus, '--size', '1x8:2', '--out', place('taught')));
  await t.notThrowsAsync(ask(addTrain, 'train', bench.corpus, '--from', student, '--steps', '2', '--rows', '4', '--out', place('trained')));
  await t.throwsAsync(distill(student, bench.corpus, '--layers', '0', '--out', place('cut')), { message: '--layers: a BiLSTM has no layers of that kind; give an encoder\'s folder' });
});

test('pairs are told by the corpus', async (t) => {
  const corpus = place('pairs');
  await cp(bench.corpus, corpus, { recursive: true });
  for (const split of ['train', 'dev', 'test', 'transfer']) {
    const file = join(corpus, `${split}.tsv`);
    const lines = (await readFile(file, 'utf8')).trimEnd().split('\n').map((line, row) => `${line}\t${row === 0 ? 'second' : 'as was said'}`);
    await writeFile(file, `${lines.join('\n')}\n`);
  }
  const { answered } = await distill(bench.classifier, corpus, '--pair', 'second', '--student', 'bilstm:3x4', '--out', place('paired'));
  const [{ student: paired }] = answered as [{ student: string }];
  t.is((await loadClassifier(paired)).model.config.family, 'bilstm');
  t.like(await readJson(join(paired, 'config.json')), { text_pairs: true, hidden_size: 6 });
});

test('word vectors, for the words that the vocabulary has whole', async (t) => {
  const file = place('vectors.txt');
  await writeFile(file, 'the 1 0 0 0\nzyzzyva 0 1 0 0\nwas 0 0 2 0\n');
  const { noted, answered } = await distill(bench.classifier, bench.corpus, '--student', 'bilstm:3x4', '--vectors', file, '--out', place('vectored'));
  t.true(noted.some((note) => /vectors\.txt has vectors for 2 of the vocabulary's \d+ tokens; the others start at random/.test(note)), noted.join('\n'));
  t.is((answered as object[]).length, 1);
  await t.throwsAsync(distill(bench.classifier, bench.corpus, '--student', 'bilstm:3x5', '--vectors', file, '--out', place('x')), { message: /its vectors are 4 wide, the student's 5; give --student bilstm:3x4/ });
  await t.throwsAsync(distill(bench.classifier, bench.corpus, '--size', '1x8:2', '--vectors', file, '--out', place('x')), { message: /--vectors: only a BiLSTM/ });
});

test('a plan of one', async (t) => {
  const { answered, said } = await ask(addPlan, 'plan', bench.classifier, bench.corpus, '--student', 'bilstm:5x6:7', '--rows', '4', '--labels', place('none'));
  const plan = answered[0] as Plan;
  t.is(plan.student.parameters, (await loadClassifier(student)).model.parameters.count);
  t.true(plan.memory.activations > 0 && plan.student.flops > 0);
  t.regex(said.join('\n'), /student, 1 x 7 bilstm/);
});

test('what it cannot be asked for is refused in words', async (t) => {
  await t.throwsAsync(distill(bench.classifier, bench.corpus, '--student', 'bilstm', '--objective', 'pkd', '--out', place('x')), { message: /--objective pkd: a BiLSTM has no states like its teacher's; give soft-label or logit-mse/ });
  await t.throwsAsync(distill(bench.classifier, bench.corpus, '--student', 'lstm', '--out', place('x')), { message: /'lstm' is not a BiLSTM; write bilstm/ });
  await t.throwsAsync(distill(bench.classifier, bench.corpus, '--student', 'bilstm', '--objective', 'logit-mse', '--temperature', '3', '--out', place('x')), { message: /--temperature: --objective logit-mse repeats logits as they are/ });
  await t.throwsAsync(ask(addPlan, 'plan', bench.classifier, bench.corpus, '--student', 'bilstm:3x4', '--probe', '10', '--labels', place('none')), { message: '--probe: a BiLSTM has no layers of that kind; give an encoder\'s folder' });
});
