/** One token's attention to rows in several arrays, against softmax(q·k) v written out for every row and head. */
import test from 'ava';
import { type CachedAttention, cachedAttention, cachedAttentionComposite } from '../../../src/engine/fused/cached-attention.ts';
import * as tf from '../../../src/engine/tf.ts';
import { close, drawn, read } from '../numbers.ts';
import { engineUnderTest, looksUnderTest } from '../../engine-choice.ts';
import { startEngine } from '../../engine-under-test.ts';

test.before(startEngine);

const [rows, heads, depth] = [3, 2, 20];
const width = heads * depth;

/** Two tokens of their own, then an array that serves three; a row that sees all, one that misses two, one that sees a single step. */
const places = [[0, 2, 1], [1, -1, -1], [0, 3, -1], [1, 4, 6], [2, -1, -1]];
const asked = (): CachedAttention => ({
  query: drawn('query', [rows, 1, width]),
  blocks: [
    { key: drawn('k0', [3, 1, width]), value: drawn('v0', [3, 1, width]) },
    { key: drawn('k1', [2, 1, width]), value: drawn('v1', [2, 1, width]) },
    { key: drawn('k2', [2, 4, width]), value: drawn('v2', [2, 4, width]), steps: 3 },
  ],
  places: tf.tensor2d(places.map((row, step) => (step === 1 ? [1, 0, -1] : row)), [5, rows], 'int32'),
  heads,
  scale: 0.3,
});

async function written(of: CachedAttention): Promise<number[]> {
  const query = await read(of.query);
  const table = await read(of.places);
  const bias = of.bias && (await read(of.bias));
  const steps: { keys: number[]; values: number[] }[] = [];
  for (const { key, value, steps: own = 1 } of of.blocks) {
    const arrays = { keys: await read(key), values: await read(value) };
    for (let step = 0; step < own; step++) steps.push(arrays);
  }
  const context = new Array<number>(rows * width).fill(0);
  for (let row = 0; row < rows; row++) {
    for (let head = 0; head < heads; head++) {
      const at = (place: number, d: number) => place * width + head * depth + d;
      const seen = steps.flatMap(({ keys, values }, step) => {
        const place = table[step * rows + row]!;
        if (place < 0) return [];
        let score = 0;
        for (let d = 0; d < depth; d++) score += query[at(row, d)]! * keys[at(place, d)]!;
        return [{ score: score * of.scale + (bias?.[head * steps.length + step] ?? 0), values, place }];
      });
      const most = Math.max(...seen.map(({ score }) => score));
      const sum = seen.reduce((total, { score }) => total + Math.exp(score - most), 0);
      for (const { score, values, place } of seen) for (let d = 0; d < depth; d++) context[at(row, d)]! += (Math.exp(score - most) / sum) * values[at(place, d)]!;
    }
  }
  return context;
}

test('the kernel and the composite give what is written out', async (t) => {
  t.is(tf.getBackend(), engineUnderTest);
  const plain = asked();
  const expected = await written(plain);
  const kernel = cachedAttention(plain);
  t.deepEqual(kernel.shape, [rows, 1, width]);
  close(t, 'kernel', await read(kernel), expected, { relative: 1e-5, absolute: 1e-5 });
  close(t, 'composite', await read(cachedAttentionComposite(plain)), expected, { relative: 1e-5, absolute: 1e-5 });
});

test('a bias of positions is part of the scores', async (t) => {
  const biased = { ...asked(), bias: drawn('bias', [1, heads, 1, 5]) };
  const expected = await written(biased);
  close(t, 'kernel', await read(cachedAttention(biased)), expected, { relative: 1e-5, absolute: 1e-5 });
  close(t, 'composite', await read(cachedAttentionComposite(biased)), expected, { relative: 1e-5, absolute: 1e-5 });
});

test('blocks that do not serve every step are refused', (t) => {
  const { blocks, ...others } = asked();
  t.throws(() => cachedAttention({ ...others, blocks: blocks.slice(0, 2) }), { message: /for 2 steps of 5/ });
});

test('a row that no array has is an error, or where numbers are not looked at no number', async (t) => {
  const { places: table, ...others } = asked();
  const wrong = tf.add<tf.Tensor2D>(table, tf.tensor2d(places.map((_, step) => [0, step === 3 ? 1_000_000 : 0, 0]), [5, rows], 'int32'));
  if (engineUnderTest === 'torch' && !looksUnderTest) {
    const numbers = (await read(cachedAttention({ ...others, places: wrong }))).map(Number.isNaN);
    t.deepEqual(numbers, numbers.map((_, i) => Math.floor(i / width) === 1));
  } else t.throws(() => cachedAttention({ ...others, places: wrong }));
});
