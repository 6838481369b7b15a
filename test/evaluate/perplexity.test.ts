import test from 'ava';
import { perplexity } from '../../src/evaluate/perplexity.ts';

test('of a uniform choice it is the number of choices; of certainty 1', (t) => {
  t.true(Math.abs(perplexity(Array.from({ length: 7 }, () => Math.log(1 / 12))) - 12) < 1e-12);
  t.is(perplexity([0, 0]), 1);
  t.is(perplexity([-1, -3]), Math.exp(2));
  t.is(perplexity([-Infinity, -1]), Infinity);
});

test('no tokens, or a number that is no log-probability, are refused', (t) => {
  t.throws(() => perplexity([]), { message: 'there is no token to take the perplexity of' });
  t.throws(() => perplexity([-1, 0.5]), { message: /token 2 has the log-probability 0\.5/ });
  t.throws(() => perplexity([NaN]), { message: /token 1 has the log-probability NaN/ });
});
