import test from 'ava';
import { scoreNames } from '../../src/evaluate/score.ts';
import { bareScore, formatScore, headerOf, metricOf, readName } from '../../src/report/metric.ts';

test('every score has a name and a unit', (t) => {
  t.deepEqual(Object.keys(metricOf).sort(), [...scoreNames].sort());
});

test('units decide how a score reads', (t) => {
  t.deepEqual([formatScore(0.9123, 'ratio'), formatScore(27.31, 'points'), formatScore(-0.5, 'correlation'), formatScore(0.0051, 'loss')], ['91.2 %', '27.3', '-0.5000', '5.10e-3']);
  t.deepEqual([bareScore(0.9123, 'ratio'), headerOf(metricOf.accuracy)], ['91.2', 'accuracy %']);
  t.deepEqual([bareScore(0.8713, 'correlation'), headerOf(metricOf.pearson)], ['0.8713', 'Pearson']);
});

test('a score is named as people read it, one of somebody\'s own as it is', (t) => {
  t.is(readName('microF1'), 'micro F1');
  t.is(readName('toString'), 'toString');
});
