import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import test from 'ava';
import { addEvaluate } from '../../../src/cli/commands/evaluate.ts';
import { loadModel } from '../../../src/models/load.ts';
import { saveModel } from '../../../src/models/save.ts';
import { loadTokenizer } from '../../../src/text/tokenizer-files.ts';
import { createModel, freshModel } from '../../../src/models/model.ts';
import { freshConfig, parseSize } from '../../../src/models/size.ts';
import type { Task } from '../../../src/models/config.ts';
import { ask, type Bench, openBench } from '../in-process.ts';

let bench: Bench;
let file: string;
test.before(async () => {
  bench = await openBench();
  file = join(bench.corpus, 'dev.tsv');
});
test.after.always(() => bench.remove());

interface Answer {
  readonly models: { readonly parameters: number; readonly scores: { readonly accuracy: number; readonly macroF1: number }; readonly fidelity?: { readonly agreement: number; readonly klNats: number } }[];
}
const evaluate = async (...words: string[]) => (await ask(addEvaluate, 'evaluate', ...words)).answered[0] as Answer;

test('a model agrees with itself', async (t) => {
  const { models: [model, teacher] } = await evaluate(bench.classifier, file, '--teacher', bench.classifier);
  t.deepEqual(model?.fidelity, { agreement: 1, klNats: 0 });
  t.is(teacher?.fidelity, undefined);
  t.true((model?.parameters ?? 0) > 1000);
});

test('classes in another order are matched by name', async (t) => {
  const { model } = await loadModel(bench.classifier);
  const order = [2, 0, 1];
  const turned = [...(await model.parameters.read())].map(([name, { shape, data }]) => {
    const width = shape[1] ?? 1;
    const moved = () => Float32Array.from(data, (_, i) => data[(order[Math.floor(i / width)] ?? 0) * width + (i % width)] ?? NaN);
    return [name, name.startsWith('classifier.') ? moved() : data] as const;
  });
  model.parameters.assign(new Map(turned));
  const labels = order.map((index) => model.config.labels[index] ?? '');
  const folder = join(bench.folder, 'turned');
  await saveModel(folder, createModel({ ...model.config, labels }, model.parameters), { tokenizer: await loadTokenizer(bench.classifier), card: { name: 'turned', story: [] }, onnx: false });
  const { models: [one, other] } = await evaluate(folder, file, '--teacher', bench.classifier);
  t.is(one?.scores.accuracy, other?.scores.accuracy);
  t.is(one?.scores.macroF1, other?.scores.macroF1);
  t.is(one?.fidelity?.agreement, 1);
  t.true((one?.fidelity?.klNats ?? 1) < 1e-12);
});

test('labels the model does not know are one clear error', async (t) => {
  const renamed = join(bench.folder, 'renamed.tsv');
  await writeFile(renamed, (await readFile(file, 'utf8')).replaceAll('\tmixed', '\tso-so'));
  await t.throwsAsync(evaluate(bench.classifier, renamed), { message: /renamed\.tsv has the label so-so, but .*classifier knows only mixed, negative, positive; let the labels/ });
});

test('what is wrong with a file is named with its line', async (t) => {
  const torn = join(bench.folder, 'torn.tsv');
  await writeFile(torn, (await readFile(file, 'utf8')).replace('\tmixed', ''));
  await t.throwsAsync(evaluate(bench.classifier, torn), { message: /torn\.tsv:\d+: 2 columns where 3 are expected/ });
  await t.throwsAsync(evaluate(bench.classifier, join(bench.corpus, 'transfer.tsv')), { message: /transfer\.tsv:1: no column "label"; the columns are "id", "sentence"/ });
});

let models = 0;

/** An untrained model of another task beside the bench's classifier, with the same tokenizer. */
async function modelFor(task: Task, labels: readonly string[], { seed = 1 } = {}): Promise<string> {
  const folder = join(bench.folder, `${task} of ${labels.join()} ${seed} ${models++}`); // tests run side by side, each with models of its own
  const tokenizer = await loadTokenizer(bench.classifier);
  const config = freshConfig(parseSize('1x16:2'), { vocabulary: tokenizer.vocabularySize, padId: tokenizer.padId, positions: 32, task, labels });
  await saveModel(folder, freshModel(config, { seed }), { tokenizer, card: { name: task, story: [] }, onnx: false });
  return folder;
}

/** The texts of dev under other labels, one of the given after the other. */
async function relabelled(name: string, labels: readonly string[]): Promise<string> {
  const [, ...rows] = (await readFile(file, 'utf8')).trimEnd().split('\n');
  const path = join(bench.folder, name);
  await writeFile(path, `sentence\tlabel\n${rows.map((row, i) => `${row.split('\t')[1]}\t${labels[i % labels.length]}\n`).join('')}`);
  return path;
}

test('calibration, operations and the percentiles of latency are answered', async (t) => {
  const { models: [model] } = (await evaluate(bench.classifier, file)) as unknown as { models: { calibration: { ece: number; bins: unknown[] }; flops: number; latency: Record<string, number>; latencyMs: number; split: string; examples: number }[] };
  t.true(model !== undefined && model.calibration.ece > 0 && model.calibration.ece < 1);
  t.is(model?.calibration.bins.length, 15);
  t.true((model?.flops ?? 0) > 10_000);
  t.deepEqual(Object.keys(model?.latency ?? {}), ['p50Ms', 'p90Ms', 'p99Ms', 'meanMs']);
  t.is(model?.latency.p50Ms, model?.latencyMs);
  t.is(model?.split, 'dev');
});

