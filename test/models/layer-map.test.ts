import test from 'ava';
import fc from 'fast-check';
import { distilbertReleasedMap, everyOtherMap, lastMap, layerMapNames, layersCalled, parseLayerMap, skipMap, uniformMap } from '../../src/models/layer-map.ts';

test('the published maps', (t) => {
  t.deepEqual(uniformMap(4, 12), [3, 6, 9, 12]); // Jiao et al. 2020, g(m) = 3m
  t.deepEqual(skipMap(6, 12), [2, 4, 6, 8, 10]); // Sun et al. 2019, PKD-Skip
  t.deepEqual(lastMap(6, 12), [7, 8, 9, 10, 11]); // PKD-Last
  t.deepEqual(everyOtherMap(6, 12), [0, 2, 4, 6, 8, 10]);
  t.deepEqual(distilbertReleasedMap, [0, 2, 4, 7, 9, 11]);
});

test('depths that do not divide', (t) => {
  t.deepEqual(uniformMap(5, 12), [3, 5, 8, 10, 12]);
  t.deepEqual(skipMap(5, 12), [2, 4, 6, 8]);
  t.deepEqual(lastMap(1, 3), []);
  t.deepEqual(everyOtherMap(2, 3), [0, 2]);
});

const depths = fc.integer({ min: 1, max: 48 }).chain((teacher) => fc.tuple(fc.integer({ min: 1, max: teacher }), fc.constant(teacher)));
const rises = (map: readonly number[]) => map.every((layer, i) => i === 0 || layer > (map[i - 1] ?? 0));

test('every map rises and stays inside the teacher; the uniform one ends at its top', (t) => {
  t.notThrows(() => fc.assert(fc.property(depths, ([student, teacher]) => {
    const uniform = uniformMap(student, teacher);
    const below = [skipMap(student, teacher), lastMap(student, teacher)];
    return rises(uniform) && uniform.length === student && uniform.at(-1) === teacher && (uniform[0] ?? 0) >= 1
      && below.every((map) => rises(map) && map.length === student - 1 && map.every((layer) => layer >= 1 && layer < teacher));
  })));
});

test('a student deeper than its teacher, or of no depth, is refused', (t) => {
  for (const map of [uniformMap, skipMap, lastMap, everyOtherMap]) {
    for (const [student, teacher] of [[3, 2], [0, 2], [1.5, 2]] as const) t.throws(() => map(student, teacher), { message: `a student of ${student} layers cannot be matched with a teacher of ${teacher}` });
  }
  t.throws(() => everyOtherMap(3, 4), { message: 'every other of 4 layers gives fewer than 3' });
});

test('a map by its name gives layers to cut from, from 0; half of the teacher\'s where no number is given', (t) => {
  t.deepEqual(layersCalled('uniform:4', 12), [2, 5, 8, 11]);
  t.deepEqual(layersCalled('uniform', 6), [1, 3, 5]);
  t.deepEqual(layersCalled('every-other', 12), [0, 2, 4, 6, 8, 10]);
  t.deepEqual(layersCalled('every-other', 5), [0, 2, 4]);
  t.deepEqual(layersCalled('distilbert-released', 12), [0, 2, 4, 7, 9, 11]);
  t.deepEqual(layersCalled('pkd-skip:6', 12), [1, 3, 5, 7, 9, 11]);
  t.deepEqual(layersCalled('pkd-last:3', 12), [9, 10, 11]);
  t.deepEqual(layersCalled('pkd-skip:1', 6), [5]);
  t.deepEqual(layersCalled('first:3', 12), [0, 1, 2]);
});

test('every map gives as many layers as asked for, each once, upwards, of those there are', (t) => {
  for (const name of layerMapNames.filter((known) => known !== 'distilbert-released')) {
    for (const [student, teacher] of [[1, 1], [1, 6], [3, 6], [6, 12], [2, 5]] as const) {
      const layers = layersCalled(`${name}:${student}`, teacher);
      t.is(layers.length, student, name);
      t.deepEqual(layers, [...new Set(layers)].sort((a, b) => a - b), name);
      t.true(layers.every((layer) => layer >= 0 && layer < teacher), name);
    }
  }
});

test('what is no map, and what the teacher does not allow, is refused', (t) => {
  for (const text of ['', 'middle', 'uniform:', 'uniform:0', 'uniform:x', 'Uniform:3', '0,2']) t.is(parseLayerMap(text), undefined, text);
  t.throws(() => layersCalled('middle', 6), { message: /^there is no layer map 'middle'; there are uniform, every-other, / });
  t.throws(() => layersCalled('uniform:7', 6), { message: 'a student of 7 layers cannot be matched with a teacher of 6' });
  t.throws(() => layersCalled('distilbert-released', 6), { message: 'distilbert-released takes 6 of 12 layers, not 3 of 6; take uniform or every-other' });
  t.throws(() => layersCalled('every-other:4', 6), { message: 'every other of 6 layers gives fewer than 4' });
});
