// The fixture `metrics/cka` is run by test/fixtures.test.ts.
import test from 'ava';
import { normals, randomKey } from '../../src/engine/random.ts';
import { centre, gramCka, gramOf, linearCka } from '../../src/evaluate/cka.ts';

const drawn = (name: string, count: number) => Float64Array.from(normals(count, randomKey(3, name)));
const near = (actual: number, expected: number): boolean => Math.abs(actual - expected) < 1e-12;

test('features in one column: the squared correlation', (t) => {
  // r² of 1, 2, 3 and 1, 2, 4: Σ xy = 3, Σ x² = 2, Σ y² = 14/3 after centring.
  t.true(near(linearCka({ student: [1, 2, 3], teacher: [1, 2, 4], examples: 3 }), 9 / (2 * (14 / 3))));
});

test('by features and by examples it is one number', (t) => {
  const examples = 40; // more than either width: the way by features
  const [student, teacher] = [drawn('x', examples * 5), drawn('y', examples * 7)];
  const byFeatures = linearCka({ student, teacher, examples });
  t.true(near(byFeatures, gramCka(gramOf(centre(student, examples)), gramOf(centre(teacher, examples)))));
  t.true(byFeatures > 0.01 && byFeatures < 0.6, String(byFeatures));
});

test('rotation, scale and shift change nothing, for few examples and for many', (t) => {
  for (const examples of [3, 30]) {
    const student = drawn('x', examples * 4);
    const turned = student.map((value, at) => (at % 4 < 2 ? 0.6 * student[at - (at % 4)]! + (at % 4 === 0 ? 0.8 : -0.8) * student[at - (at % 4) + 1]! : value));
    // Columns 0 and 1 become (0.6a + 0.8b, 0.6a - 0.8b), which is no rotation: CKA must notice, unlike with the true one below.
    t.true(linearCka({ student, teacher: turned, examples }) < 1 - 1e-4);
    const rotated = student.map((value, at) => {
      const [a, b] = [student[at - (at % 4)]!, student[at - (at % 4) + 1]!];
      return 5 * (at % 4 === 0 ? 0.6 * a + 0.8 * b : at % 4 === 1 ? 0.8 * a - 0.6 * b : value) + (at % 4);
    });
    t.true(near(linearCka({ student, teacher: rotated, examples }), 1));
  }
});

test('features that do not vary are like nothing, and NaN is NaN', (t) => {
  t.is(linearCka({ student: [0.1, 0.1, 0.1], teacher: [1, 2, 4], examples: 3 }), NaN);
  t.is(linearCka({ student: [1, 2, 4], teacher: [7, 7, 7], examples: 3 }), NaN);
  t.is(linearCka({ student: [1], teacher: [2], examples: 1 }), NaN, 'one example does not vary');
  t.is(linearCka({ student: [1, 2, NaN], teacher: [1, 2, 4], examples: 3 }), NaN);
  t.true(near(linearCka({ student: [1, 7, 2, 7, 4, 7], teacher: [1, 2, 4], examples: 3 }), 1), 'a column that does not vary says nothing');
});

test('what does not fit is refused', (t) => {
  t.throws(() => linearCka({ student: [1, 2, 3], teacher: [1, 2], examples: 2 }), { message: '3 features do not make whole rows of 2 examples' });
  t.throws(() => linearCka({ student: [], teacher: [], examples: 2 }), { message: '0 features do not make whole rows of 2 examples' });
  for (const examples of [0, 1.5]) t.throws(() => linearCka({ student: [1], teacher: [1], examples }), { message: `features of ${examples} examples cannot be aligned` });
  t.throws(() => gramCka(new Float64Array(4), new Float64Array(9)), { message: 'features of 2 and of 3 examples cannot be aligned' });
});
