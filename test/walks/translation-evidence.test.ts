// Recorded translators end to end, on a language of a few made-up words: a teacher, what it wrote, and students in every way, each recorded once; a
// second call runs nothing; the lesson is written for another program.
import { mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import test from 'ava';
import { evidenceOf, readEvidence } from '../../src/report/evidence-file.ts';
import { readRunLog } from '../../src/report/run-log.ts';
import { openWorkplace, type Workplace } from './workplace.ts';

const words = [['sun', 'sol'], ['moon', 'lum'], ['tree', 'arb'], ['sees', 'vid'], ['hears', 'aud'], ['a', 'un'], ['old', 'vek']] as const;

let place: Workplace;
test.before(async () => {
  place = await openWorkplace();
  await rm(place.path('recipes', 'results'), { recursive: true, force: true });
  await mkdir(place.path('pairs'));
  const pair = (n: number) => Array.from({ length: 2 + (n % 4) }, (_, at) => words[(n * 3 + at * (1 + (n >> 2))) % words.length]!);
  for (const [split, from, rows] of [['train', 0, 60], ['val', 60, 6], ['test2016', 66, 8]] as const) {
    const pairs = Array.from({ length: rows }, (_, row) => pair(from + row));
    await writeFile(place.path('pairs', `${split}.en`), `${pairs.map((one) => one.map(([word]) => word).join(' ')).join('\n')}\n`);
    await writeFile(place.path('pairs', `${split}.de`), `${pairs.map((one) => one.map(([, word]) => word).reverse().join(' ')).join('\n')}\n`);
  }
});
test.after.always(() => place.remove());

const settings = [
  'corpus=pairs', 'vocabulary=280', 'maxTokens=24', 'seeds=[1]', 'teacher=1+1x16:2', 'student=1+1x8:2', 'teacherSteps=3', 'steps=3', 'tuningSteps=2', 'rows=8', 'evaluations=1', 'beams=2', 'candidates=3',
];
const run = (...more: string[]) => place.retort('run', 'recipes/multi30k-sequence-level.ts', '--out', 'runs/mt', ...[...settings, ...more].flatMap((one) => ['--set', one]));
const names = ['teacher-seed1', ...['alone', 'word-kd', 'seq-kd', 'seq-inter', 'word-seq'].map((arm) => `1plus1x8-${arm}-seed1`)].sort();
const record = (name: string) => place.path('recipes', 'results', 'multi30k-sequence-level', `${name}.json`);

test.serial('every arm is recorded: BLEU by both searches, losses, signatures', async (t) => {
  const { code, stdout, stderr } = await run();
  t.is(code, 0, stderr);
  t.deepEqual((await readdir(place.path('recipes', 'results', 'multi30k-sequence-level'))).sort(), names.map((name) => `${name}.json`));
  const teacher = await readEvidence(record('teacher-seed1'));
  for (const name of names) {
    const evidence = await readEvidence(record(name));
    t.is(evidence?.losses.length, name.includes('inter') ? 2 : 3);
    t.deepEqual(evidence?.tests.map((one) => [one.name, one.examples, one.metric]), [['greedy', 8, 'bleu'], ['beam-2', 8, 'bleu']]);
    t.is(evidence?.hashes.teacher, /teacher|alone/.test(name) ? null : teacher?.hashes.model);
    t.regex(evidence?.translation?.signature ?? '', /^nrefs:1\|case:mixed/);
    t.true((evidence?.translation?.goldPerplexity ?? 0) > 1);
  }
  t.regex(stdout, /of 3 translations the one by bleu, of \d+ of 60 examples/);
  t.regex(stdout, /\| student \| arm \| a beam adds, BLEU \|[^]*1plus1x8 seq-kd against alone: /);
  t.is((await readRunLog(place.path('runs', 'mt', 'events.jsonl'))).filter(({ kind }) => kind === 'end').length, names.length);
  const stores = await readdir(place.path('runs', 'mt', 'translations'));
  t.is(stores.length, 2);
});

test.serial('a second call runs nothing, even where the models are gone; a missing run alone is made again, to the same numbers', async (t) => {
  const second = await run();
  t.is(second.code, 0, second.stderr);
  t.is(second.stdout.match(/recorded before in/g)?.length, names.length);
  const before = await evidenceOf(place.path('recipes', 'results'), 'multi30k-sequence-level');
  await rm(place.path('runs', 'mt'), { recursive: true });
  t.is((await run()).code, 0);
  t.false((await readdir(place.path('runs', 'mt'))).includes('events.jsonl'));

  await rm(record('1plus1x8-seq-inter-seed1')); // needs seq-kd's model, and the teacher's translations
  const again = await run();
  t.is(again.code, 0, again.stderr);
  const numbers = ({ losses, tests, hashes, translation }: (typeof before)[number]) => ({ losses, tests, hashes, translation });
  t.deepEqual((await evidenceOf(place.path('recipes', 'results'), 'multi30k-sequence-level')).map(numbers), before.map(numbers));
  t.regex((await run('check=1plus1x8-word-seq-seed1')).stdout, /the first 3 losses are the recorded ones, to the last bit/);
});

test.serial('seq-inter without seq-kd is refused, and other settings overwrite nothing', async (t) => {
  t.regex((await run('arms=["seq-inter"]')).stderr, /seq-inter goes on from seq-kd: give both arms/);
  t.regex((await run('steps=4')).stderr, /1plus1x8-alone-seed1\.json: it was recorded with other settings/);
});

test.serial('the lesson of the teacher is written for another program', async (t) => {
  const { code, stderr } = await run('lesson=runs/lesson');
  t.is(code, 0, stderr);
  const read = async (name: string) => JSON.parse(await readFile(place.path('runs', 'lesson', `${name}.json`), 'utf8')) as Record<string, unknown>;
  const batches = (await read('batches')) as unknown as number[][];
  t.deepEqual(batches.map(({ length }) => length), [8, 8, 8]);
  const { sources, targets } = (await read('train')) as { sources: number[][]; targets: number[][] };
  t.is(sources.length, 60);
  t.true([...sources, ...targets].every((ids) => ids.at(-1) === 0));
  const last = Number((await read('model/config')).vocab_size) - 1;
  t.like(await read('lesson'), { padId: last, startId: last, objective: { name: 'label-smoothing' } });
  t.is(((await read('test')) as { references: string[] }).references.length, 8);
  t.true((await readdir(place.path('runs', 'lesson', 'model'))).includes('model.safetensors'));
});
