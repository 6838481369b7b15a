import test from 'ava';
import { leaks } from '../../src/engine/memory.ts';
import { recordedTeacher } from '../../src/teacher/recorded.ts';
import { disposeSignal } from '../../src/teacher/teacher.ts';
import { read } from '../engine/numbers.ts';
import { tinyBatch } from '../models/tiny-model.ts';
import { startEngine } from '../engine-under-test.ts';

test.before(startEngine);

const source = { teacher: '0123456789abcdef0123', tokenizer: 'bb', corpus: 'cc', maxTokens: 13, labels: ['no', 'yes'] };
const header = { format: 'retort-labels-1', wants: { logits: true }, dtype: 'float32', source, examples: 3, shards: [] } as const;
const labels = { header: { ...header, shards: [] }, rows: new Map([['e2', 0], ['e0', 1], ['e1', 2]]), logits: Float32Array.of(20, 21, 0, 1, 10, 11) };

test('answers are joined by id, not by place', async (t) => {
  const teacher = recordedTeacher(labels);
  const { logits } = await teacher.says(tinyBatch([[2, 3], [2, 3], [2, 3]]), { logits: true });
  t.deepEqual(logits.shape, [3, 2]);
  t.deepEqual(await read(logits), [0, 1, 10, 11, 20, 21]);
  const { logits: turned } = await teacher.says({ ...tinyBatch([[2, 3], [2, 3]]), exampleIds: ['e2', 'e1'] }, { logits: true });
  t.deepEqual(await read(turned), [20, 21, 10, 11]);
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

test('its name says whose labels these are', (t) => {
  t.is(recordedTeacher(labels).name, 'recorded 0123456789abcdef');
});

test.serial('nothing is left of a signal that was disposed', async (t) => {
  const teacher = recordedTeacher(labels);
  t.deepEqual(await leaks(async () => {
    const batch = tinyBatch();
    disposeSignal(await teacher.says(batch, { logits: true }));
    batch.dispose();
  }), { tensors: 0, buffers: 0 });
});
