import test from 'ava';
import { fold, randomKey } from '../../src/engine/random.ts';
import { dropoutAt } from '../../src/nn/mode.ts';

test('a mode without a key, or a rate of 0, drops nothing', (t) => {
  t.is(dropoutAt({}, 'layer.0.output', 0.1), undefined);
  t.is(dropoutAt({ dropout: randomKey(1) }, 'layer.0.output', 0), undefined);
});

test('each place draws from a key of its own', (t) => {
  const key = randomKey(1);
  const [one, other] = ['layer.0.output', 'layer.1.output'].map((place) => dropoutAt({ dropout: key }, place, 0.1));
  t.deepEqual(one, { rate: 0.1, key: fold(key, 'layer.0.output') });
  t.notDeepEqual(one?.key, other?.key);
});
