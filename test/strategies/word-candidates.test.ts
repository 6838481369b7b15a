import test from 'ava';
import { upload } from '../../src/engine/batch.ts';
import { leaks } from '../../src/engine/memory.ts';
import * as tf from '../../src/engine/tf.ts';
import { openCandidates } from '../../src/strategies/word-candidates.ts';
import type { WordNeighbours } from '../../src/strategies/word-neighbours.ts';
import { startEngine } from '../engine-under-test.ts';
import { tinyModel } from '../models/tiny-model.ts';
import { Tokenizer } from '../../src/text/tokenizer.ts';
import { readTokenizerConfig } from '../../src/text/tokenizer-config.ts';
import { wordPieceDefinition, wordPieceSpecials } from '../../src/text/word-piece.ts';

test.before(startEngine);

/** Ten words, two of which join: "nob" is "no" and "##b". */
const vocabulary = [...wordPieceSpecials, 'no', 'yes', 'rain', 'sun', 'wet', 'dry', 'it', 'is', ',', '##b', '7'];
const definition = wordPieceDefinition([...vocabulary, ...Array.from({ length: 29 - vocabulary.length }, (_, i) => `##${'cdefghijklmnopqrstuvwxyz'[i] ?? ''}`)], { lowercase: true });
const tokenizer = new Tokenizer(definition, readTokenizerConfig(definition, {}, {}));
const model = () => tinyModel({ task: 'masked-lm', labels: [] }, 3);
const asked: string[] = [];
const neighbours: WordNeighbours = { near: (word, pieces, count) => (asked.push(`${word} ${pieces.join()} ${count}`), word === 'zzz' ? [] : ['near', 'by']) };
const open = (given: ReturnType<typeof model>, rows = 8) => openCandidates({ model: given, tokenizer, neighbours, count: 3, rows });

test('a word of one token has what the head expects where it is hidden; of several, or unknown, its neighbours; signs have none', async (t) => {
  const filled = model();
  const text = 'It is nob, zzz 7';
  const [words] = await (await open(filled))([text]);
  t.deepEqual(words?.map(({ begin, end }) => text.slice(begin, end)), ['It', 'is', 'nob', '7']);
  t.deepEqual(words?.[2]?.candidates, ['near', 'by']);
  t.true(asked.includes('nob 5,14 3') && asked.includes('zzz  3'));
  const hidden = [2, 4, 12, 5, 14, 13, 1, 15, 3]; // [CLS] [MASK] is no ##b , [UNK] 7 [SEP]
  const batch = upload({ exampleIds: ['a'], rows: 1, width: 9, inputIds: Int32Array.from(hidden), mask: new Float32Array(9).fill(1), typeIds: new Int32Array(9) });
  const logits = await tf.tidy(() => filled.forward(batch, { logits: true }).logits).data();
  const expected = [5, 6, 7, 8, 9, 10, 12, 15].sort((a, b) => (logits[29 + b] ?? 0) - (logits[29 + a] ?? 0)).slice(0, 3).map((id) => vocabulary[id]);
  t.deepEqual(words?.[0]?.candidates, expected);
});

test('how many texts are asked at once, and how many rows a pass has, changes nothing', async (t) => {
  const texts = ['it is wet', 'no , yes', 'sun and rain it is dry no', '😀 yes 😀 no', '', 'wet'];
  const filled = model();
  const together = await (await open(filled))(texts);
  const one = await open(filled, 1);
  t.deepEqual(together, (await Promise.all(texts.map((text) => one([text])))).flat());
  t.deepEqual(together[3]?.map(({ begin, end }) => [begin, end]), [[2, 5], [8, 10]], 'places are code points');
  t.deepEqual(together[4], []);
});

test('of a text longer than the model takes, the beginning', async (t) => {
  const [words] = await (await open(model()))(['it is wet '.repeat(10)]);
  t.is(words?.length, 11); // 13 positions
});

test.serial('it leaves nothing behind', async (t) => {
  const ask = await open(model());
  t.deepEqual(await leaks(async () => void (await ask(['it is wet', 'no']))), { tensors: 0, buffers: 0 });
});
