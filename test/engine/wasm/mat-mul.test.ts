import type { BackendWasm } from '@tensorflow/tfjs-backend-wasm';
import fc from 'fast-check';
import test from 'ava';
import * as tf from '../../../src/engine/tf.ts';
import { close, drawn, read } from '../numbers.ts';
import { startEngine } from '../../engine-under-test.ts';

test.before(startEngine);

interface Product {
  readonly a: readonly number[];
  readonly b: readonly number[];
  readonly transposeA: boolean;
  readonly transposeB: boolean;
}

/** [..., M, K] · [..., K, N] in float64; an operand of one matrix serves every matrix of the other. */
async function naive({ a, b, transposeA, transposeB }: Product): Promise<number[]> {
  const [left, right] = [await read(drawn('a', a)), await read(drawn('b', b))];
  const [aRows, aColumns, bRows, bColumns] = [a.at(-2)!, a.at(-1)!, b.at(-2)!, b.at(-1)!];
  const [rows, inner, columns] = [transposeA ? aColumns : aRows, transposeA ? aRows : aColumns, transposeB ? bRows : bColumns];
  const [aSize, bSize] = [aRows * aColumns, bRows * bColumns];
  const pairs = Math.max(left.length / aSize, right.length / bSize);
  const product: number[] = [];
  for (let pair = 0; pair < pairs; pair++) {
    const [aStart, bStart] = [(pair * aSize) % left.length, (pair * bSize) % right.length];
    for (let row = 0; row < rows; row++) {
      for (let column = 0; column < columns; column++) {
        let sum = 0;
        for (let k = 0; k < inner; k++) {
          sum += left[aStart + (transposeA ? k * aColumns + row : row * aColumns + k)]! * right[bStart + (transposeB ? column * bColumns + k : k * bColumns + column)]!;
        }
        product.push(sum);
      }
    }
  }
  return product;
}

function multiply({ a, b, transposeA, transposeB }: Product): tf.Tensor {
  return tf.tidy(() => tf.matMul(drawn('a', a), drawn('b', b), transposeA, transposeB));
}

const batches: readonly (readonly [string, readonly number[], readonly number[], readonly number[]])[] = [
  ['two matrices', [], [], []],
  ['a batch of one', [1], [1], [1]],
  ['a batch', [4], [4], [4]],
  ['one by a batch', [1], [4], [4]],
  ['a batch by one', [4], [1], [4]],
  ['a matrix by a batch', [], [4], [4]],
  ['a batch by a matrix', [4], [], [4]],
  ['a matrix by a batch of one', [], [1], [1]],
  ['rank 4', [2, 3], [2, 3], [2, 3]],
  ['rank 4 by a matrix', [2, 3], [], [2, 3]],
  ['rank 4 by rank 3, equally many', [1, 3], [3], [1, 3]],
  ['rank 3 by rank 4, equally many', [3], [1, 3], [1, 3]],
];

for (const [what, aBatch, bBatch, outBatch] of batches) {
  test(`${what}, in every combination of transposes`, async (t) => {
    t.is(tf.getBackend(), 'wasm');
    for (const transposeA of [false, true]) {
      for (const transposeB of [false, true]) {
        const product = { a: [...aBatch, ...(transposeA ? [7, 5] : [5, 7])], b: [...bBatch, ...(transposeB ? [3, 7] : [7, 3])], transposeA, transposeB };
        const actual = multiply(product);
        t.deepEqual(actual.shape, [...outBatch, 5, 3]);
        close(t, `${transposeA} ${transposeB}`, await read(actual), await naive(product));
      }
    }
  });
}

test('sizes around the kernel\'s tiles, and single rows and columns', async (t) => {
  const side = fc.integer({ min: 1, max: 19 });
  await fc.assert(
    fc.asyncProperty(side, side, side, fc.integer({ min: 1, max: 3 }), fc.boolean(), fc.boolean(), async (rows, inner, columns, batch, transposeA, transposeB) => {
      const product = { a: [batch, ...(transposeA ? [inner, rows] : [rows, inner])], b: [batch, ...(transposeB ? [columns, inner] : [inner, columns])], transposeA, transposeB };
      close(t, JSON.stringify(product), await read(multiply(product)), await naive(product), { absolute: 1e-6 });
    }),
    { numRuns: 60 },
  );
});

test('repeated products are equal bit for bit, and leave no data id and no heap behind', async (t) => {
  const backend = tf.backend() as BackendWasm;
  const [a, b] = [drawn('a', [3, 64, 96]), drawn('b', [3, 80, 96])];
  const product = () => tf.matMul(a, b, false, true);
  const expected = await read(product());
  const heap = () => (backend.wasm as unknown as { HEAPU8: Uint8Array }).HEAPU8.length;
  const [tensors, ids] = [tf.memory().numTensors, backend.numDataIds()];
  for (let i = 0; i < 20; i++) product().dispose();
  const grown = heap();
  for (let i = 0; i < 400; i++) product().dispose(); // 92 KiB packed each: 36 MiB if every copy stayed
  t.is(heap(), grown);
  t.is(tf.memory().numTensors, tensors);
  t.is(backend.numDataIds(), ids);
  t.deepEqual(await read(product()), expected);
});

test('a product sees values changed in place', async (t) => {
  const backend = tf.backend() as BackendWasm;
  for (const batch of [[], [1], [2]]) {
    const [ones, b] = [tf.ones([...batch, 1, 2]), tf.tidy(() => tf.mul(tf.ones([...batch, 2, 3]), 5))];
    const product = () => tf.tidy(() => tf.matMul(ones, b));
    t.true((await read(product())).every((value) => value === 10));
    (backend.typedArrayFromHeap(b) as Float32Array).fill(7); // as AdamW's kernel does
    t.true((await read(product())).every((value) => value === 14), `batch [${batch.join(', ')}]`);
  }
});

test('shapes that do not multiply are refused with both of them, and leave nothing behind', (t) => {
  const ids = (tf.backend() as BackendWasm).numDataIds();
  const refused = (a: number[], b: number[], message: RegExp) =>
    t.throws(() => tf.tidy((): tf.Tensor => tf.matMul(tf.ones(a), tf.ones(b), false, true)), { message });
  refused([2, 3], [5, 4], /\[2, 3\] by float32 \[4, 5\]/);
  refused([2, 2, 3], [2, 5, 4], /\[2, 2, 3\] by float32 \[2, 4, 5\]/);
  refused([2, 1, 2, 3], [1, 2, 4, 3], /cannot multiply/);
  refused([2, 2, 3], [3, 4, 3], /[Bb]roadcast/);
  t.throws(() => tf.tidy((): tf.Tensor => tf.matMul(tf.ones([2, 2], 'int32'), tf.ones([2, 2], 'int32'))), { message: /int32/ });
  t.is((tf.backend() as BackendWasm).numDataIds(), ids);
});
