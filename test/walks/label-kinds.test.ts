// Scores, and several classes an example, from training to the last word: each command takes them as it takes one class.
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { env, pipeline } from '@huggingface/transformers';
import test from 'ava';
import { addDistill } from '../../src/cli/commands/distill.ts';
import { addEvaluate } from '../../src/cli/commands/evaluate.ts';
import { addExport } from '../../src/cli/commands/export.ts';
import { addLabel } from '../../src/cli/commands/label.ts';
import { addPredict } from '../../src/cli/commands/predict.ts';
import { addTrain } from '../../src/cli/commands/train.ts';
import { reportOf } from '../../src/cli/run-report.ts';
import { readJson } from '../../src/storage/json.ts';
import { writeAnswers } from '../cli/answer-file.ts';
import { ask, type Bench, openBench } from '../cli/in-process.ts';

let bench: Bench;
test.before(async () => {
  bench = await openBench();
  await layCorpora();
});
test.after.always(() => bench.remove());

const at = (...parts: string[]) => join(bench.folder, ...parts);
const few = ['--steps', '2', '--rows', '4'];

/** The little corpus's texts under other labels: GLUE's STS-B (pairs with a score), and JSON lines with lists of classes. */
async function layCorpora(): Promise<void> {
  await mkdir(at('glue', 'STS-B'), { recursive: true });
  await mkdir(at('tagged'), { recursive: true });
  for (const split of ['train', 'dev', 'test', 'transfer']) {
    const rows = (await readFile(join(bench.corpus, `${split}.tsv`), 'utf8')).trimEnd().split('\n').slice(1, 41).map((line) => line.split('\t')[1] ?? '');
    const scored = split !== 'test';
    const pairs = rows.map((text, i) => `${i}\t${text}\t${rows[(i + 1) % rows.length]}${scored ? `\t${((i * 7) % 26) / 5}` : ''}`);
    await writeFile(at('glue', 'STS-B', `${split}.tsv`), `${[`index\tsentence1\tsentence2${scored ? '\tscore' : ''}`, ...pairs].join('\n')}\n`);
    const tags = (i: number) => ['long', 'warm', 'dear'].filter((_, bit) => (i >> bit) % 2 === 1);
    await writeFile(at('tagged', `${split}.jsonl`), rows.map((text, i) => `${JSON.stringify({ text, ...(split !== 'transfer' && { label: tags(i) }) })}\n`).join(''));
  }
}

interface Evaluated {
  readonly evaluation: {
    readonly metric: { readonly name: string };
    readonly rows: readonly { readonly name: string; readonly score: { readonly mean: number }; readonly others: Record<string, unknown>; readonly teacherPearson?: object; readonly meanDifference?: object; readonly agreement?: object }[];
    readonly likeness: { readonly kind: string };
    readonly transformersJs: { readonly largestDifference: number; readonly agreement?: number };
  };
}
const configOf = async (folder: string) => (await readJson(join(folder, 'config.json'))) as Record<string, unknown>;

test.serial('scores: GLUE\'s STS-B is trained, distilled with its own test split as more text, and scored', async (t) => {
  const glue = at('glue');
  await ask(addTrain, 'train', glue, '--task', 'STS-B', '--size', '1x16:2', '--vocabulary', '200', '--out', at('scorer'), ...few);
  const teacher = at('scorer', 'model');
  t.like(await configOf(teacher), { problem_type: 'regression', id2label: { 0: 'score' } });

  const labelled = await ask(addLabel, 'label', teacher, glue, '--task', 'STS-B', '--out', at('score-labels'));
  t.regex(labelled.said[0] ?? '', /^labels of 40 examples, a score each$/);
  const [{ folder: store }] = labelled.answered as [{ folder: string }];
  t.like(await readJson(join(store, 'header.json')), { source: { task: 'regression', labels: ['score'] } });

  const { answered } = await ask(addDistill, 'distill', teacher, glue, '--task', 'STS-B', '--transfer', join(glue, 'STS-B', 'test.tsv'), '--layers', '0', '--labels', at('score-labels'), '--out', at('scored'), ...few);
  const [{ evaluation }] = answered as [Evaluated];
  t.is(evaluation.metric.name, 'Pearson');
  const [student, above] = evaluation.rows;
  t.deepEqual(Object.keys(student?.others ?? {}), ['Spearman', 'squared error']);
  t.deepEqual([typeof student?.teacherPearson, typeof student?.meanDifference, student?.agreement, above?.name], ['object', 'object', undefined, 'teacher']);
  t.is(evaluation.likeness.kind, 'regression');
  t.true(evaluation.transformersJs.largestDifference < 1e-4);
  t.is(evaluation.transformersJs.agreement, undefined);
  t.like(await configOf(at('scored', 'student')), { problem_type: 'regression' });
  t.like(await reportOf(at('scored')), { comparison: { metric: { name: 'Pearson', unit: 'correlation' } }, likeness: { kind: 'regression' } });
  t.true((await readFile(at('scored', 'student', 'README.md'), 'utf8')).includes('It answers with a score.'));

  const { answered: [scores] } = await ask(addEvaluate, 'evaluate', at('scored', 'student'), glue, '--task', 'STS-B', '--teacher', teacher);
  const { models: [model], glue: [result] } = scores as { models: [{ scores: { pearson: number; spearman: number } }]; glue: [{ score: number }] };
  t.is<number | undefined, number | undefined>(model.scores.pearson, student?.score.mean);
  t.true(Math.abs(result.score - (model.scores.pearson + model.scores.spearman) / 2) < 1e-12);
  const { answered: [predictions] } = await ask(addPredict, 'predict', at('scored', 'student'), join(glue, 'STS-B', 'test.tsv'), '--text', 'sentence1', '--pair', 'sentence2');
  t.deepEqual(Object.keys((predictions as object[])[0] ?? {}), ['id', 'score']);
});

