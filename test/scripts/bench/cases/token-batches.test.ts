/** Made-up batches: framed, full-length, and masked as often as asked. */
import test from 'ava';
import { hideWords, hostBatches, tokenIds } from '../../../../scripts/bench/cases/token-batches.ts';
import { randomKey } from '../../../../src/engine/random.ts';

const shape = { batches: 2, rows: 3, tokens: 20, vocabulary: 2000 };
const key = randomKey(1, 'words');

test('rows are [CLS], words, [SEP], the same for the same key', (t) => {
  const { data, shape: sides } = tokenIds(shape, key);
  t.deepEqual(sides, [2, 3, 20]);
  for (let row = 0; row < 6; row++) {
    const ids = data.subarray(row * 20, (row + 1) * 20);
    t.deepEqual([ids[0], ids[19]], [101, 102]);
    t.true(ids.subarray(1, 19).every((id) => id >= 999 && id < 2000));
  }
  t.deepEqual(tokenIds(shape, key).data, data);
  t.true(new Set(data).size > 60);
});

test('hidden words become the mask, and the labels remember them', (t) => {
  const words = tokenIds(shape, key).data;
  const ids = tokenIds(shape, key);
  const { data: labels } = hideWords(ids, 0.15, randomKey(1, 'mask'));
  const hidden = [...labels.keys()].filter((place) => labels[place] !== -100);
  t.is(hidden.length, 6 * Math.round(0.15 * 18));
  ids.data.forEach((id, place) => {
    t.is(id, labels[place] === -100 ? (words[place] ?? NaN) : 103);
    if (labels[place] !== -100) t.is(labels[place], words[place]);
  });
});

test('host batches cut the arrays, with no padding', (t) => {
  const { data, shape: sides } = tokenIds(shape, key);
  const batches = hostBatches(data, sides, (begin, end) => ({ kind: 'masked-lm', tokens: data.slice(begin, end) }));
  t.is(batches.length, 2);
  const [, second] = batches;
  t.like(second, { rows: 3, width: 20, exampleIds: ['1/0', '1/1', '1/2'] });
  t.deepEqual(second?.inputIds, data.slice(60, 120));
  t.true(second?.mask.every((real) => real === 1));
  t.deepEqual(second?.labels, { kind: 'masked-lm', tokens: data.slice(60, 120) });
});
