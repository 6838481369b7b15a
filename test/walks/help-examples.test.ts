// Every command's --help ends with an example; run one after the other from the repository root, they all work.
import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import test, { type ExecutionContext } from 'ava';
import { openWorkplace, type Workplace } from './workplace.ts';

let place: Workplace;
test.before(async () => {
  place = await openWorkplace();
});
test.after.always(() => place.remove());

/** In the order in which the examples build on one another, with what each leaves behind. */
const walk: Readonly<Record<string, readonly string[]>> = {
  list: [],
  train: ['runs/teacher/run.json', 'runs/teacher/events.jsonl', 'runs/teacher/tensorboard/teacher', 'runs/teacher/evaluation.json', 'runs/teacher/report.html', 'runs/teacher/model/model.safetensors', 'runs/teacher/model/tokenizer.json', 'runs/teacher/model/onnx/model.onnx'],
  pretrain: ['runs/masked-lm/model/model.safetensors', 'runs/masked-lm/model/tokenizer.json', 'runs/masked-lm/events.jsonl'],
  augment: ['runs/more.jsonl'],
  label: ['runs/labels'],
  plan: [],
  distill: ['runs/student/student/model.safetensors', 'runs/student/student/onnx/model.onnx', 'runs/student/evaluation.json', 'runs/student/report.html'],
  evaluate: [],
  report: ['runs/student/report.html'],
  predict: ['runs/predictions.jsonl'],
  export: ['runs/web/onnx/model.onnx', 'runs/web/config.json', 'runs/web/tokenizer.json'],
  run: ['runs/first-look/report.html', 'runs/first-look/evaluation.json', 'runs/first-look/student/onnx/model.onnx'],
  doctor: [],
};

/** Commands whose example a test must not run, and why. */
const notWalked: Readonly<Record<string, string>> = {
  'build-tensorflow': 'it wants a Python with TensorFlow, and replaces the binding that the suites run on; .ci/run runs it',
  'build-native': 'it compiles for a minute and replaces the addon that the suites run on; .ci/run runs it',
};

async function exampleOf(t: ExecutionContext, command: string): Promise<string[]> {
  const { code, stdout } = await place.retort(command, '--help');
  t.is(code, 0);
  const lines = stdout.trimEnd().split('\n');
  t.is(lines.at(-2), 'Example:', `${command} --help does not end with one example`);
  const words = (lines.at(-1) ?? '').trim().split(' ');
  t.deepEqual(words.slice(0, 3), ['$', 'retort', command]);
  return words.slice(2);
}

test.serial('the walk knows every command', async (t) => {
  const { stdout } = await place.retort('--help');
  const listed = [...stdout.slice(stdout.indexOf('Commands:')).matchAll(/^ {2}([a-z-]+) /gm)].map(([, name]) => name).filter((name) => name !== 'help');
  t.deepEqual(listed.sort(), [...Object.keys(walk), ...Object.keys(notWalked)].sort());
  for (const command of Object.keys(notWalked)) t.deepEqual(await exampleOf(t, command), [command]);
});

for (const [command, leaves] of Object.entries(walk)) {
  test.serial(`${command}: the example works`, async (t) => {
    const { code, stdout, stderr } = await place.retort(...(await exampleOf(t, command)));
    t.is(code, 0, stderr);
    t.not(stdout.trim(), '');
    for (const file of leaves) t.true(existsSync(place.path(...file.split('/'))), file);
  });
}

for (const command of Object.keys(walk)) {
  test.serial(`${command} --json: one value on standard output, whatever is said beside it`, async (t) => {
    const { code, stdout, stderr } = await place.retort(...(await exampleOf(t, command)), '--json');
    t.is(code, 0, stderr);
    const answer: unknown = JSON.parse(stdout);
    t.true(typeof answer === 'object' && answer !== null);
  });
}

test.serial('distill found the labels that label had stored, and asked the teacher nothing twice', async (t) => {
  const { code, stdout } = await place.retort(...(await exampleOf(t, 'label')), '--json');
  t.is(code, 0);
  const { folder, examples, labels } = JSON.parse(stdout) as { folder: string; examples: number; labels: string[] };
  t.deepEqual([examples, labels.length], [200, 3]);
  t.true(existsSync(place.path(folder, 'header.json')));
  const { stdout: said } = await place.retort(...(await exampleOf(t, 'label')));
  t.regex(said, /all of them stored before/);
  const log = await readFile(place.path('runs/student/run.json'), 'utf8');
  t.regex(log, /retort distill runs\/teacher\/model/);
});

test.serial('report writes the page that distill wrote', async (t) => {
  await place.retort(...(await exampleOf(t, 'distill')));
  const written = await readFile(place.path('runs/student/report.html'), 'utf8');
  const { code } = await place.retort(...(await exampleOf(t, 'report')));
  t.is(code, 0);
  t.is(await readFile(place.path('runs/student/report.html'), 'utf8'), written);
  for (const heading of ['Comparison', 'How faithfully it repeats its teacher', 'Where student and teacher differ most', 'Training', 'What was trained on what', 'What is kept', 'To repeat it']) {
    t.true(written.includes(`<h2>${heading}</h2>`), heading);
  }
  t.false(written.includes('has not ended'));
});

test.serial('predictions: one line an example, probabilities that sum to 1, the label the likeliest', async (t) => {
  const lines = (await readFile(place.path('runs/predictions.jsonl'), 'utf8')).trimEnd().split('\n');
  t.is(lines.length, 60);
  const first = (await readFile(place.path('corpora/opinions/sample/test.tsv'), 'utf8')).split('\n')[1]?.split('\t')[0];
  for (const [row, line] of lines.entries()) {
    const { id, label, probabilities } = JSON.parse(line) as { id: string; label: string; probabilities: Record<string, number> };
    if (row === 0) t.is<string | undefined, string | undefined>(id, first);
    t.true(Math.abs(Object.values(probabilities).reduce((a, b) => a + b) - 1) < 1e-12);
    t.is(probabilities[label], Math.max(...Object.values(probabilities)));
  }
});

test.serial('evaluate --json tells scores, size and likeness of both', async (t) => {
  const { code, stdout } = await place.retort(...(await exampleOf(t, 'evaluate')), '--json');
  t.is(code, 0);
  const { examples, models } = JSON.parse(stdout) as { examples: number; models: { scores: { accuracy: number }; parameters: number; fidelity?: { agreement: number } }[] };
  t.is(examples, 60);
  t.is(models.length, 2);
  for (const { scores, parameters } of models) t.true(scores.accuracy >= 0 && scores.accuracy <= 1 && parameters > 1000);
  t.is(typeof models[0]?.fidelity?.agreement, 'number');
});
