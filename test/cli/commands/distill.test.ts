import { cp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import test, { type ExecutionContext } from 'ava';
import { addDistill } from '../../../src/cli/commands/distill.ts';
import { addLabel } from '../../../src/cli/commands/label.ts';
import { objectiveChoices } from '../../../src/cli/objective-choice.ts';
import { loadModel } from '../../../src/models/load.ts';
import { saveModel } from '../../../src/models/save.ts';
import { readJson } from '../../../src/storage/json.ts';
import { loadTokenizer } from '../../../src/text/tokenizer-files.ts';
import { opinions, probabilities, writeAnswers } from '../answer-file.ts';
import { ask, type Bench, openBench } from '../in-process.ts';

let bench: Bench;
test.before(async () => {
  bench = await openBench();
});
test.after.always(() => bench.remove());

const out = (name: string) => ['--out', join(bench.folder, name), '--steps', '1', '--rows', '4'];

test('one student, no more and no less', async (t) => {
  for (const words of [[], ['--size', '1x16', '--layers', '0'], ['--size', '1x16', '--from', 'x']]) {
    const error = await t.throwsAsync(ask(addDistill, 'distill', 'teacher', 'corpus', ...words), { message: /one of --size LAYERSxWIDTH, --layers LIST, --from FOLDER and --student bilstm/ });
    t.is(error?.name, 'CommanderError');
  }
});

test('layers the teacher has not are refused', async (t) => {
  await t.throwsAsync(ask(addDistill, 'distill', bench.classifier, bench.corpus, '--layers', 'uniform:3', ...out('beyond')), { message: 'a student of 3 layers cannot be matched with a teacher of 2' });
  await t.throwsAsync(ask(addDistill, 'distill', bench.classifier, bench.corpus, '--layers', '0,2', ...out('beyond')), { message: /layers \[0, 2\] cannot be cut from a teacher whose layers run from 0 to 1/ });
});

test('a cut prints its map and ends with student and teacher', async (t) => {
  const { said, answered } = await ask(addDistill, 'distill', bench.classifier, bench.corpus, '--layers', 'uniform', '--labels', join(bench.folder, 'labels'), ...out('cut'));
  t.regex(said[0] ?? '', /student +teacher\n.*\nembeddings +embeddings\nlayer 1 +layer 2/);
  const [{ evaluation }] = answered as [{ evaluation: { rows: { name: string; agreement?: { mean: number } }[] } }];
  t.deepEqual(evaluation.rows.map(({ name }) => name), ['student', 'teacher']);
  t.is(typeof evaluation.rows[0]?.agreement?.mean, 'number');
});

test('a cut may be narrower: its heads and neurons are chosen by gradients, and the table says so', async (t) => {
  const { said, answered } = await ask(addDistill, 'distill', bench.classifier, bench.corpus, '--layers', 'first:2', '--heads', '1', '--feed-forward', '10', '--labels', join(bench.folder, 'narrow-labels'), ...out('narrow'));
  t.regex(said[0] ?? '', /width 8 +of 16\nheads of layer 1 +[12] of 2\nheads of layer 2 +[12] of 2\n10 neurons a block +of 64/);
  const [{ student }] = answered as [{ student: string }];
  const { config } = (await loadModel(student)).model;
  t.deepEqual([config.layers, config.width, config.heads, config.feedForwardWidth], [2, 8, 1, 10]);
  await t.throwsAsync(ask(addDistill, 'distill', bench.classifier, bench.corpus, '--layers', '0', '--heads', '3', '--importance', 'magnitudes', ...out('beyond')), { message: '3 heads cannot be kept of a teacher that has 2' });
});

test('a label store of other text is refused with both sides; one that fits is read', async (t) => {
  const root = join(bench.folder, 'stores');
  const { answered } = await ask(addLabel, 'label', bench.classifier, bench.corpus, '--examples', '20', '--out', root);
  const [{ folder, examples }] = answered as [{ folder: string; examples: number }];
  t.is(examples, 40); // of training and of transfer text
  const distill = (...words: string[]) => ask(addDistill, 'distill', bench.classifier, bench.corpus, '--layers', '0', '--labels', folder, ...words);
  await t.throwsAsync(distill('--examples', '21', ...out('other')), { message: /these labels do not fit[^]*corpus: stored "[0-9a-f]{64}", wanted "[0-9a-f]{64}"/ });
  await t.notThrowsAsync(distill('--examples', '20', ...out('same')));
  t.is((await readdir(root)).length, 2); // that one, and the teacher's on the test split
});

interface Evaluation {
  readonly rows: readonly { name: string; parameters?: number; bytes?: number; latencyMs?: number; agreement?: { mean: number } }[];
}
const evaluationIn = (answered: readonly unknown[]) => (answered as [{ folder: string; evaluation: Evaluation }])[0].evaluation;
/** Objective and teacher, as the student's lineage has them. */
async function identityOf(run: string): Promise<{ teacher: string; objective: string }> {
  const [stage] = (await readdir(join(bench.folder, run))).filter((name) => name.startsWith('student-'));
  return (await readJson(join(bench.folder, run, stage ?? '', 'lineage.json'))) as { teacher: string; objective: string };
}

test('a file of answers teaches like any teacher; with the test split in it, it is judged', async (t) => {
  const answers = (await opinions(bench.corpus, { test: true })).map(({ id }, i) => ({ id, probs: probabilities(i) }));
  const file = await writeAnswers(join(bench.folder, 'answers.jsonl'), answers);
  const words = [bench.corpus, '--size', '1x16:2', '--vocabulary', '200', '--labels', join(bench.folder, 'answer-labels')];
  const { answered } = await ask(addDistill, 'distill', file, ...words, ...out('answers'));
  const [student, teacher] = evaluationIn(answered).rows;
  t.is(typeof student?.agreement?.mean, 'number');
  t.deepEqual([teacher?.name, teacher?.parameters, teacher?.bytes, teacher?.latencyMs], ['teacher', undefined, undefined, undefined]);
  const { teacher: name, objective } = await identityOf('answers');
  t.regex(name, /^recorded [0-9a-f]{16}$/);
  t.regex(objective, /soft-label\(temperature 2,/);
  const learned = await writeAnswers(join(bench.folder, 'learned.jsonl'), answers.slice(0, 200));
  const second = await ask(addDistill, 'distill', learned, ...words, ...out('learned'));
  t.deepEqual(evaluationIn(second.answered).rows.map((row) => row.name), ['student'], 'of the test split nothing was said');
});

test('bare labels are not softened, silence is filled by the corpus, and who has neither is left out', async (t) => {
  const examples = await opinions(bench.corpus);
  const labels = ['mixed', 'negative', 'positive'];
  const answers = examples.flatMap(({ id }, i) => (i % 4 === 1 ? [] : [{ id, label: i % 4 === 2 ? null : labels[i % 3] }]));
  const file = await writeAnswers(join(bench.folder, 'bare.jsonl'), answers);
  const words = [file, bench.corpus, '--size', '1x16:2', '--vocabulary', '200', '--labels', join(bench.folder, 'bare-labels')];
  await t.throwsAsync(ask(addDistill, 'distill', ...words, ...out('missing')), { message: /bare\.jsonl: 50 of 200 examples have no line/ });
  const { noted } = await ask(addDistill, 'distill', ...words, '--allow-missing', ...out('bare'));
  const [gold, rest] = [examples.filter(({ label }) => label !== undefined), examples.filter(({ label }) => label === undefined)];
  const silent = (of: typeof examples) => of.filter((example) => [1, 2].includes(examples.indexOf(example) % 4)).length;
  t.true(noted.includes(`${silent(gold)} examples without an answer, taught by the corpus's own label`), noted.join('\n'));
  t.true(noted.includes(`${silent(rest)} examples without an answer and without a label, left out`), noted.join('\n'));
  const { teacher, objective } = await identityOf('bare');
  t.regex(teacher, /^recorded [0-9a-f]{16}, else the corpus's own labels$/);
  t.regex(objective, /soft-label\(temperature 1,/);
  await ask(addDistill, 'distill', ...words, '--allow-missing', '--temperature', '3', ...out('softened'));
  t.regex((await identityOf('softened')).objective, /soft-label\(temperature 3,/);
});

test('a label store teaches alone; of another text it is refused with both sides', async (t) => {
  const root = join(bench.folder, 'alone');
  const labelled = await ask(addLabel, 'label', bench.classifier, bench.corpus, '--out', root);
  const [{ folder }] = labelled.answered as [{ folder: string }];
  const words = [folder, bench.corpus, '--size', '1x16:2', '--vocabulary', '200'];
  const { answered } = await ask(addDistill, 'distill', ...words, ...out('store'));
  t.deepEqual(evaluationIn(answered).rows.map((row) => row.name), ['student']);
  await t.throwsAsync(ask(addDistill, 'distill', ...words, '--examples', '9', ...out('store-other')), { message: /these labels do not fit[^]*corpus: stored "[0-9a-f]{64}", wanted "[0-9a-f]{64}"/ });
  await t.throwsAsync(ask(addDistill, 'distill', folder, bench.corpus, '--layers', '0', ...out('store-cut')), { message: /--layers: \S+ has no layers that a student could be cut from/ });
  await t.throwsAsync(ask(addDistill, 'distill', ...words, '--live', ...out('store-live')), { message: /--live: \S+ cannot be asked; its answers are stored/ });
});

test('several teachers of any kind speak as their mean', async (t) => {
  const [onnx, root] = [join(bench.folder, 'onnx'), join(bench.folder, 'ensemble-labels')];
  await saveModel(onnx, (await loadModel(bench.classifier)).model, { tokenizer: await loadTokenizer(bench.classifier), card: { name: 'x', story: [] } });
  await rm(join(onnx, 'model.safetensors'));
  const file = await writeAnswers(join(bench.folder, 'more.jsonl'), (await opinions(bench.corpus, { test: true })).map(({ id }, i) => ({ id, probs: probabilities(i) })));
  const words = [bench.classifier, onnx, file, bench.corpus, '--size', '1x16:2', '--labels', root];
  const { answered } = await ask(addDistill, 'distill', ...words, ...out('ensemble'));
  t.deepEqual(evaluationIn(answered).rows.map((row) => row.name), ['student', 'teacher']);
  t.regex((await identityOf('ensemble')).teacher, /^arithmetic mean of recorded [0-9a-f]{16} and recorded [0-9a-f]{16} and recorded [0-9a-f]{16}$/);
  t.is((await readdir(root)).length, 6, 'each of three on what is learned from and on the test split');
  await ask(addDistill, 'distill', bench.classifier, onnx, bench.corpus, '--size', '1x16:2', '--live', '--mean', 'geometric', '--labels', root, ...out('live-ensemble'));
  t.regex((await identityOf('live-ensemble')).teacher, /^geometric mean of live [0-9a-f]{16} and live [0-9a-f]{16}$/);
});

test('teachers and students of other classes are refused by name', async (t) => {
  const other = await openBench({ labels: ['mixed', 'negative', 'glad'] });
  t.teardown(() => other.remove());
  const words = [bench.corpus, '--size', '1x16:2', '--labels', join(bench.folder, 'none')];
  await t.throwsAsync(ask(addDistill, 'distill', bench.classifier, other.classifier, ...words, ...out('two')), { message: /classifier answers mixed, negative, positive \(single-label\), \S+ mixed, negative, glad \(single-label\): teachers that speak together must know the same classes/ });
  await t.throwsAsync(ask(addDistill, 'distill', other.classifier, ...words, ...out('one')), { message: /has the label positive, but \S+ knows only mixed, negative, glad/ });
  const file = await writeAnswers(join(bench.folder, 'glad.jsonl'), [{ id: 'train-2', label: 'mixed' }]);
  await t.throwsAsync(ask(addDistill, 'distill', file, ...words, '--classes', 'mixed,negative,glad', '--allow-missing', '--allow-unknown', ...out('glad')), { message: /has the label positive, but \S+glad\.jsonl knows only mixed, negative, glad; let both use the same names/ });
});

test('a student that cuts text differently reads with its own tokenizer; asked live, the teacher cannot', async (t) => {
  const student = join(bench.folder, 'foreign');
  await cp(bench.classifier, student, { recursive: true });
  const file = join(student, 'tokenizer.json');
  await writeFile(file, (await readFile(file, 'utf8')).replace('"lowercase": true', '"lowercase": false'));
  const words = ['distill', bench.classifier, bench.corpus, '--from', student, '--labels', join(bench.folder, 'foreign-labels')];
  await t.notThrowsAsync(ask(addDistill, ...words, ...out('foreign-run')));
  await t.throwsAsync(ask(addDistill, ...words, '--live', ...out('foreign-live')), { message: /--live: the student and \S+ cut text differently \(their tokenizers have the fingerprints [0-9a-f]{12} and [0-9a-f]{12}\)/ });
});

/** The objective as its checkpoint remembers it, and the table that was printed before training. */
async function matchedRun(t: ExecutionContext, name: string, ...words: string[]): Promise<{ objective: string; table: string; noted: string[] }> {
  const run = `matched-${t.title.replaceAll(/\W+/g, '-')}-${name}`;
  const { said, noted } = await ask(addDistill, 'distill', bench.classifier, bench.corpus, '--objective', name, ...words, '--examples', '24', '--labels', join(bench.folder, `${run}-labels`), '--out', join(bench.folder, run), '--steps', '3', '--rows', '4');
  const { objective, teacher } = await identityOf(run);
  t.regex(teacher, /^live [0-9a-f]{16}$/);
  return { objective, noted, table: said.find((text) => text.startsWith('student') && text.includes('what is matched')) ?? '' };
}

for (const [name, size, objective] of [
  ['tinybert', '1x12:2', '0.3 hard-labels + 1 tinybert-prediction(temperature 1, scaleT2 false) + 1 tinybert-hidden(matches 0:0 1:2) + 1 tinybert-attention(matches 1:2)'],
  ['pkd', '2x12:2', '0.3 hard-labels + 1 soft-label(temperature 2, alpha 1, form kl, scaleT2 true) + 100 pkd(matches 1:1, reduction elementwise, projection where-widths-differ)'],
  ['minilm', '1x8:2', '0.3 hard-labels + 1 soft-label(temperature 2, alpha 1, form kl, scaleT2 true) + 1 minilm-attention(matches -1:-1) + 1 minilm-value-relation(matches -1:-1)'],
  ['rkd', '1x8:2', '0.3 hard-labels + 1 soft-label(temperature 2, alpha 1, form kl, scaleT2 true) + 25 rkd-distance(embedding first-token) + 50 rkd-angle(embedding first-token)'],
] as const) {
  test(`three steps of ${name}, with the layers and weights of its paper`, async (t) => {
    const run = await matchedRun(t, name, '--size', size);
    t.is(run.objective, objective);
    t.is(run.table === '', name === 'rkd');
    t.true(run.noted.some((note) => note.startsWith(`--objective ${name} reads the teacher's states, which are not stored`)), run.noted.join('\n'));
  });
}

for (const name of objectiveChoices.slice(6)) {
  test(`three steps of ${name} beside soft labels`, async (t) => {
    t.true((await matchedRun(t, name, '--size', '2x12:2')).objective.includes(` ${name}(`));
  });
}

test('layers and weights are the person\'s to choose, and are printed as they stand', async (t) => {
  const { objective, table } = await matchedRun(t, 'tinybert-hidden', '--layers', '0,1', '--match', '0:0,2:1', '--match-weight', '0.5', '--hard-weight', '0');
  t.is(objective, '1 soft-label(temperature 2, alpha 1, form kl, scaleT2 true) + 0.5 tinybert-hidden(matches 0:0 2:1)');
  t.regex(table, /^student +teacher +weight +what is matched +objective\n.*\nembeddings +embeddings +1 +hidden states +tinybert-hidden\nlayer 2 +layer 1 +1 +hidden states +tinybert-hidden/);
});

test('what cannot be matched is refused before the run has a folder, with the reason', async (t) => {
  const refused = (message: RegExp, ...words: string[]) => t.throwsAsync(ask(addDistill, 'distill', bench.classifier, bench.corpus, ...words, '--labels', join(bench.folder, 'none'), ...out('refused')), { message });
  await refused(/^--objective minilm: minilm-attention: heads are compared one by one, but the student has 3 and the teacher 2/, '--objective', 'minilm', '--size', '1x12:3');
  await refused(/^--objective tinybert: tinybert-attention: the student's 3 heads do not divide the teacher's 2/, '--objective', 'tinybert', '--size', '1x12:3');
  await refused(/^--objective pkd: pkd: layer 5 of the teacher is matched, but its layers run from 0 to 2/, '--objective', 'pkd', '--match', '1:5', '--size', '1x12:2');
  await refused(/^pkd: no layers are matched; a student of one layer has none below its top one/, '--objective', 'pkd', '--size', '1x12:2');
  await refused(/--match: soft labels match no states; give --objective too/, '--match', 'top', '--size', '1x12:2');
  await refused(/--match: --objective rkd compares whole examples, not layers/, '--objective', 'rkd', '--match', 'top', '--size', '1x12:2');
  await refused(/Wanted: uniform, skip, last, middle, top, or pairs of layers as 1:2,2:4/, '--objective', 'pkd', '--match', '1-2', '--size', '1x12:2');
  t.false((await readdir(bench.folder)).includes('refused'));
  const file = await writeAnswers(join(bench.folder, 'stateless.jsonl'), (await opinions(bench.corpus)).map(({ id }, i) => ({ id, probs: probabilities(i) })));
  await t.throwsAsync(ask(addDistill, 'distill', file, bench.corpus, '--objective', 'pkd', '--size', '2x12:2', '--labels', join(bench.folder, 'none'), ...out('refused')), { message: /^--objective pkd matches layers, but of the teacher only answers are known; give a model's folder as teacher/ });
  await t.throwsAsync(ask(addDistill, 'distill', bench.classifier, file, bench.corpus, '--objective', 'rkd', '--size', '2x12:2', '--labels', join(bench.folder, 'none'), ...out('refused')), { message: /^--objective rkd: several teachers have no states in common; give one/ });
});
