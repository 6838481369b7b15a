import { join } from 'node:path';
import test from 'ava';
import { leaks } from '../../src/engine/memory.ts';
import { saveModel } from '../../src/models/save.ts';
import { crd } from '../../src/objectives/crd.ts';
import { factorTransfer } from '../../src/objectives/factor-transfer.ts';
import { hardLabels } from '../../src/objectives/hard-labels.ts';
import { minilmAttention } from '../../src/objectives/minilm-attention.ts';
import { type Objective, weighted } from '../../src/objectives/objective.ts';
import { pkd } from '../../src/objectives/pkd.ts';
import { tinybertAttention } from '../../src/objectives/tinybert-attention.ts';
import { tinybertHidden } from '../../src/objectives/tinybert-hidden.ts';
import { vid } from '../../src/objectives/vid.ts';
import { readSafetensors } from '../../src/storage/safetensors.ts';
import { liveTeacher } from '../../src/teacher/teacher.ts';
import { trainWordPiece } from '../../src/text/train-word-piece.ts';
import { openAuxiliary, shapesOf, together } from '../../src/train/auxiliary.ts';
import { bitsOf, tinyConfig, tinyModel } from '../models/tiny-model.ts';
import { temporaryFolder } from '../storage/temporary-folder.ts';
import { ofKind, run, stopAfter, student } from './lesson.ts';
import { startEngine } from '../engine-under-test.ts';

test.before(startEngine);

const wide = { width: 12, heads: 4, feedForwardWidth: 7 };
const teacher = () => liveTeacher(tinyModel(wide, 8));
const withLabels = (objective: Objective) => weighted([[1, hardLabels()], [0.5, objective]]);
const projected = () => withLabels(tinybertHidden({ matches: [{ student: 0, teacher: 0, weight: 1 }, { student: 1, teacher: 2, weight: 1 }] }));
const shapes = { student: tinyConfig({ layers: 1 }), teacher: tinyConfig(wide), examples: 11 };

const kinds: Readonly<Record<string, () => Objective>> = {
  'two projections': projected,
  'a learned variance': () => withLabels(vid()),
  'memories of every example': () => withLabels(crd({ width: 5, negatives: 4 })),
  'a paraphraser beside a translator, whose weight follows the step': () => withLabels(factorTransfer({ factors: { from: 0, to: 1, steps: 5 } })),
};
for (const [what, objective] of Object.entries(kinds)) {
  for (const accumulation of [1, 2]) {
    test(`stopped after any step and resumed, a run ends as one never stopped: ${what}, ${accumulation} micro-batches`, async (t) => {
      const learning = () => ({ student: student({ hiddenDropout: 0.2 }), objective: objective(), teacher: teacher() });
      const whole = await bitsOf((await run({ learning: learning(), settings: { accumulation } })).model);
      for (const step of [1, 4]) {
        const checkpoints = await temporaryFolder(t);
        await run({ learning: learning(), settings: { accumulation }, hooks: { checkpoints, ...stopAfter(step) } });
        const resumed = await run({ learning: { ...learning(), student: student({ hiddenDropout: 0.2 }, 77) }, settings: { accumulation }, hooks: { checkpoints } });
        t.is(ofKind(resumed.events, 'start')[0]?.resumedAt, step);
        t.is(await bitsOf(resumed.model), whole, `stopped after ${step}`);
      }
    });
  }
}

test('they learn with the student, their first values follow from the seed, and no student is saved with them', async (t) => {
  const checkpoints = await temporaryFolder(t);
  const { model, events } = await run({ learning: { objective: projected(), teacher: teacher() }, hooks: { checkpoints } });
  t.is(ofKind(events, 'start')[0]?.auxiliary, 2 * 9 * 12);
  const first = openAuxiliary(projected(), shapes, 5);
  t.deepEqual(first.names, ['1.embeddings.weight', '1.layers.weight']);
  t.deepEqual(await openAuxiliary(projected(), shapes, 5).read(), await first.read());
  t.notDeepEqual(await openAuxiliary(projected(), shapes, 6).read(), await first.read());

  const { tensors } = await readSafetensors(join(checkpoints, 'step-00000007', 'state.safetensors'));
  const trained = await together(model.parameters, first).read();
  for (const name of first.names) {
    for (const place of ['parameter', 'first', 'second']) t.deepEqual(tensors.get(`${place}/auxiliary/${name}`)?.shape, [12, 9]);
    const now = tensors.get(`parameter/auxiliary/${name}`)?.bytes;
    const before = trained.get(`auxiliary/${name}`)?.data;
    t.false(Buffer.from(now ?? []).equals(Buffer.from(before?.buffer ?? new ArrayBuffer(0), before?.byteOffset, before?.byteLength)), `${name} did not move`);
  }
  const folder = join(await temporaryFolder(t), 'student');
  const tokenizer = await trainWordPiece(['no perhaps yes'], { size: 29, lowercase: true });
  await saveModel(folder, model, { tokenizer, card: { name: 'tiny', story: [] }, onnx: false });
  const saved = await readSafetensors(join(folder, 'model.safetensors'));
  t.deepEqual([...saved.tensors.keys()].sort(), [...student().parameters.names].sort());
});

