import test from 'ava';
import { classificationScores } from '../../src/evaluate/classification.ts';
import { chanceScore, retention } from '../../src/evaluate/retention.ts';

const labels = { kind: 'single-label', names: ['no', 'yes', 'so-so'], indices: Int32Array.of(0, 1, 1, 1, 2, 0, 1, 0, 0, 0) } as const;

test('chance is the best of all constant answers', (t) => {
  const constant = (answer: number) => classificationScores({ predictions: labels.indices.map(() => answer), labels: labels.indices, classes: 3 });
  const best = (name: 'accuracy' | 'f1' | 'macroF1' | 'matthews') => Math.max(...[0, 1, 2].map((answer) => constant(answer)[name]));
  for (const name of ['accuracy', 'f1', 'macroF1', 'matthews'] as const) t.true(Math.abs((chanceScore(name, labels) ?? NaN) - best(name)) < 1e-12, name);
});

test('correlations have chance 0, errors and sets none', (t) => {
  const scores = { kind: 'regression', scores: Float32Array.of(1, 2) } as const;
  const sets = { kind: 'multi-label', names: ['a'], hits: Float32Array.of(1, 0) } as const;
  t.deepEqual([chanceScore('pearson', scores), chanceScore('spearman', scores), chanceScore('mse', scores)], [0, 0, undefined]);
  t.deepEqual([chanceScore('microF1', sets), chanceScore('macroF1', sets)], [undefined, undefined]);
});

test('what is kept counts from chance', (t) => {
  t.true(Math.abs(retention({ student: 0.599, teacher: 0.693, chance: 0.527 }) - 0.4337) < 1e-4); // DistilBERT's RTE: 86 % without chance
  t.is(retention({ student: 0.5, teacher: 0.9, chance: 0.5 }), 0);
  t.is(retention({ student: 0.9, teacher: 0.9, chance: 0.5 }), 1);
  t.is(retention({ student: 0.9, teacher: 0.5, chance: 0.5 }), NaN);
});