test.serial('scores of other systems teach, alone and with a model, and fill in where there are none', async (t) => {
  const lines = (await readFile(at('glue', 'STS-B', 'train.tsv'), 'utf8')).trimEnd().split('\n').slice(1);
  const file = await writeAnswers(at('scores.jsonl'), lines.map((_, i) => ({ id: `train-${i + 2}`, score: i % 3 === 0 ? null : i / 10 })));
  const words = [at('glue'), '--task', 'STS-B', '--size', '1x16:2', '--labels', at('other-scores')];
  const { noted } = await ask(addDistill, 'distill', file, ...words, '--vocabulary', '200', '--out', at('told'), ...few);
  t.true(noted.includes('14 examples without an answer, taught by the corpus\'s own label'), noted.join('\n'));
  await t.notThrowsAsync(ask(addDistill, 'distill', at('scorer', 'model'), file, ...words, '--out', at('both'), ...few));
  await t.throwsAsync(ask(addDistill, 'distill', at('scorer', 'model'), file, ...words, '--mean', 'geometric', '--out', at('mean'), ...few), { message: /--mean: scores have neither a temperature nor several means/ });
  await t.throwsAsync(ask(addDistill, 'distill', file, ...words, '--classes', 'a,b', '--out', at('classes'), ...few), { message: '--classes: scores have no classes' });
  await t.throwsAsync(ask(addDistill, 'distill', at('scorer', 'model'), ...words, '--temperature', '3', '--out', at('soft'), ...few), { message: /--temperature: scores have neither/ });
  await t.throwsAsync(ask(addTrain, 'train', at('glue'), '--task', 'STS-B', '--size', '1x16:2', '--class-weights', 'balanced', '--out', at('weighed'), ...few), { message: '--class-weights: scores have no classes' });
});

