import { mkdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import test from 'ava';
import { addEvaluate } from '../../src/cli/commands/evaluate.ts';
import { findModels, findTasks } from '../../src/cli/glue-benchmark.ts';
import type { Task } from '../../src/models/config.ts';
import { freshModel } from '../../src/models/model.ts';
import { saveModel } from '../../src/models/save.ts';
import { freshConfig, parseSize } from '../../src/models/size.ts';
import { loadTokenizer } from '../../src/text/tokenizer-files.ts';
import { ask, type Bench, openBench } from './in-process.ts';

let bench: Bench;
let glue: string;
let models: string;

async function lay(folder: string, files: Readonly<Record<string, string>>): Promise<void> {
  await mkdir(folder, { recursive: true });
  for (const [name, text] of Object.entries(files)) await writeFile(join(folder, name), text);
}

async function model(folder: string, task: Task, labels: readonly string[]): Promise<void> {
  const tokenizer = await loadTokenizer(bench.classifier);
  const config = freshConfig(parseSize('1x16:2'), { vocabulary: tokenizer.vocabularySize, padId: tokenizer.padId, positions: 32, task, labels });
  await saveModel(folder, freshModel(config, { seed: 1 }), { tokenizer, card: { name: 'a model', story: [] }, onnx: false });
}

test.before(async () => {
  bench = await openBench();
  [glue, models] = [join(bench.folder, 'glue'), join(bench.folder, 'models')];
  const lines = (...rows: string[]) => `${rows.join('\n')}\n`;
  await lay(join(glue, 'CoLA'), { 'dev.tsv': lines('gj04\t1\t\tIt was good.', 'gj04\t0\t*\tWas it good was.', 'gj04\t1\t\tA joy it is.') });
  await lay(join(glue, 'SST-2'), { 'dev.tsv': lines('sentence\tlabel', 'it was a joy\t1', 'it was dull\t0') });
  await lay(join(glue, 'QQP-subset'), { 'dev.tsv': lines('id\tqid1\tqid2\tquestion1\tquestion2\tis_duplicate', '1\t1\t2\tis it good\tis it a joy\t1', '2\t3\t4\tis it good\twas it dull\t0') });
  const mnli = lines('sentence1\tsentence2\tgold_label', 'it was good\tit was a joy\tentailment', 'it was good\tit was dull\tcontradiction');
  await lay(join(glue, 'MNLI'), { 'dev_matched.tsv': mnli, 'dev_mismatched.tsv': mnli });
  await lay(join(glue, 'WNLI'), { 'dev.tsv': lines('index\tsentence1\tsentence2\tlabel', '0\tit was good\tit was\t1') });
  await lay(join(glue, 'RTE'), { 'notes.txt': 'no dev split' });
  await lay(join(glue, 'notes'), {});
  await model(join(models, 'cola'), 'single-label', ['unacceptable', 'acceptable']);
  await model(join(models, 'SST-2', 'student'), 'single-label', ['negative', 'positive']);
  await model(join(models, 'QQP', 'model'), 'single-label', ['not_duplicate', 'duplicate']);
  await model(join(models, 'mnli'), 'single-label', ['entailment', 'neutral', 'contradiction']);
  await lay(join(models, 'labels'), {});
});
test.after.always(() => bench.remove());

interface Answer {
  readonly rows: { readonly task: string; readonly model?: string; readonly seen: boolean; readonly results: { readonly split: string; readonly score: number }[] }[];
  readonly average: { readonly score: number; readonly tasks: number };
  readonly unseen: { readonly score: number; readonly tasks: number };
}
const evaluate = async (...words: string[]) => {
  const { said, answered: [answer] } = await ask(addEvaluate, 'evaluate', ...words);
  return { said: said.join('\n'), answer: answer as Answer };
};

test.serial('tasks are found by their folders, in the order of the benchmark', async (t) => {
  const tasks = await findTasks(glue);
  t.deepEqual(tasks.map(({ called, task }) => [called, task.name]), [['CoLA', 'CoLA'], ['SST-2', 'SST-2'], ['QQP-subset', 'QQP'], ['MNLI', 'MNLI'], ['WNLI', 'WNLI']]);
  await t.throwsAsync(findTasks(models), { message: /no GLUE task in it; unpack each into a folder of its name/ });
  await t.throwsAsync(findTasks(join(glue, 'none')), { message: /glue\/none: there is no such folder/ });
});

test.serial('models are found by the same names, as models or as runs', async (t) => {
  const tasks = await findTasks(glue);
  const named = (found: ReadonlyMap<{ called: string }, string>) => [...found].map(([{ called }, folder]) => [called, folder.slice(bench.folder.length + 1)]).sort();
  t.deepEqual(named(await findModels(models, tasks)), [['CoLA', 'models/cola'], ['MNLI', 'models/mnli'], ['QQP-subset', 'models/QQP/model'], ['SST-2', 'models/SST-2/student']]);
  t.deepEqual(named(await findModels(`sst2=${join(models, 'SST-2')},QQP=${join(models, 'QQP', 'model')}`, tasks)), [['QQP-subset', 'models/QQP/model'], ['SST-2', 'models/SST-2/student']]);
  await t.throwsAsync(findModels(`RTE=${models}`, tasks), { message: /there is no task 'RTE' to score .* on; there are CoLA, SST-2, QQP-subset/ });
  await t.throwsAsync(findModels(`CoLA=${join(models, 'labels')}`, tasks), { message: /labels: no config\.json in it/ });
  await t.throwsAsync(findModels('CoLA=', tasks), { message: /'CoLA=': write TASK=FOLDER/ });
  await t.throwsAsync(findModels(glue, tasks), { message: /no model for any of CoLA, SST-2/ });
  await t.throwsAsync(findModels(`CoLA=${join(models, 'cola')},cola=${join(models, 'mnli')}`, tasks), { message: /are both models for CoLA/ });
});

test.serial('every task is scored by its own metrics; the average is over those that have a model', async (t) => {
  const { said, answer } = await evaluate(models, '--glue', glue);
  t.deepEqual(answer.rows.map(({ task, results }) => [task, results.length]), [['CoLA', 1], ['SST-2', 1], ['QQP-subset', 1], ['MNLI', 2], ['WNLI', 0]]);
  const scores = answer.rows.filter(({ results }) => results.length > 0).map(({ results }) => results.reduce((sum, { score }) => sum + score, 0) / results.length);
  t.is(answer.average.tasks, 4);
  t.true(Math.abs(answer.average.score - scores.reduce((sum, score) => sum + score, 0) / 4) < 1e-12);
  t.regex(said, /^CoLA Matthews +SST-2 accuracy +QQP-subset F1\/accuracy +MNLI accuracy +WNLI +average of 4\n/);
  t.regex(said, /\n *-?[\d.]+ +[\d.]+ +[\d.]+\/[\d.]+ +[\d.]+, [\d.]+ +– +-?[\d.]+\n\non the dev splits in /);
});

test.serial('tasks that were seen before are marked, and have an average without them', async (t) => {
  const { said, answer } = await evaluate(models, '--glue', glue, '--seen', 'qqp-subset,MNLI');
  t.deepEqual(answer.rows.filter(({ seen }) => seen).map(({ task }) => task), ['QQP-subset', 'MNLI']);
  t.is(answer.unseen.tasks, 2);
  t.regex(said, /QQP-subset\* F1\/accuracy +MNLI\* accuracy +WNLI +average of 4 +of 2 not seen\n[^]*\* the models saw text of this task before/);
  await t.throwsAsync(evaluate(models, '--glue', glue, '--seen', 'RTE'), { message: /--seen RTE: there is no such task/ });
});

test.serial('what does not go together is wrong use', async (t) => {
  await t.throwsAsync(evaluate(models, bench.corpus, '--glue', glue), { message: /--glue names what is scored on/ });
  await t.throwsAsync(evaluate(models, '--glue', glue, '--task', 'SST-2'), { message: /--task: every task of GLUE has its own/ });
  await t.throwsAsync(evaluate(bench.classifier), { message: /missing required argument 'corpus'/ });
  await t.throwsAsync(evaluate(bench.classifier, bench.corpus, '--seen', 'QQP'), { message: /--seen: it is for --glue/ });
  await lay(join(glue, 'QQP'), { 'dev.tsv': 'x' });
  await t.throwsAsync(findTasks(glue), { message: /QQP and QQP-subset are both QQP; keep the one that is meant/ });
  await rm(join(glue, 'QQP'), { recursive: true });
});
