// Every recipe, three steps on a few rows: it runs through, leaves its report and its student, and run again does nothing twice.
import { existsSync } from 'node:fs';
import { readdir, readFile } from 'node:fs/promises';
import test from 'ava';
import { readRunLog } from '../../src/report/run-log.ts';
import { layGlue, openWorkplace, type Workplace } from './workplace.ts';

let place: Workplace;
test.before(async () => {
  place = await openWorkplace();
  await layGlue(place);
  // Something to fine-tune: a classifier of three classes whose head a two-class task does not want.
  const { code, stderr } = await place.retort('train', 'corpora/opinions/sample', '--size', '2x16:2', '--vocabulary', '300', '--steps', '1', '--out', 'runs/encoder');
  if (code !== 0) throw new Error(stderr);
});
test.after.always(() => place.remove());

/** Settings that make a recipe short, and the runs it trains. */
const shortened: Readonly<Record<string, { set: readonly string[]; trains: number }>> = {
  'low-label': { set: ['glue=glue', 'encoder=runs/encoder/model', 'labelled=20', 'unlabelled=30', 'seeds=[1]', 'teacherSteps=3', 'aloneSteps=3', 'studentSteps=3', 'rows=8', 'layers=[1]'], trains: 4 },
  quickstart: { set: ['seeds=[1]', 'vocabulary=300', 'teacher.size=1x16:2', 'teacher.steps=3', 'student.size=1x8:2', 'student.steps=3', 'rows=8', 'promise=null'], trains: 3 },
  'own-objective': { set: ['labelled=40', 'vocabulary=300', 'size=1x8:2', 'steps=3', 'rows=8'], trains: 2 },
  'sst2-soft-labels': { set: ['glue=glue', 'encoder=runs/encoder/model', 'examples=40', 'teacherSteps=3', 'studentSteps=3', 'rows=8', 'layers=[1]'], trains: 3 },
};

test.serial('every recipe is walked', async (t) => {
  const recipes = (await readdir('recipes')).filter((name) => name.endsWith('.ts')).map((name) => name.slice(0, -'.ts'.length));
  t.deepEqual(recipes.sort(), [...Object.keys(shortened), 'bilstm', 'distilbert-pretrain', 'glue-arms', 'multi30k-sequence-level', 'sentence-embedder'].sort()); // these leave no page: evidence.test.ts, translation-evidence.test.ts, sentence-embedder.test.ts
  t.is(recipes.length, 9);
});

for (const [recipe, { set, trains }] of Object.entries(shortened)) {
  test.serial(`${recipe}: three steps, then nothing twice`, async (t) => {
    const words = ['run', `recipes/${recipe}.ts`, ...set.flatMap((setting) => ['--set', setting])];
    const first = await place.retort(...words);
    t.is(first.code, 0, first.stderr);
    const run = (...parts: string[]) => place.path('runs', recipe, ...parts);
    for (const file of ['run.json', 'evaluation.json', 'report.html', 'student/model.safetensors', 'student/onnx/model.onnx', 'student/tokenizer.json']) t.true(existsSync(run(...file.split('/'))), file);
    const { settings } = JSON.parse(await readFile(run('run.json'), 'utf8')) as { settings: Record<string, unknown> };
    t.true(Object.keys(settings).length > 5);
    const events = await readRunLog(run('events.jsonl'));
    t.is(events.filter(({ kind }) => kind === 'end').length, trains);
    t.true(events.every((event) => event.kind !== 'end' || event.step === 3));

    const second = await place.retort(...words);
    t.is(second.code, 0, second.stderr);
    t.is(second.stdout.match(/done before, reused/g)?.length, trains, second.stdout);
    t.is((await readRunLog(run('events.jsonl'))).length, events.length);
  });
}
