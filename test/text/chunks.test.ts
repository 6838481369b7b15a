import test from 'ava';
import { chunksOf } from '../../src/text/chunks.ts';
import { all } from './text-folder.ts';

test('lists of so many, the last one shorter; nothing gives none', async (t) => {
  t.deepEqual(await all(chunksOf([1, 2, 3, 4, 5], 2)), [[1, 2], [3, 4], [5]]);
  t.deepEqual(await all(chunksOf([1, 2], 2)), [[1, 2]]);
  t.deepEqual(await all(chunksOf([], 2)), []);
});
