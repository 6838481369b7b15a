import test from 'ava';
import { type HostArrays, type HostLabels, upload } from '../../src/engine/batch.ts';
import * as tf from '../../src/engine/tf.ts';
import { read } from './numbers.ts';
import { engineUnderTest } from '../engine-choice.ts';
import { startEngine } from '../engine-under-test.ts';

test.before(startEngine);

const host: HostArrays = {
  exampleIds: ['a', 'b'], rows: 2, width: 3,
  inputIds: Int32Array.of(1, 2, 3, 4, 5, 0), mask: Float32Array.of(1, 1, 1, 1, 1, 0), typeIds: Int32Array.of(0, 0, 1, 0, 1, 0),
};

test.serial('ids, mask and types arrive with their shapes and types', async (t) => {
  t.is(tf.getBackend(), engineUnderTest);
  const batch = upload(host);
  t.like(batch, { exampleIds: ['a', 'b'], rows: 2, width: 3 });
  t.false('labels' in batch);
  for (const [tensor, dtype, values] of [[batch.inputIds, 'int32', host.inputIds], [batch.mask, 'float32', host.mask], [batch.typeIds, 'int32', host.typeIds]] as const) {
    t.deepEqual([tensor.shape, tensor.dtype], [[2, 3], dtype]);
    t.deepEqual(await read(tensor), Array.from(values));
  }
  batch.dispose();
});

test.serial('labels of each kind arrive with their shapes; dispose frees everything', async (t) => {
  const cases: readonly (readonly [HostLabels, number[], tf.DataType, number[]])[] = [
    [{ kind: 'single-label', indices: Int32Array.of(2, -1) }, [2], 'int32', [2, -1]],
    [{ kind: 'multi-label', hits: Float32Array.of(1, 0, 1, 0, -1, -1, -1, -1) }, [2, 4], 'float32', [1, 0, 1, 0, -1, -1, -1, -1]],
    [{ kind: 'regression', scores: Float32Array.of(0.5, NaN) }, [2], 'float32', [0.5, NaN]],
    [{ kind: 'masked-lm', tokens: Int32Array.of(-100, 4, -100, -100, -100, 7) }, [2, 3], 'int32', [-100, 4, -100, -100, -100, 7]],
  ];
  const before = tf.memory();
  for (const [labels, shape, dtype, values] of cases) {
    const batch = upload({ ...host, labels });
    t.is(batch.labels?.kind, labels.kind);
    t.deepEqual([batch.labels?.values.shape, batch.labels?.values.dtype], [shape, dtype]);
    t.deepEqual(await read(batch.labels!.values), values);
    batch.dispose();
  }
  t.like(tf.memory(), { numTensors: before.numTensors, numDataBuffers: before.numDataBuffers });
});

test.serial('a target arrives with its width, its labels as wide; dispose frees it', async (t) => {
  const before = tf.memory();
  const target = { width: 4, inputIds: Int32Array.of(9, 1, 2, 0, 9, 3, 0, 0), mask: Float32Array.of(1, 1, 1, 0, 1, 1, 0, 0) };
  const batch = upload({ ...host, target, labels: { kind: 'translation', tokens: Int32Array.of(1, 2, 5, -1, 3, 5, -1, -1) } });
  t.deepEqual([batch.target?.width, batch.target?.inputIds.shape, batch.target?.mask.shape, batch.labels?.values.shape], [4, [2, 4], [2, 4], [2, 4]]);
  t.deepEqual(await read(batch.target!.inputIds), Array.from(target.inputIds));
  t.deepEqual(await read(batch.target!.mask), Array.from(target.mask));
  batch.dispose();
  t.like(tf.memory(), { numTensors: before.numTensors, numDataBuffers: before.numDataBuffers });
});
