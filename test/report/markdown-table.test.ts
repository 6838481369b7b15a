import test from 'ava';
import { markdownTable } from '../../src/report/markdown-table.ts';

test('rows under heads, bars escaped', (t) => {
  t.is(markdownTable(['a', 'b'], [['1', 'x|y'], ['', '2']]), '| a | b |\n| --- | --- |\n| 1 | x\\|y |\n|  | 2 |');
});
