import test from 'ava';
import { normals, randomKey } from '../../src/engine/random.ts';
import { likestMap, standingLayers } from '../../src/evaluate/layer-assignment.ts';

const table = (rows: number, columns: number, seed: number) => Array.from({ length: rows }, (_, row) => Array.from(normals(columns, randomKey(seed, `row ${row}`)), Math.abs));

/** Every rising choice of `count` numbers from 1 to `most`. */
function choices(count: number, most: number, { from = 1, apart = 1 } = {}): number[][] {
  if (count === 0) return [[]];
  return Array.from({ length: most - from + 1 }, (_, i) => from + i).flatMap((first) => choices(count - 1, most, { from: first + apart, apart }).map((rest) => [first, ...rest]));
}

const best = (all: readonly number[][], worth: (map: readonly number[]) => number) => all.reduce((winner, map) => (worth(map) > worth(winner) ? map : winner));

test('the likest map is that of trying every rising one', (t) => {
  for (const [student, teacher] of [[1, 4], [2, 6], [3, 6], [4, 4], [3, 2]] as const) {
    for (let seed = 0; seed < 5; seed++) {
      const likeness = table(student + 1, teacher + 1, seed);
      const worth = (map: readonly number[]) => map.reduce((sum, layer, i) => sum + likeness[i + 1]![layer]!, 0);
      t.deepEqual(likestMap(likeness), best(choices(student, teacher, { apart: student <= teacher ? 1 : 0 }), worth), `${student} of ${teacher}, ${seed}`);
    }
  }
});

test('a cut finds the layers it was cut from', (t) => {
  const like = (a: number, b: number) => 1 - Math.abs(a - b) / 10;
  t.deepEqual(likestMap([0, 2, 4, 6].map((from) => [0, 1, 2, 3, 4, 5, 6].map((layer) => like(from, layer)))), [2, 4, 6]);
});

test('the layers that stand for all are those of trying every choice', (t) => {
  for (const [count, depth] of [[1, 5], [2, 6], [3, 6], [6, 6]] as const) {
    for (let seed = 0; seed < 5; seed++) {
      const drawn = table(depth + 1, depth + 1, seed);
      const likeness = drawn.map((row, i) => row.map((value, j) => (i === j ? 1 : (value + drawn[j]![i]!) / 2)));
      const worth = (chosen: readonly number[]) => Array.from({ length: depth }, (_, i) => i + 1).reduce((sum, layer) => {
        const [below, above] = [chosen.filter((one) => one <= layer).at(-1), chosen.find((one) => one >= layer)];
        return sum + Math.max(...[below, above].flatMap((one) => (one === undefined ? [] : [likeness[one]![layer]!])));
      }, 0);
      t.deepEqual(standingLayers(likeness, count), best(choices(count, depth), worth), `${count} of ${depth}, ${seed}`);
    }
  }
});

test('layers in two groups: one of each stands for its own', (t) => {
  const group = [0, 1, 1, 1, 2, 2];
  const likeness = group.map((a) => group.map((b) => (a === b ? 1 : 0.1)));
  const [first, second] = standingLayers(likeness, 2);
  t.deepEqual([group[first!], group[second!]], [1, 2]);
});

test('likeness that is not a number counts nothing; what cannot be chosen is refused', (t) => {
  t.deepEqual(likestMap([[NaN, NaN, NaN], [NaN, NaN, 0.1]]), [2]);
  t.throws(() => likestMap([[1]]), { message: 'a map of layers wants a layer on either side' });
  t.throws(() => standingLayers([[1, 1], [1, 1]], 2), { message: '2 layers cannot stand for the 1 of a teacher' });
});
