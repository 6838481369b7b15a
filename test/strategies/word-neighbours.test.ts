import test from 'ava';
import { embeddingNeighbours, vectorNeighbours } from '../../src/strategies/word-neighbours.ts';
import { WordVectors } from '../../src/text/word-vectors.ts';
import { startEngine } from '../engine-under-test.ts';
import { tinyModel } from '../models/tiny-model.ts';
import { tinyTokenizer } from '../text/tiny-tokenizer.ts';

test.before(startEngine);

test('by a file of vectors: as it is written or in lower case, never the word itself', (t) => {
  const { near } = vectorNeighbours(new WordVectors(['Paris', 'paris', 'london', 'rome', 'tree'], Float32Array.of(1, 0, 1, 0.01, 1, 0.1, 1, 0.2, 0, 1)));
  t.deepEqual(near('Paris', [], 2), ['london', 'rome']);
  t.deepEqual(near('PARIS', [], 1), ['london']);
  t.deepEqual(near('Athens', [], 2), []);
});

test('by a model\'s embeddings: the words nearest to the mean of the pieces', async (t) => {
  const [model, tokenizer] = [tinyModel({ task: 'masked-lm', labels: [] }), tinyTokenizer()];
  const table = new Float32Array(29 * 9);
  const at = (id: number, values: readonly number[]) => table.set(values, id * 9);
  at(5, [1, 0]); // a
  at(6, [0, 1]); // b
  at(7, [1, 1.1]); // c
  at(8, [-1, 0]); // d
  at(2, [1, 1]); // [CLS], which is no word
  const values = await model.parameters.read();
  model.parameters.assign(new Map([...values].map(([name, { data }]) => [name, name.endsWith('word_embeddings.weight') ? table : data])));
  const { near } = await embeddingNeighbours(model, tokenizer);
  t.is(near('ab', [5, 6], 1)[0], 'c');
  t.deepEqual(near('dx', [8], 1), ['d']);
  t.deepEqual(near('unknown', [], 2), []);
  t.false(near('ab', [5, 6], 20).includes('[CLS]'));
});
