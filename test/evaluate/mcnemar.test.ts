// Reference numbers: statsmodels 0.15, mcnemar(exact=True).
import test from 'ava';
import { exactP, mcNemar } from '../../src/evaluate/mcnemar.ts';

test('only examples that one alone gets right speak', (t) => {
  const labels = [0, 1, 2, 0, 1, 2, 0];
  const first = [0, 1, 2, 0, 1, 0, 1]; // wrong on the last two
  const second = [0, 1, 0, 1, 0, 1, 0]; // right on the first two and the last
  t.deepEqual(mcNemar({ first, second, labels }), { onlyFirst: 3, onlySecond: 1, pValue: 0.625 });
  t.deepEqual(mcNemar({ first: second, second: first, labels }), { onlyFirst: 1, onlySecond: 3, pValue: 0.625 });
  t.deepEqual(mcNemar({ first, second: first, labels }), { onlyFirst: 0, onlySecond: 0, pValue: 1 });
});

test('few, many and very many: the exact p-value', (t) => {
  for (const [a, b, expected] of [[0, 0, 1], [1, 0, 1], [0, 6, 0.03125], [10, 3, 0.09228515625], [5, 5, 1], [121, 59, 4.4344492637551645e-6], [600, 500, 0.0028195449914364284], [700, 400, 1.1735888055606002e-19], [2000, 2100, 0.12206497999113655]] as const) {
    t.true(Math.abs(exactP(a, b) / expected - 1) < 1e-9, `${a} and ${b}: ${exactP(a, b)}`);
    t.is(exactP(a, b), exactP(b, a));
  }
});

test('what cannot be compared is refused', (t) => {
  t.throws(() => mcNemar({ first: [], second: [], labels: [] }), { message: 'there is no example to compare on' });
  t.throws(() => mcNemar({ first: [1], second: [1, 0], labels: [1] }), { message: '1 and 2 predictions cannot be compared on 1 labels' });
});
