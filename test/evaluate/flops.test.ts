import test from 'ava';
import { flopsPerExample, meanFlops } from '../../src/evaluate/flops.ts';
import { bilstmConfig } from '../../src/models/bilstm/config.ts';
import { freshConfig, parseSize } from '../../src/models/size.ts';
import type { FamilyName, Task } from '../../src/models/config.ts';

const config = (size: string, { task = 'single-label', family = 'bert', labels = ['a', 'b'] }: { task?: Task; family?: FamilyName; labels?: readonly string[] } = {}) =>
  freshConfig(parseSize(size), { family, vocabulary: 100, padId: 0, positions: 512, task, labels: task === 'none' || task === 'masked-lm' ? [] : labels });

test('every product of a small model, added up by hand', (t) => {
  // T = 3, H = 4, F = 8, one layer: query, key, value and output 4 (2·3·4·4), up and down 2 (2·3·4·8), scores and mixing 2 (2·3·3·4).
  const layer = 4 * 96 + 2 * 192 + 2 * 72;
  t.is(flopsPerExample(config('1x4:2:8', { task: 'none', family: 'distilbert' }), 3), layer);
  t.is(flopsPerExample(config('3x4:2:8', { task: 'none', family: 'distilbert' }), 3), 3 * layer);
  t.is(flopsPerExample(config('1x4:2:8', { task: 'none' }), 3), layer + 2 * 16, 'the pooler');
  t.is(flopsPerExample(config('1x4:2:8', { labels: ['a', 'b', 'c'] }), 3), layer + 2 * 16 + 2 * 4 * 3);
  t.is(flopsPerExample(config('1x4:2:8', { task: 'regression', labels: ['score'] }), 3), layer + 2 * 16 + 2 * 4);
  t.is(flopsPerExample(config('1x4:2:8', { task: 'masked-lm' }), 3), layer + 3 * (2 * 16 + 2 * 4 * 100));
});

test('what the other families do between, added up by hand', (t) => {
  // T = 3, H = 4, F = 8: the layer of above, below it 2·3·E·H; ALBERT and ELECTRA decode from E.
  const layer = 4 * 96 + 2 * 192 + 2 * 72;
  const of = (family: FamilyName, change: object) => flopsPerExample({ ...config('1x4:2:8', { task: 'none', family }), ...change }, 3);
  t.is(of('roberta', {}), layer + 2 * 16);
  t.is(of('electra', {}), layer);
  t.is(of('electra', { embeddingWidth: 2 }), layer + 2 * 3 * 2 * 4);
  t.is(of('albert', { embeddingWidth: 2 }), layer + 2 * 3 * 2 * 4 + 2 * 16);
  t.is(of('albert', { embeddingWidth: 2, layers: 5 }), 5 * layer + 2 * 3 * 2 * 4 + 2 * 16, 'a shared layer is computed at every depth');
  t.is(of('albert', { embeddingWidth: 2, task: 'masked-lm' }), layer + 2 * 3 * 2 * 4 + 2 * 3 * (4 * 2 + 2 * 100));
  // Trigram 2·3·3E·H; N = 2: query, key, output N², value, two narrowing and one widening N·H, three feed-forwards of N·F up and down; attention at N.
  const narrow = 2 * 3 * (3 * 4 + 4 * 8 + 3 * 2 * 16) + 4 * 9 * 2;
  t.is(of('mobilebert', { embeddingWidth: 1, bottleneck: { width: 2, feedForwards: 3, pooler: false } }), 2 * 3 * 3 * 4 + narrow);
});

test('a BiLSTM, added up by hand', (t) => {
  // T = 3, N = 2, E = 5, D = 7, 3 classes: 2 ways of 2·3·8·(5 + 2), then 2·7·4 and 2·7·3; of a pair the LSTM twice, and 2·7·16.
  const of = (pairs: boolean) => flopsPerExample(bilstmConfig({ units: 2, embeddingWidth: 5, width: 7 }, { vocabulary: 9, padId: 0, positions: 9, task: 'single-label', labels: ['a', 'b', 'c'], pairs }), 3);
  t.is(of(false), 2 * 336 + 56 + 42);
  t.is(of(true), 4 * 336 + 224 + 42);
});

test('BERT-base at 128 tokens: 22.3 GFLOP, 175 million for each token', (t) => {
  const flops = flopsPerExample(config('12x768'), 128);
  t.is(Math.round(flops / 1e8), 223);
  t.is(Math.round(flops / 128 / 1e6), 175);
});

test('heads share the width: how many there are costs nothing', (t) => {
  t.is(flopsPerExample(config('2x64:2'), 9), flopsPerExample(config('2x64:8'), 9));
});

test('over a corpus it is the mean of the examples, not the cost of their mean length', (t) => {
  const dimensions = config('2x16:2');
  t.is(meanFlops(dimensions, Uint32Array.of(2, 10)), (flopsPerExample(dimensions, 2) + flopsPerExample(dimensions, 10)) / 2);
  t.true(meanFlops(dimensions, [2, 10]) > flopsPerExample(dimensions, 6));
});

test('no length, no cost', (t) => {
  for (const tokens of [0, -1, NaN, Infinity]) t.throws(() => flopsPerExample(config('1x4'), tokens), { message: `the length of an example must be a number from 1, not ${tokens}` });
  t.throws(() => meanFlops(config('1x4'), []), { message: 'there is no example to count the operations of' });
});
