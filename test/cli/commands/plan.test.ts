import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import test from 'ava';
import { addLabel } from '../../../src/cli/commands/label.ts';
import { addPlan } from '../../../src/cli/commands/plan.ts';
import type { Plan } from '../../../src/cli/plan.ts';
import type { Probe } from '../../../src/cli/probe.ts';
import { leaks } from '../../../src/engine/memory.ts';
import { loadModel } from '../../../src/models/load.ts';
import { opinions, probabilities, writeAnswers } from '../answer-file.ts';
import { ask, type Bench, openBench } from '../in-process.ts';

let bench: Bench;
test.before(async () => {
  bench = await openBench();
});
test.after.always(() => bench.remove());

const labels = () => ['--labels', join(bench.folder, 'no-labels')];
async function planned(...words: string[]): Promise<{ plan: Plan & { probe?: Probe }; text: string }> {
  const { answered, said } = await ask(addPlan, 'plan', ...words, ...(words.includes('--labels') ? [] : labels()), '--rows', '4');
  return { plan: answered[0] as Plan & { probe?: Probe }, text: said.join('\n') };
}

test('parameters, bytes, operations and steps of a fresh student, and nothing is kept of it', async (t) => {
  const { plan, text } = await planned(bench.classifier, bench.corpus, '--size', '1x8:2', '--epochs', '2');
  const teacher = (await loadModel(bench.classifier)).model;
  t.is(plan.teachers[0]?.parameters, teacher.parameters.count);
  const { parameters } = plan.student;
  t.deepEqual([plan.examples, plan.steps, plan.student.auxiliary, plan.live], [200, 100, 0, false]);
  t.deepEqual([plan.memory.weights, plan.memory.gradients, plan.memory.moments, plan.memory.teacher], [4 * parameters, 4 * parameters, 8 * parameters, 0]);
  t.is(plan.stepFlops, 4 * 3 * plan.student.flops);
  t.true(plan.teachers[0]!.flops! > plan.student.flops);
  const { step, training, scoring, labelling, total } = plan.time;
  t.true(step > 0 && scoring > 0 && labelling > 0);
  t.is(training, 100 * step);
  t.is(total, training + scoring + labelling);
  t.regex(text, /^objective 0\.3 hard-labels \+ 1 soft-label\(/);
  for (const line of ['student, 1 x 8 bert', 'a store of 200 examples', 'a step of 4 examples', 'training, 100 steps over 200 examples']) t.true(text.includes(line), line);
  t.false((await readdir(bench.folder)).includes('no-labels'));
});

test('the label store is as large as foreseen, and found where it is there', async (t) => {
  const root = join(bench.folder, 'labels');
  const words = [bench.classifier, bench.corpus, '--size', '1x8:2', '--examples', '100', '--labels', root];
  const before = (await planned(...words)).plan;
  const { answered } = await ask(addLabel, 'label', bench.classifier, bench.corpus, '--examples', '100', '--out', root);
  const [{ folder }] = answered as [{ folder: string }];
  const [shard = ''] = (await readdir(folder)).filter((name) => name.endsWith('.arrow'));
  const { size } = await stat(join(folder, shard));
  const foreseen = before.teachers[0]?.labels;
  t.is(foreseen?.stored, false);
  t.true(foreseen!.bytes <= size && size - foreseen!.bytes < 1000, `${size} bytes, foreseen ${foreseen!.bytes}`);
  const after = await planned(...words);
  t.is(after.plan.teachers[0]?.labels?.stored, true);
  t.is(after.plan.time.labelling, 0);
  t.regex(after.text, /classifier: there already/);
});

test('matched layers, the parameters beside the student, and a teacher in memory', async (t) => {
  const { plan, text } = await planned(bench.classifier, bench.corpus, '--size', '2x8:2', '--objective', 'tinybert-hidden');
  t.is(plan.student.auxiliary, 2 * 8 * 16); // one projection for embeddings, one for all layers
  t.is(plan.memory.weights, 4 * (plan.student.parameters + plan.student.auxiliary));
  t.true(plan.live && plan.memory.teacher > 4 * plan.teachers[0]!.parameters!);
  t.is(plan.stepFlops, 4 * (3 * plan.student.flops + plan.teachers[0]!.flops!));
  t.is(plan.time.labelling, 0);
  t.regex(text, /embeddings +embeddings +1 +hidden states +tinybert-hidden\nlayer 1 +layer 1/);
  t.regex(text, /nothing is stored: the teacher is asked at every step/);
});

test('of teachers that are asked at every step the weights of all are in memory', async (t) => {
  const { plan } = await planned(bench.classifier, bench.classifier, bench.corpus, '--size', '1x8:2', '--live');
  t.is(plan.teachers.length, 2);
  t.true(plan.memory.teacher > 4 * (plan.teachers[0]!.parameters! + plan.teachers[1]!.parameters!));
});

test('--probe: a cut against its teacher, and a map that can be typed', async (t) => {
  const { plan, text } = await planned(bench.classifier, bench.corpus, '--layers', '1', '--probe', '40');
  const { probe } = plan;
  t.deepEqual([probe?.rows, probe?.examples, probe?.likeness.length, probe?.likeness[0]?.length], ['student', 40, 2, 3]);
  t.true(Math.abs(probe!.likeness[0]![0]! - 1) < 1e-9, 'the embeddings are the teacher\'s');
  const [, first, second] = probe!.likeness[1] as number[];
  t.is(probe?.match, first! >= second! ? '1:1' : '1:2');
  t.regex(text, /student +embeddings +1 +2\n.*\nembeddings +1\.000/);
  t.true(text.includes(`--match ${probe!.match} `));
  const again = await planned(bench.classifier, bench.corpus, '--layers', '1', '--objective', 'hint', '--match', probe!.match);
  t.regex(again.text, /layer 1 +layer [12]/);
});

test('--probe: of a fresh student, the teacher\'s layers that stand for all', async (t) => {
  const { probe } = (await planned(bench.classifier, bench.corpus, '--size', '2x8:2', '--probe', '20')).plan;
  t.deepEqual([probe?.rows, probe?.likeness.length, probe?.match], ['teacher', 3, '1:1,2:2']);
  await t.throwsAsync(planned(bench.classifier, bench.corpus, '--size', '3x8:2', '--probe', '20'), { message: '3 layers cannot stand for the 2 of a teacher' });
});

test('answers and label stores have no insides, and are not asked', async (t) => {
  const file = await writeAnswers(join(bench.folder, 'answers.jsonl'), (await opinions(bench.corpus)).map(({ id }, i) => ({ id, probs: probabilities(i) })));
  const words = [file, bench.corpus, '--size', '1x8:2', '--vocabulary', '200'];
  const { plan, text } = await planned(...words);
  t.deepEqual(plan.teachers, [{ place: file }]);
  t.is(plan.time.labelling, 0);
  t.regex(text, /answers\.jsonl: there already/);
  await t.throwsAsync(planned(...words, '--probe', '10'), { message: /^--probe: \S+answers\.jsonl has no layers that can be looked at/ });
  await t.throwsAsync(planned(bench.classifier, ...words), { message: /not both at once; label the corpus first: retort label$/ });
});

test.serial('the options are those of distill, checked alike; nothing leaks', async (t) => {
  await t.throwsAsync(planned(bench.classifier, bench.corpus), { message: /which student\? Give one of --size/ });
  await t.throwsAsync(planned(bench.classifier, bench.corpus, '--size', '1x8', '--match', 'top'), { message: /--match: soft labels match no states/ });
  await t.throwsAsync(planned(bench.classifier, bench.corpus, '--size', '1x8', '--objective', 'seq-kd'), { message: /argument 'seq-kd' is invalid\. Allowed choices are soft-label, / });
  await t.throwsAsync(planned(bench.classifier, bench.corpus, '--size', '1x12:3', '--objective', 'minilm'), { message: /^--objective minilm: minilm-attention: heads are compared one by one/ });
  const teacher = (await loadModel(bench.classifier)).model;
  const kept = teacher.parameters.names.length; // the teacher that a command opens lives as long as its process
  teacher.dispose();
  t.deepEqual(await leaks(async () => void (await planned(bench.classifier, bench.corpus, '--size', '1x8:2'))), { tensors: kept, buffers: kept });
});
