import test from 'ava';
import { leaks } from '../../src/engine/memory.ts';
import * as tf from '../../src/engine/tf.ts';
import type { SearchOptions } from '../../src/decode/search.ts';
import type { StepDecoder } from '../../src/decode/step-decoder.ts';
import { stepTranslator, type TranslationTokenizer } from '../../src/teacher/translator.ts';
import { engineUnderTest } from '../engine-choice.ts';
import { startEngine } from '../engine-under-test.ts';

test.before(startEngine);

const letters = ['<s>', '</s>', 'a', 'b', 'c'];
const tokenizer: TranslationTokenizer = {
  fingerprint: 'letters', vocabularySize: letters.length,
  encode: (sources) => Promise.resolve(sources.map((text) => Int32Array.from([...text], (letter) => letters.indexOf(letter)))),
  decode: (lists) => Promise.resolve(lists.map((ids) => Array.from(ids, (id) => (id > 1 ? letters[id]! : '')).join(''))),
};
const search: SearchOptions = { startId: 0, eosIds: [1], maxNewTokens: 4, beams: 1 };

/** Copies its source, letter by letter; the second choice is always to end. */
function copying(sources: readonly Int32Array[]): StepDecoder {
  let rows = sources.map((source) => ({ source, at: 0 }));
  return {
    step: (tokens) => {
      const logits = rows.map(({ source, at }) => letters.map((_, id) => (id === (source[at] ?? 1) ? 4 : id === 1 ? 2 : 0)));
      rows = rows.map(({ source, at }) => ({ source, at: at + 1 }));
      if (tokens.length !== rows.length) throw new Error('rows');
      return tf.tensor2d(logits);
    },
    select: (kept) => void (rows = Array.from(kept, (row) => rows[row]!)),
  };
}

const opened: number[] = [];
const make = (options: Partial<SearchOptions> = {}) => stepTranslator({
  name: 'a copier', fingerprint: 'f', maxTokens: 9, tokenizer, search: { ...search, ...options },
  open: (sources) => {
    opened.push(sources.length);
    return { decoder: copying(sources), dispose: () => void opened.push(-sources.length) };
  },
});

test.serial('a decoder, a tokenizer and a search are a translator; what it opened is closed, and nothing is left', async (t) => {
  t.is(tf.getBackend(), engineUnderTest);
  const left = await leaks(async () => {
    const one = make();
    const [[short], [long]] = (await one.translate(await one.encode(['ab', 'abcabc']))) as [[{ text: string; finished: boolean; logProb: number; score: number; tokens: Int32Array }], [{ text: string; finished: boolean }]];
    t.like(short, { text: 'ab', finished: true, tokens: Int32Array.of(2, 3, 1) });
    t.like(long, { text: 'abca', finished: false });
    const step = 4 - Math.log(Math.exp(4) + Math.exp(2) + 3);
    const last = 4 - Math.log(Math.exp(4) + 4);
    t.true(Math.abs(short.logProb - (2 * step + last)) < 1e-5 && Math.abs(short.score - short.logProb / 3) < 1e-6);
    const [best] = await make({ beams: 3, nBest: 2, lengthPenalty: 0 }).translate(await one.encode(['ab']));
    t.deepEqual(best!.map(({ text }) => text), ['ab', '']);
    t.true(best![0]!.score > best![1]!.score);
  });
  t.deepEqual(left, { tensors: 0, buffers: 0 });
  t.deepEqual(opened.slice(0, 4), [2, -2, 1, -1]);
});

test.serial('a tokenizer without the tokens the model starts and ends with is refused', (t) => {
  t.throws(() => make({ startId: 58_100 }), { message: 'a copier starts its translations with token 58100, but the tokenizer has only 5 tokens: give the tokenizer that belongs to the model' });
  t.throws(() => make({ eosIds: [1, 5] }), { message: /ends its translations with token 5/ });
});

test.serial('more translations than beams are refused', (t) => {
  t.throws(() => make({ nBest: 2 }), { message: '2 translations of each source are wanted, but 1 beam finds only one: take as many beams' });
});

test.serial('what was opened is closed where the search fails', async (t) => {
  opened.length = 0;
  await t.throwsAsync(make({ minNewTokens: 9 }).translate([Int32Array.of(2)]), { message: /minNewTokens must be/ });
  t.deepEqual(opened, [1, -1]);
});

test.serial('how it searches is part of what it says of itself', (t) => {
  t.notDeepEqual(make().decoding, make({ beams: 5 }).decoding);
});
