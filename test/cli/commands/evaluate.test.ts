import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import test from 'ava';
import { addEvaluate } from '../../../src/cli/commands/evaluate.ts';
import { loadModel } from '../../../src/models/load.ts';
import { saveModel } from '../../../src/models/save.ts';
import { loadTokenizer } from '../../../src/text/tokenizer-files.ts';
import { createModel } from '../../../src/models/model.ts';
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
