// Recorded evidence end to end, on a tiny teacher and a tiny corpus: a recipe's runs are recorded, a second call runs nothing, tables are made
// from the records, and a changed record is found; by the table, by its own answers, and by the first steps done again.
import { mkdir, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { spawnSync } from 'node:child_process';
import { resolve } from 'node:path';
import test from 'ava';
import { reproductions } from '../../scripts/repro/catalogue.ts';
import { loadRecipe } from '../../src/cli/load-recipe.ts';
import { overrideSettings } from '../../src/cli/settings.ts';
import { readEvidence } from '../../src/report/evidence-file.ts';
import { readRunLog } from '../../src/report/run-log.ts';
import { layGlue, openWorkplace, type Workplace } from './workplace.ts';

let place: Workplace;
test.before(async () => {
  place = await openWorkplace();
  await rm(place.path('recipes', 'results'), { recursive: true, force: true });
  await layGlue(place);
  const { code, stderr } = await place.retort('train', 'corpora/opinions/sample', '--size', '4x16:2', '--vocabulary', '300', '--steps', '1', '--out', 'runs/encoder');
  if (code !== 0) throw new Error(stderr);
});
test.after.always(() => place.remove());

const arms = ['fine-tuning', 'minilm', 'pkd', 'soft-labels', 'tinybert', 'triple'];
const names = ['teacher-seed1', ...arms.flatMap((arm) => [`cut-2x16-${arm}-seed1`, `fresh-2x8-${arm}-seed1`])].sort();
const settings = [
  'glue=glue', 'encoder=runs/encoder/model', 'seeds=[1]', `arms=${JSON.stringify(arms)}`, 'heldOut={"rows":8,"minWords":5}', 'layers=[1,3]', 'size=2x8:2',
  'teacherSteps=3', 'steps=3', 'rows=4', 'maxTokens=32',
];
const run = (...more: string[]) => place.retort('run', 'recipes/glue-arms.ts', '--out', 'runs/arms', ...[...settings, ...more].flatMap((one) => ['--set', one]));
const record = (name: string) => place.path('recipes', 'results', 'sst2-arms', `${name}.json`);
const tables = (...words: string[]) => tablesIn(place.folder, ...words);
const tablesIn = (root: string, ...words: string[]) => {
  const { status, stdout, stderr } = spawnSync(process.execPath, ['--import=tsx', resolve('scripts/tables.ts'), '--root', root, ...words], { encoding: 'utf8' });
  return { code: status, said: `${stdout}${stderr}` };
};

test.serial('every arm is recorded, small and whole', async (t) => {
  const { code, stderr, stdout } = await run();
  t.is(code, 0, stderr);
  t.deepEqual((await readdir(place.path('recipes', 'results', 'sst2-arms'))).sort(), names.map((name) => `${name}.json`));
  for (const name of names) {
    const evidence = await readEvidence(record(name));
    t.is(evidence?.losses.length, 3);
    t.deepEqual(evidence?.tests.map((one) => [one.name, one.fidelity === undefined]), [['dev', name.startsWith('teacher')], ['long', name.startsWith('teacher')]]);
    t.is(evidence?.tests[1]?.examples, 8);
    t.is(evidence?.hashes.teacher === null, name.startsWith('teacher') || name.includes('fine-tuning'));
    t.true((await stat(record(name))).size < 5000);
  }
  t.regex(stdout, /8 rows held out, \d+ of their phrases dropped/);
  t.regex(stdout, /\| cut-2x16 \| fine-tuning \| 1 \|[^]*\| fresh-2x8 \| tinybert \|/);
  t.is((await readRunLog(place.path('runs', 'arms', 'events.jsonl'))).filter(({ kind }) => kind === 'end').length, names.length);
});

test.serial('a second call runs nothing, even where the trained models are gone; a missing run alone is made again', async (t) => {
  const second = await run();
  t.is(second.code, 0, second.stderr);
  t.is(second.stdout.match(/recorded before in/g)?.length, names.length);
  const before = await readEvidence(record('cut-2x16-pkd-seed1'));
  await rm(record('cut-2x16-pkd-seed1'));
  const third = await run();
  t.is(third.code, 0, third.stderr);
  const after = await readEvidence(record('cut-2x16-pkd-seed1'));
  const numbers = ({ losses, tests, hashes }: NonNullable<typeof after>) => ({ losses, tests, hashes });
  t.deepEqual(after && numbers(after), before && numbers(before));

  await rm(place.path('runs', 'arms'), { recursive: true });
  const fourth = await run();
  t.is(fourth.code, 0, fourth.stderr);
  t.false((await readdir(place.path('runs', 'arms'))).includes('events.jsonl'));
});

test.serial('other settings overwrite nothing that is recorded', async (t) => {
  const { code, stderr } = await run('steps=4');
  t.is(code, 1);
  t.regex(stderr, /cut-2x16-fine-tuning-seed1\.json: it was recorded with other settings.*give another folder \(--set results=FOLDER\)/);
});

test.serial('tables are made from the records, and a changed record is found', async (t) => {
  const readme = place.path('README.md');
  await writeFile(readme, '# Here\n\n<!-- evidence: sst2-arms against fine-tuning -->\n<!-- end of evidence -->\n');
  t.deepEqual(tables('--check').code, 1);
  t.regex(tables().said, /1 tables: made anew in README\.md/);
  t.regex(await readFile(readme, 'utf8'), /\| cut-2x16 \| pkd \| 1 \|/);
  t.deepEqual(tables('--check'), { code: 0, said: '1 tables: all as the recorded runs give them\n' });

  const path = record('fresh-2x8-minilm-seed1');
  const sound = await readFile(path, 'utf8');
  await writeFile(path, sound.replace(/"latencyMs": [\d.]+/, '"latencyMs": 77'));
  const stale = tables('--check');
  t.is(stale.code, 1);
  t.regex(stale.said, /README\.md: the tables are not what the recorded runs give/);
  await writeFile(path, sound.replace(/"accuracy": [\d.]+/, '"accuracy": 0.987'));
  t.regex(tables('--check').said, /fresh-2x8-minilm-seed1\.json: no evidence of a run \(tests\.0: accuracy is 0\.987, but/);
  await writeFile(path, sound);
  t.is(tables('--check').code, 0);
  t.is(tables('--wrong').code, 2);
});

test.serial('the first steps are done again to the same losses, a teacher that is gone is trained again for it', async (t) => {
  const check = (name: string) => run(`check=${name}`);
  const plain = await check('fresh-2x8-fine-tuning-seed1');
  t.is(plain.code, 0, plain.stderr);
  t.regex(plain.stdout, /fresh-2x8 fine-tuning, seed 1: the first 3 losses are the recorded ones, to the last bit/);
  t.false((await readdir(place.path('runs', 'arms'))).some((name) => name.startsWith('teacher'))); // nobody taught it
  t.regex((await check('cut-2x16-tinybert-seed1')).stdout, /the first 3 losses are the recorded ones, to the last bit/);

  const path = record('fresh-2x8-fine-tuning-seed1');
  const sound = await readFile(path, 'utf8');
  const loss = (await readEvidence(path))?.losses[1] ?? NaN;
  await writeFile(path, sound.replace(`${loss}`, `${loss + 1e-6}`));
  const changed = await check('fresh-2x8-fine-tuning-seed1');
  t.is(changed.code, 1);
  t.regex(changed.stderr, /the loss of step 2 is [\d.]+, but [\d.]+ was recorded/);
  await writeFile(path, sound.replace(/"processor": "[^"]*"/, '"processor": "another"').replace(`${loss}`, `${loss + 1e-6}`));
  t.regex((await check('fresh-2x8-fine-tuning-seed1')).stdout, /within 0\.000 % of the recorded ones; it was recorded with another processor, where losses may lie 0\.1 % apart/);
  await writeFile(path, sound);
  t.regex((await check('cut-seed1')).stderr, /check cut-seed1: there is no such run among the arms/);
});

test.serial('few labels: a teacher for every seed, and unlabelled text for those who are taught', async (t) => {
  const { code, stderr } = await run('record=few', 'labelled=20', 'unlabelled=30', 'seeds=[1,2]', 'students=["distilbert"]', 'arms=["fine-tuning","soft-labels"]');
  t.is(code, 0, stderr);
  const few = await Promise.all(['teacher-seed1', 'teacher-seed2', 'distilbert-2x16-fine-tuning-seed2', 'distilbert-2x16-soft-labels-seed2'].map((name) => readEvidence(place.path('recipes', 'results', 'few', `${name}.json`))));
  t.deepEqual(few.map((one) => [one?.labelledRows, one?.rows]), [[20, 20], [20, 20], [20, 20], [20, 50]]);
  t.is(few[3]?.hashes.teacher, few[1]?.hashes.model);
});

test.serial('another task, of pairs and scores, by its own metric', async (t) => {
  await mkdir(place.path('glue', 'STS-B'), { recursive: true });
  const header = ['index', 'genre', 'filename', 'year', 'old_index', 'source1', 'source2', 'sentence1', 'sentence2', 'score'].join('\t');
  for (const split of ['train', 'dev']) {
    const texts = (await readFile(place.path('glue', 'SST-2', `${split}.tsv`), 'utf8')).trimEnd().split('\n').slice(1).map((line) => line.split('\t')[0] ?? '');
    const lines = texts.slice(0, 24).map((text, row) => [row, 'g', 'f', 'y', row, 's', 's', text, texts[(row * 5) % 24], ((row * 7) % 11) / 2].join('\t'));
    await writeFile(place.path('glue', 'STS-B', `${split}.tsv`), `${header}\n${lines.join('\n')}\n`);
  }
  const { code, stderr, stdout } = await run('task=STS-B', 'record=stsb', 'heldOut=null', 'students=["fresh"]', 'arms=["fine-tuning","soft-labels","pkd","tinybert"]', 'seeds=[1,2]');
  t.is(code, 0, stderr);
  const evidence = await readEvidence(place.path('recipes', 'results', 'stsb', 'fresh-2x8-tinybert-seed2.json'));
  t.deepEqual(evidence?.tests.map(({ name, metric, chance, right }) => [name, metric, chance, right]), [['dev', 'pearson', 0, undefined]]);
  t.true(Object.keys(evidence?.tests[0]?.fidelity ?? {}).includes('meanDifference'));
  t.regex(stdout, /dev, Pearson \| dev, better than fine-tuning by[^]*\| fresh-2x8 \| tinybert \| 2 \| -?0\.\d{4} ± 0\.\d{4} \| [+-]?\d\.\d{3} \[/);
});

test.serial('a BiLSTM alone and taught by logits, of several seeds under one teacher', async (t) => {
  const small = ['glue=glue', 'encoder=runs/encoder/model', 'examples=40', 'seeds=[1,2]', 'teacherSteps=3', 'studentSteps=3', 'rows=8', 'student=bilstm:4x6'];
  const lstm = () => place.retort('run', 'recipes/bilstm.ts', ...small.flatMap((one) => ['--set', one]));
  const { code, stderr, stdout } = await lstm();
  t.is(code, 0, stderr);
  t.regex(stdout, /\| bilstm \| alone \| 2 \|[^]*\| bilstm \| distilled \| 2 \|/);
  const [teacher, alone, taught] = await Promise.all(['teacher-seed1', 'bilstm-alone-seed2', 'bilstm-distilled-seed2'].map((name) => readEvidence(place.path('recipes', 'results', 'sst2-bilstm', `${name}.json`))));
  t.deepEqual([alone?.hashes.teacher, taught?.hashes.teacher], [null, teacher?.hashes.model]);
  t.not(alone?.hashes.model, taught?.hashes.model);
  const second = await lstm();
  t.is(second.stdout.match(/recorded before in/g)?.length, 5, second.stderr);
});

test.serial('students of a masked-LM teacher, fine-tuned: what each had learned of running text stands in its record, and nothing is trained twice', async (t) => {
  const small = [
    'text=corpora/opinions/sample/transfer.tsv', 'heldOut=corpora/opinions/sample/dev.tsv', 'glue=glue', 'encoder=runs/encoder/model', 'layers=[1]', 'adaptSteps=3', 'steps=4', 'rows=8',
    'accumulation=2', 'maxTokens=32', 'examples=40', 'fineTuneSteps=3', 'seeds=[1,2]',
  ];
  const pretrain = (...more: string[]) => place.retort('run', 'recipes/distilbert-pretrain.ts', ...[...small, ...more].flatMap((one) => ['--set', one]));
  const { code, stderr, stdout } = await pretrain();
  t.is(code, 0, stderr);
  const recorded = async (name: string) => readEvidence(place.path('recipes', 'results', 'books-distilbert', `${name}.json`));
  const arms = ['no-books', 'triple-loss', 'random-weights', 'no-distillation'];
  const [teacher, ...students] = await Promise.all(['teacher-seed1', ...arms.map((arm) => `cut-1x16-${arm}-seed2`)].map(recorded));
  t.deepEqual(students.map((one) => one?.pretraining?.objective), [undefined, 'distilbert', 'distilbert', 'hidden-words']);
  t.deepEqual([teacher, ...students.slice(1)].map((one) => [one?.pretraining?.steps, one?.pretraining?.losses.length]), [[3, 3], [4, 4], [4, 4], [4, 4]]);
  for (const one of [teacher, ...students.slice(1)]) {
    const { loss = NaN, lossBefore = NaN }: { loss?: number; lossBefore?: number } = one?.pretraining ?? {};
    t.true(loss > 0 && loss < lossBefore, `${lossBefore} to ${loss}`);
  }
  t.is(new Set(students.map((one) => one?.hashes.model)).size, arms.length);
  t.deepEqual((await recorded('cut-1x16-triple-loss-seed1'))?.pretraining, students[1]?.pretraining);
  t.regex(stdout, /\| cut-1x16 \| triple-loss \| \d+\.\d{3} \| \d+\.\d{3} \| [\d.]+ \| \d+ blocks of 32 \| 4 of 8 \|/);
  const run = place.path('runs', 'distilbert-pretrain', 'events.jsonl');
  t.is((await readRunLog(run)).filter(({ kind }) => kind === 'end').length, 4 + 1 + 2 * arms.length);
  const second = await pretrain();
  t.is(second.stdout.match(/recorded before in/g)?.length, 9, second.stderr);
  t.is((await readRunLog(run)).filter(({ kind }) => kind === 'end').length, 13);
  t.regex((await pretrain('check=cut-1x16-triple-loss-seed2')).stdout, /the first 3 losses are the recorded ones, to the last bit/);
});

test.serial("the project's own tables are those of its own records", (t) => {
  const { code, said } = tablesIn(resolve('.'), '--check');
  t.is(code, 0, said);
  t.true(Number(/^(\d+) tables: all as/.exec(said)?.[1]) >= Object.keys(reproductions).length, said);
});

test.serial('every reproduction has its line in package.json, and a recipe that takes its settings', async (t) => {
  const { scripts } = JSON.parse(await readFile('package.json', 'utf8')) as { scripts: Record<string, string> };
  t.deepEqual(Object.keys(scripts).filter((name) => name.startsWith('repro:')).sort(), Object.keys(reproductions).map((name) => `repro:${name}`).sort());
  for (const [name, { recipe, settings, needs, record: folder, check: checked }] of Object.entries(reproductions)) {
    t.true(scripts[`repro:${name}`]?.endsWith(`scripts/repro.ts ${name}`));
    const { settings: schema } = await loadRecipe(recipe);
    const sets = [...Object.entries({ ...settings, record: folder, check: checked }), ...needs.map((need) => [need, 'a folder'] as const)].map(([path, value]) => `${path}=${JSON.stringify(value)}`);
    t.notThrows(() => overrideSettings(schema, sets), name);
    t.regex(await readFile(`scripts/repro/${name}.ts`, 'utf8'), new RegExp(`Published: [^]+Run here: [^]+On: [^]+Came out [^]+<!-- evidence: ${folder} `), name);
  }
});
