import test from 'ava';
import { leaks } from '../../src/engine/memory.ts';
import type { LabelHeader } from '../../src/teacher/label-header.ts';
import type { StoredLabels } from '../../src/teacher/label-store.ts';
import { recordedTeacher } from '../../src/teacher/recorded.ts';
import { StoredStates } from '../../src/teacher/stored-states.ts';
import { disposeSignal } from '../../src/teacher/teacher.ts';
import { read } from '../engine/numbers.ts';
import { tinyBatch } from '../models/tiny-model.ts';
import { startEngine } from '../engine-under-test.ts';

test.before(startEngine);

const source = { teacher: '0123456789abcdef0123', tokenizer: 'bb', corpus: 'cc', maxTokens: 13, task: 'single-label' as const, labels: ['no', 'yes'] };
const header: LabelHeader = { format: 'retort-labels-2', tool: 'test', voice: 'a teacher', wants: { logits: true }, dtypes: { logits: 'float32', states: 'float16' }, states: null, source, examples: 3, silent: 0, shards: [] };
const labels: StoredLabels = { folder: 'store', header, rows: new Map([['e2', 0], ['e0', 1], ['e1', 2]]), logits: Float32Array.of(20, 21, 0, 1, 10, 11), states: new StoredStates([]) };

test('answers are joined by id, not by place', async (t) => {
  const teacher = recordedTeacher(labels);
  const { logits } = await teacher.says(tinyBatch([[2, 3], [2, 3], [2, 3]]), { logits: true });
  t.deepEqual(logits.shape, [3, 2]);
  t.deepEqual(await read(logits), [0, 1, 10, 11, 20, 21]);
  const { logits: turned } = await teacher.says({ ...tinyBatch([[2, 3], [2, 3]]), exampleIds: ['e2', 'e1'] }, { logits: true });
  t.deepEqual(await read(turned), [20, 21, 10, 11]);
});

test('alone it is an ensemble of one', async (t) => {
  const teacher = recordedTeacher(labels);
  t.is(teacher.can({ members: true }), undefined);
  const { members } = await teacher.says(tinyBatch([[2, 3], [2, 3]]), { members: true });
  t.deepEqual(members.shape, [1, 2, 2]);
  t.deepEqual(await read(members), [0, 1, 10, 11]);
});

test('an example that was never labelled rejects by its id', async (t) => {
  const batch = { ...tinyBatch([[2, 3], [2, 3]]), exampleIds: ['e1', 'e9'] };
  await t.throwsAsync(recordedTeacher(labels).says(batch, { logits: true }), { message: 'example e9 is not in the label store' });
});

test('it can say logits, and refuses what is not stored with both sides', (t) => {
  const { can } = recordedTeacher(labels);
  t.is(can({ logits: true }), undefined);
  t.is(can({}), undefined);
  t.is(can({ logits: true, hidden: [1], attention: [0] }), 'the label store holds {"logits":true}, but hidden, attention are wanted: use a live teacher');
});

test('classes come in the order that is asked for; others are refused with both sides', async (t) => {
  const { logits } = await recordedTeacher(labels, { classes: ['yes', 'no'] }).says(tinyBatch([[2, 3], [2, 3]]), { logits: true });
  t.deepEqual(await read(logits), [1, 0, 11, 10]);
  for (const classes of [['no'], ['no', 'maybe'], ['no', 'no'], ['no', 'yes', 'maybe']]) {
    t.throws(() => recordedTeacher(labels, { classes }), { message: `store: these labels do not fit\n  labels: stored ["no","yes"], wanted ${JSON.stringify(classes)}` });
  }
});

test('where the store is silent, the other voice speaks, in the order of the classes', async (t) => {
  const otherwise = { name: 'the corpus', logitsOf: (id: string) => (id === 'e7' ? [70, 71] : undefined) };
  const teacher = recordedTeacher(labels, { classes: ['yes', 'no'], otherwise });
  const { logits } = await teacher.says({ ...tinyBatch([[2, 3], [2, 3]]), exampleIds: ['e7', 'e1'] }, { logits: true });
  t.deepEqual(await read(logits), [70, 71, 11, 10]);
  t.is(teacher.name, 'recorded 0123456789abcdef, else the corpus');
  await t.throwsAsync(teacher.says({ ...tinyBatch([[2, 3]]), exampleIds: ['e9'] }, { logits: true }), { message: 'example e9 is not in the label store' });
});

test('states that are not there are refused, and what is never stored', async (t) => {
  const teacher = recordedTeacher(labels);
  t.is(teacher.can({ logits: true, headInput: true }), 'the label store holds {"logits":true}, but headInput are wanted: use a live teacher');
  await t.throwsAsync(teacher.says(tinyBatch(), { cls: [1] }), { message: /but cls are wanted/ });
  const some = recordedTeacher({ ...labels, header: { ...header, wants: { logits: true, cls: [2], hidden: [0] }, states: { width: 4, layers: 2 } } });
  t.is(some.can({ logits: true, cls: [2], hidden: [0] }), undefined);
  t.is(some.can({ cls: [-1], hidden: [-3] }), undefined);
  t.is(some.can({ cls: [1, 2] }), 'the label store holds {"logits":true,"cls":[2],"hidden":[0]}, but {"cls":[1,2]} is wanted: use a live teacher');
  t.is(some.can({ hidden: [7] }), "hidden states of layer 7 are wanted, but the teacher's run from 0 to 2");
});

test('its name says whose labels these are', (t) => {
  t.is(recordedTeacher(labels).name, 'recorded 0123456789abcdef');
});

test.serial('nothing is left of a signal that was disposed', async (t) => {
  const teacher = recordedTeacher(labels);
  t.deepEqual(await leaks(async () => {
    const batch = tinyBatch();
    disposeSignal(await teacher.says(batch, { logits: true, members: true }));
    batch.dispose();
  }), { tensors: 0, buffers: 0 });
});