test('what is kept and not learned has no moments', async (t) => {
  const checkpoints = await temporaryFolder(t);
  await run({ learning: { objective: crd({ width: 5, negatives: 4 }), teacher: teacher() }, hooks: { checkpoints } });
  const { tensors } = await readSafetensors(join(checkpoints, 'step-00000007', 'state.safetensors'));
  t.deepEqual([...tensors.keys()].filter((name) => name.includes('auxiliary')).sort(), [
    'first/auxiliary/student.weight', 'first/auxiliary/teacher.weight',
    'parameter/auxiliary/student.memory', 'parameter/auxiliary/student.weight', 'parameter/auxiliary/teacher.memory', 'parameter/auxiliary/teacher.weight',
    'second/auxiliary/student.weight', 'second/auxiliary/teacher.weight',
  ]);
});

const refused: readonly { what: string; objective: Objective; speaker?: () => ReturnType<typeof liveTeacher>; message: RegExp }[] = [
  { what: 'heads that do not divide', objective: tinybertAttention(), message: /^tinybert-attention: the student's 3 heads do not divide the teacher's 4; take a student of 1, 2, 4 heads, or minilm-relation/ },
  { what: 'heads of another number', objective: withLabels(minilmAttention()), message: /^minilm-attention: heads are compared one by one, but the student has 3 and the teacher 4/ },
  { what: 'other widths where no projection is allowed', objective: pkd({ projection: 'never' }), message: /^pkd: the student's states are 9 wide, the teacher's 12, and no projection is allowed/ },
  { what: 'a layer of the teacher that does not exist', objective: tinybertHidden({ matches: [{ student: 1, teacher: 3, weight: 1 }] }), message: /layer.* 3 .*run from 0 to 2/ },
  { what: 'a layer of the student that does not exist', objective: tinybertHidden({ matches: [{ student: 2, teacher: 2, weight: 1 }] }), message: /layer.* 2 .*run from 0 to 1/ },
  { what: 'a teacher of unknown sizes', objective: vid(), speaker: () => ({ name: 'a stranger', can: () => undefined, says: () => Promise.reject(new Error('it was asked')) }), message: /^vid compares layers, but the teacher does not say how many it has/ },
];
for (const { what, objective, speaker = teacher, message } of refused) {
  test(`refused before the first step, with the reason: ${what}`, async (t) => {
    const model = student();
    const before = await bitsOf(model);
    await t.throwsAsync(run({ learning: { student: model, objective, teacher: speaker() }, hooks: { emit: () => t.fail('the run began') } }), { message });
    t.is(await bitsOf(model), before);
  });
}

test.serial('a run with parameters of its own leaves none behind', async (t) => {
  const learning = [projected(), withLabels(crd({ width: 5, negatives: 4 }))].map((objective) => ({ student: student(), objective, teacher: teacher() }));
  t.deepEqual(await leaks(async () => {
    for (const one of learning) await run({ learning: one, settings: { accumulation: 2 } });
  }), { tensors: 0, buffers: 0 });
});

test('the shapes are those of the two models', (t) => {
  const learning = { student: student(), teacher: teacher() };
  t.like(shapesOf(learning, 7), { student: { layers: 1, width: 9, heads: 3 }, teacher: { layers: 2, width: 12, heads: 4 }, examples: 7 });
  t.is(shapesOf({ student: student() }, 7).teacher, undefined);
});
