// What the constraints do to a search is held to transformers in beam-search.test.ts and greedy.test.ts; here, what is refused.
import test from 'ava';
import { Constraints, type DecodeOptions } from '../../src/decode/constraints.ts';
import { scope } from '../../src/engine/memory.ts';
import * as tf from '../../src/engine/tf.ts';
import { startEngine } from '../engine-under-test.ts';

test.before(startEngine);

const plain: DecodeOptions = { startId: 0, eosIds: [1], maxNewTokens: 5 };

for (const [title, options, message] of [
  ['no end', { eosIds: [] }, /no end token/],
  ['no room', { maxNewTokens: 0 }, /maxNewTokens must be a whole number from 1, not 0/],
  ['more at least than at most', { minNewTokens: 6 }, /minNewTokens must be a whole number from 0 to maxNewTokens \(5\), not 6/],
  ['a penalty of nothing', { repetitionPenalty: 0 }, /repetitionPenalty must be above 0/],
  ['half an n-gram', { noRepeatNgramSize: 1.5 }, /noRepeatNgramSize must be a whole number/],
  ['a bad word without a token', { badWordsIds: [[3], []] }, /bad words holds no token/],
  ['a suppressed first token', { forcedBosId: 3, suppressTokens: [3] }, /forcedBosId is 3, which is suppressed/],
  ['a suppressed last token', { forcedEosId: 1, suppressTokens: [1] }, /forcedEosId is 1, which is suppressed/],
  ['a last token that is suppressed as the first', { forcedEosId: 1, beginSuppressTokens: [1], maxNewTokens: 1 }, /forcedEosId is 1, which is suppressed/],
] as const satisfies readonly (readonly [string, Partial<DecodeOptions>, RegExp])[]) {
  test(`refused: ${title}`, (t) => t.throws(() => new Constraints({ ...plain, ...options }), { message }));
}

test('a token that the vocabulary has not', (t) => {
  for (const options of [{ suppressTokens: [9] }, { forcedBosId: 9 }, { badWordsIds: [[9]] }]) {
    t.throws(() => scope(() => new Constraints({ ...plain, ...options }).apply(tf.zeros([1, 8]), [undefined], 1)), { message: /token 9 is none of the 8 the decoder writes/ });
  }
});

test('without constraints the scores are passed on as they are', (t) => {
  const scores = tf.zeros<tf.Rank.R2>([2, 8]);
  t.is(new Constraints(plain).apply(scores, [undefined, undefined], 1), scores);
  scores.dispose();
});