test('a regression is scored by correlation and error, and held against a teacher\'s scores', async (t) => {
  const [student, teacher] = [await modelFor('regression', ['score']), await modelFor('regression', ['score'], { seed: 2 })];
  const scored = await relabelled('scored.tsv', ['0.5', '2', '-1', '4.25']);
  const { answered: [answer], said } = await ask(addEvaluate, 'evaluate', student, scored, '--teacher', teacher);
  const { models: [one, other] } = answer as { models: { scores: object; fidelity?: { teacherPearson: number; meanDifference: number }; calibration?: object }[] };
  t.deepEqual(Object.keys(one?.scores ?? {}), ['pearson', 'spearman', 'mse']);
  t.true(Math.abs(one?.fidelity?.teacherPearson ?? NaN) <= 1);
  t.deepEqual([one?.calibration, other?.fidelity], [undefined, undefined]);
  t.regex(said.join('\n'), /Pearson +Spearman +squared error +Pearson with teacher +distance to teacher +FLOP/);
  const { models: [itself] } = (await evaluate(student, scored, '--teacher', student)) as unknown as { models: { fidelity: { meanDifference: number; teacherPearson: number } }[] };
  t.deepEqual([itself?.fidelity.meanDifference, Math.round((itself?.fidelity.teacherPearson ?? NaN) * 1e9)], [0, 1e9]);
});

test('several classes an example: sets are read, and matched with the teacher by name', async (t) => {
  const [student, teacher] = [await modelFor('multi-label', ['warm', 'long', 'dear']), await modelFor('multi-label', ['dear', 'warm', 'long'])];
  const tagged = await relabelled('tagged.tsv', ['warm,long', '', 'dear']);
  const { models: [one] } = (await evaluate(student, tagged, '--teacher', teacher)) as unknown as { models: { scores: Record<string, number>; fidelity: Record<string, number> }[] };
  t.deepEqual(Object.keys(one?.scores ?? {}), ['microF1', 'macroF1', 'subsetAccuracy']);
  t.true(Object.values(one?.scores ?? {}).every((score) => score >= 0 && score <= 1));
  t.deepEqual(Object.keys(one?.fidelity ?? {}), ['agreement', 'klNats']);
  t.true((one?.fidelity.agreement ?? NaN) <= 1 && (one?.fidelity.klNats ?? NaN) > 0);
  await t.throwsAsync(evaluate(student, await relabelled('strange.tsv', ['warm,cold'])), { message: /strange\.tsv:2: label "cold" is none of the known labels: warm, long, dear/ });
  await t.throwsAsync(evaluate(student, tagged, '--teacher', await modelFor('multi-label', ['warm', 'long', 'dear', 'new'])), { message: /they cannot be compared/ });
});

test('labels of another task than the model\'s are one clear error', async (t) => {
  const regressor = await modelFor('regression', ['score']);
  await t.throwsAsync(evaluate(regressor, file), { message: /dev\.tsv:2: label "\w+" is not a number/ });
  const scored = await relabelled('numbers.tsv', ['0.5', '2']);
  await t.throwsAsync(evaluate(bench.classifier, scored), { message: /numbers\.tsv has the label 0\.5, 2, but .*classifier knows only/ });
  await t.throwsAsync(evaluate(regressor, scored, '--teacher', bench.classifier), { message: /numbers\.tsv: its labels are regression, but .* is for single-label/ });
  await mkdir(join(bench.folder, 'SST-2'), { recursive: true });
  await writeFile(join(bench.folder, 'SST-2', 'dev.tsv'), 'sentence\tlabel\nfine\t1\npoor\t0\n');
  await t.throwsAsync(evaluate(regressor, bench.folder, '--task', 'SST-2'), { message: /its labels are single-label, but .* is for regression/ });
});

test('a GLUE task is scored as the benchmark does: MNLI on both splits', async (t) => {
  const labels = ['contradiction', 'entailment', 'neutral'];
  const model = await modelFor('single-label', labels);
  await mkdir(join(bench.folder, 'MNLI'), { recursive: true });
  for (const [split, rows] of [['dev_matched', 3], ['dev_mismatched', 5]] as const) {
    const lines = Array.from({ length: rows }, (_, row) => `it was good\tit was number ${row}\t${labels[row % 3]}\n`);
    await writeFile(join(bench.folder, 'MNLI', `${split}.tsv`), `sentence1\tsentence2\tgold_label\n${lines.join('')}`);
  }
  const { answered: [answer], said } = await ask(addEvaluate, 'evaluate', model, bench.folder, '--task', 'mnli');
  const { models, glue, examples, split } = answer as { models: { name: string; split: string; examples: number; scores: { accuracy: number } }[]; glue: { model: string; score: number; results: { split: string; metrics: [string, number][] }[] }[]; examples: number; split: string };
  t.deepEqual([split, examples], ['dev-matched, dev-mismatched', 8]);
  t.deepEqual(models.map((one) => [one.name, one.split, one.examples]), [['model', 'dev-matched', 3], ['model', 'dev-mismatched', 5]]);
  const accuracies = models.map(({ scores }) => scores.accuracy);
  t.deepEqual(glue[0]?.results.map((result) => [result.split, ...result.metrics]), [['dev-matched', ['accuracy', accuracies[0]!]], ['dev-mismatched', ['accuracy', accuracies[1]!]]]);
  t.is(glue[0]?.score, (accuracies[0]! + accuracies[1]!) / 2);
  t.regex(said.join('\n'), /model, dev-matched [^]*model, dev-mismatched [^]*model: MNLI as GLUE scores it [\d.]+, from accuracy [\d.]+ \(dev-matched\); accuracy [\d.]+ \(dev-mismatched\)[^]*on 3 examples of MNLI \(dev-matched\) and 5 examples/);
});
