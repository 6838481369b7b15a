import test from 'ava';
import { classIndex } from '../../src/text/example.ts';

test('a class has the index of its name; another name is an error with its place', (t) => {
  t.is(classIndex(['no', 'yes'], 'yes', 'here'), 1);
  t.throws(() => classIndex(['no', 'yes'], 'Yes', 'data.tsv:4'), { message: 'data.tsv:4: label "Yes" is none of the known labels: no, yes; correct it, or name it among the labels' });
});