test.serial('several classes: JSON lists are trained, weighed, distilled, scored and run by transformers.js\'s pipeline', async (t) => {
  await ask(addTrain, 'train', at('tagged'), '--size', '1x16:2', '--vocabulary', '200', '--class-weights', 'balanced', '--out', at('tagger'), ...few);
  const teacher = at('tagger', 'model');
  t.like(await configOf(teacher), { problem_type: 'multi_label_classification', id2label: { 0: 'dear', 1: 'long', 2: 'warm' } });

  const { answered } = await ask(addDistill, 'distill', teacher, at('tagged'), '--size', '1x16:2', '--class-weights', 'warm=2', '--labels', at('set-labels'), '--out', at('tags'), ...few);
  const [{ evaluation }] = answered as [Evaluated];
  t.is(evaluation.metric.name, 'micro F1');
  const [student] = evaluation.rows;
  t.deepEqual(Object.keys(student?.others ?? {}), ['macro F1', 'whole sets']);
  t.deepEqual([typeof student?.agreement, student?.teacherPearson], ['object', undefined]);
  t.is(evaluation.likeness.kind, 'multi-label');
  t.true(evaluation.transformersJs.largestDifference < 1e-4);
  t.is(evaluation.transformersJs.agreement, 1);

  const folder = at('tags', 'student');
  const { answered: [predictions] } = await ask(addPredict, 'predict', folder, at('tagged', 'dev.jsonl'), '--text', 'text');
  const [first] = predictions as { labels: string[]; probabilities: Record<string, number> }[];
  const { text } = JSON.parse((await readFile(at('tagged', 'dev.jsonl'), 'utf8')).split('\n')[0] ?? '') as { text: string };
  Object.assign(env, { allowRemoteModels: false, localModelPath: `${resolve(at('tags'))}/` });
  const classify = await pipeline('text-classification', 'student', { dtype: 'fp32' });
  const piped = await classify(text, { top_k: null });
  for (const { label, score } of piped) t.true(Math.abs(score - (first?.probabilities[label] ?? NaN)) < 1e-5, label);
  t.is(piped.length, 3);
  await classify.dispose();

  const { said } = await ask(addExport, 'export', folder, '--out', at('web'), '--check', at('tagged', 'dev.jsonl'));
  t.regex(said[1] ?? '', /^transformers\.js: 40 texts, largest difference of logits \S+, same answer on 100\.0 %$/);
  const { answered: [scores] } = await ask(addEvaluate, 'evaluate', folder, at('tagged'), '--teacher', teacher);
  t.is<number | undefined, number | undefined>((scores as { models: [{ scores: { microF1: number } }] }).models[0].scores.microF1, student?.score.mean);
});

test.serial('several classes in a TSV are parted by commas, and their kind is said, or known from the teacher', async (t) => {
  await mkdir(at('cells'), { recursive: true });
  for (const split of ['train', 'dev']) {
    const rows = (await readFile(at('tagged', `${split}.jsonl`), 'utf8')).trimEnd().split('\n').map((line) => JSON.parse(line) as { text: string; label: string[] });
    await writeFile(at('cells', `${split}.tsv`), `text\tlabel\n${rows.map(({ text, label }) => `${text}\t${label.join(', ')}\n`).join('')}`);
  }
  const size = ['--size', '1x16:2'];
  await t.throwsAsync(ask(addTrain, 'train', at('cells'), ...size, '--out', at('refused'), ...few), { message: /train\.tsv:2: no label; label the row/ });
  await ask(addTrain, 'train', at('cells'), ...size, '--vocabulary', '200', '--label-kind', 'multi-label', '--metric', 'subsetAccuracy', '--out', at('cell-tagger'), ...few);
  t.like(await configOf(at('cell-tagger', 'model')), { problem_type: 'multi_label_classification' });
  const { answered } = await ask(addDistill, 'distill', at('tagger', 'model'), at('cell-tagger', 'model'), at('cells'), ...size, '--labels', at('set-labels'), '--out', at('two-tags'), ...few);
  t.deepEqual((answered as [Evaluated])[0].evaluation.rows.map(({ name }) => name), ['student', 'teacher']);
  const sets = await writeAnswers(at('sets.jsonl'), Array.from({ length: 40 }, (_, i) => ({ id: `train-${i + 2}`, labels: i % 2 === 0 ? [] : ['warm', 'dear'] })));
  const { said } = await ask(addLabel, 'label', '--from', sets, at('cells'), '--label-kind', 'multi-label', '--out', at('said-labels'));
  t.regex(said[0] ?? '', /^labels of 40 examples, 3 classes \(dear, long, warm\)$/);
});

test.serial('labels of another kind than the teacher\'s, and numbers that may be scores, are refused in words', async (t) => {
  await t.throwsAsync(ask(addDistill, 'distill', at('scorer', 'model'), at('cells'), '--label-kind', 'multi-label', '--size', '1x16:2', '--out', at('mixed'), ...few), { message: /cells: its labels are multi-label, but \S+model is for regression/ });
  await mkdir(at('numbers'), { recursive: true });
  for (const split of ['train', 'dev']) await writeFile(at('numbers', `${split}.tsv`), `text\tlabel\n${Array.from({ length: 8 }, (_, i) => `text ${i}\t${i / 2}\n`).join('')}`);
  await t.throwsAsync(ask(addTrain, 'train', at('numbers'), '--size', '1x16:2', '--out', at('mixed'), ...few), { message: /numbers: its labels are numbers such as 0\.5; say whether they are scores \(--label-kind regression\)/ });
  await ask(addTrain, 'train', at('numbers'), '--size', '1x16:2', '--vocabulary', '60', '--label-kind', 'regression', '--out', at('numbered'), ...few);
  t.like(await configOf(at('numbered', 'model')), { problem_type: 'regression' });
});
