// Attention in training where LibTorch's kernels compute it, as on CUDA: rehearsed on the CPU.
import { attentionGradientOp, attentionOp } from '../../../src/engine/fused/attention.ts';
import { dropoutAttributes } from '../../../src/engine/fused/dropout.ts';
import { type Attributes, runFused } from '../../../src/engine/fused/fused-op.ts';
import { useEngine } from '../../../src/engine/engine.ts';
import { randomKey } from '../../../src/engine/random.ts';
import * as tf from '../../../src/engine/tf.ts';
import { closeTensors, drawn, read } from '../numbers.ts';
import { torchTest } from './built.ts';

type Run = (name: 'RetortAttention' | 'RetortAttentionGradient', inputs: Record<string, tf.Tensor>, attributes: Attributes) => tf.Tensor[];
const byLibrary: Run = (name, inputs, attributes) => runFused<tf.Tensor[]>(name, inputs, attributes);
const writtenOut: Run = (name, inputs, attributes) => (name === 'RetortAttention' ? attentionOp : attentionGradientOp).composite(inputs, attributes) as tf.Tensor[];

/** Context and gradients of query, key and value, and what was kept between the two passes. */
function passes(run: Run, queries: number, keys: number, attributes: Attributes): { readonly results: tf.Tensor[]; readonly left: tf.Tensor } {
  const query = drawn('query', [3, 2, queries, 8]);
  const [key, value] = ['key', 'value'].map((name) => drawn(name, [3, 2, keys, 8])) as [tf.Tensor, tf.Tensor];
  const bias = tf.tensor(Float32Array.from({ length: 3 * keys }, (_, i) => (i % keys > (i / keys) * 2 + 1 ? -1e9 : 0)), [3, 1, 1, keys]);
  const [context, left] = run('RetortAttention', { query, key, value, bias }, { ...attributes, gradient: true }) as [tf.Tensor, tf.Tensor];
  const gradients = run('RetortAttentionGradient', { dy: drawn('dy', [3, 2, queries, 8]), query, key, value, bias, left }, attributes);
  return { results: [context, ...gradients], left };
}

for (const [queries, keys] of [[5, 5], [1, 64], [130, 130]] as const) {
  torchTest(`${queries} queries of ${keys} keys: without dropout nothing is kept, and gradients are those of the probabilities`, async (t) => {
    await useEngine('torch', { kernels: 'library', device: process.env.RETORT_TEST_DEVICE ?? 'cpu' });
    const plain = { scale: 1 / Math.sqrt(8), ...dropoutAttributes(undefined) };
    const [actual, expected] = [passes(byLibrary, queries, keys, plain), passes(writtenOut, queries, keys, plain)];
    t.is(actual.left.size, 0);
    for (const [i, name] of ['context', 'dquery', 'dkey', 'dvalue'].entries()) await closeTensors(t, name, actual.results[i]!, expected.results[i]!);
    const bits = (results: tf.Tensor[]) => Promise.all(results.map(read));
    t.deepEqual(await bits(passes(byLibrary, queries, keys, plain).results), await bits(actual.results), 'the same bits every time');
    const dropping = { ...plain, ...dropoutAttributes({ rate: 0.5, key: randomKey(1) }) };
    t.deepEqual(passes(byLibrary, queries, keys, dropping).left.shape, [3, 2, queries, keys]);
  });
}
