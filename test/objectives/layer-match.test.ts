import test from 'ava';
import { checkMatches, describedMatches, lastLayers, lastMatches, matchRows, missingLayer, skipMatches, uniformMatches } from '../../src/objectives/layer-match.ts';

const pairs = (matches: readonly { student: number; teacher: number }[]) => matches.map(({ student, teacher }) => [student, teacher]);

test('the rules of the papers make lists', (t) => {
  t.deepEqual(pairs(uniformMatches({ student: 4, teacher: 12 })), [[1, 3], [2, 6], [3, 9], [4, 12]]);
  t.deepEqual(pairs(uniformMatches({ student: 2, teacher: 3 }, { embeddings: true })), [[0, 0], [1, 2], [2, 3]]);
  t.deepEqual(pairs(skipMatches({ student: 6, teacher: 12 })), [[1, 2], [2, 4], [3, 6], [4, 8], [5, 10]]);
  t.deepEqual(pairs(lastMatches({ student: 6, teacher: 12 })), [[1, 7], [2, 8], [3, 9], [4, 10], [5, 11]]);
  t.deepEqual(skipMatches({ student: 2, teacher: 4 }, { weight: 0.5 }), [{ student: 1, teacher: 2, weight: 0.5 }]);
  t.deepEqual(skipMatches({ student: 1, teacher: 4 }), []);
});

test('a list is told in a line and shown as rows, layers from 1', (t) => {
  const matches = [{ student: 0, teacher: 0, weight: 1 }, { student: -1, teacher: 2, weight: 0.5 }];
  t.is(describedMatches(matches), '0:0 -1:2(0.5)');
  t.deepEqual(matchRows(matches, { student: { layers: 3, width: 4 }, teacher: { layers: 6, width: 8 } }), [
    { student: 'embeddings', teacher: 'embeddings', weight: '1' },
    { student: 'layer 3', teacher: 'layer 2', weight: '0.5' },
  ]);
  t.is(describedMatches(lastLayers), '-1:-1');
});

test('what cannot be meant is refused by name', (t) => {
  const refused = (student: number, teacher: number, weight: number, message: RegExp, embeddings = false) => t.throws(() => checkMatches('hint', [{ student, teacher, weight }], { embeddings }), { message });
  t.throws(() => checkMatches('hint', [], { embeddings: true }), { message: /^hint: no layers are matched/ });
  refused(1.5, 1, 1, /^hint: a student layer is a whole number, not 1.5/);
  refused(1, NaN, 1, /^hint: a teacher layer is a whole number, not NaN/);
  refused(1, 0, 1, /^hint: layer 0 is the embeddings, which do not have what is compared/);
  refused(1, 1, -1, /^hint: the weight of 1:1 must be a number from 0, not -1/);
  t.notThrows(() => checkMatches('hint', [{ student: 0, teacher: 0, weight: 0 }], { embeddings: true }));
});

test('a layer that a model has not is told', (t) => {
  const models = [{ layers: 2, width: 4 }, { layers: 6, width: 8 }] as const;
  const missing = (student: number, teacher: number, embeddings: boolean) => missingLayer([{ student, teacher, weight: 1 }], ...models, { embeddings });
  t.is(missing(2, 6, false), undefined);
  t.is(missing(-3, -7, true), undefined);
  t.is(missing(3, 6, true), 'layer 3 of the student is matched, but its layers run from 0 to 2');
  t.is(missing(-3, 6, false), 'layer -3 of the student is matched, but its layers run from 1 to 2');
  t.is(missing(1, 7, false), 'layer 7 of the teacher is matched, but its layers run from 1 to 6');
});
