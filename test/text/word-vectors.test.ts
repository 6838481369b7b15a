import test from 'ava';
import { readWordVectors, vectorsById, WordVectors } from '../../src/text/word-vectors.ts';
import { textFolder } from './text-folder.ts';

const { put } = await textFolder();
let files = 0;
const read = async (content: string, options = {}) => readWordVectors(await put(`${(files += 1)}.txt`, content), options);

test('a word and its numbers on each line; a word may hold spaces; the first of two equal words counts', async (t) => {
  const vectors = await read('good 3 4\n. . . 1 0\nbad -3 -4\r\ngood 9 9\n');
  t.deepEqual([vectors.words, vectors.width], [['good', '. . .', 'bad', 'good'], 2]);
  t.deepEqual(vectors.of('good'), Float32Array.of(0.6, 0.8));
  t.deepEqual(vectors.of('. . .'), Float32Array.of(1, 0));
  t.is(vectors.of('worse'), undefined);
});

test('the first line of word2vec\'s format is passed over; only so many words are read', async (t) => {
  t.deepEqual((await read('2 3\na 1 2 3\nb 4 5 6\n')).words, ['a', 'b']);
  t.deepEqual((await read('a 1 2\nb 3 4\nc five six\n', { words: 2 })).words, ['a', 'b']);
  t.deepEqual((await read('7 3\n8 4\n')).words, ['8'], 'two numbers on the first line are a head');
});

test('nearest by direction, not by length, nearest first', (t) => {
  const vectors = new WordVectors(['east', 'far east', 'north', 'north east', 'west', 'nowhere'], Float32Array.of(1, 0, 9, 0.1, 0, 1, 1, 1, -1, 0, 0, 0));
  t.deepEqual(vectors.nearest(Float32Array.of(5, 0), 3), ['east', 'far east', 'north east']);
  t.deepEqual(vectors.nearest(Float32Array.of(-0.1, -0.01), 1), ['west']);
  t.deepEqual(vectors.nearest(Float32Array.of(0, 0), 3), []);
  t.is(vectors.nearest(Float32Array.of(1, 1), 99).length, 5, 'a word of no length is nobody\'s neighbour');
});

for (const [what, content, message] of [
  ['an empty file', '', /vectors\.txt: no word vectors; give a text file in GloVe's format/],
  ['a word alone', 'good\n', /vectors\.txt:1: "good" is no word with a vector; a line is/],
  ['too few numbers', 'good 1 2 3\nbad 1\n', /vectors\.txt:2: 1 numbers where the first line has 3/],
  ['a word among the numbers', 'good 1 2\nbad 1 x\n', /vectors\.txt:2: "x" is no number/],
  ['a gap', 'good 1 2\nworse  2\n', /vectors\.txt:2: "" is no number/],
  ['infinity', 'good 1 2\nbad 1e39 2\n', /vectors\.txt:2: "1e39" is no number/],
] as const) {
  test(`${what} is told with its line`, async (t) => {
    await t.throwsAsync(readWordVectors(await put(`${what}/vectors.txt`, content)), { message });
  });
}

test('by the ids of a vocabulary: its words that have vectors', (t) => {
  const vectors = new WordVectors(['a', 'b'], Float32Array.of(3, 0, 0, 5));
  const found = vectorsById(vectors, { vocabulary: () => [['[PAD]', 0], ['b', 4], ['##a', 5], ['a', 7]] });
  t.deepEqual([...found].map(([id, vector]) => [id, [...vector]]), [[4, [0, 1]], [7, [1, 0]]]);
});
