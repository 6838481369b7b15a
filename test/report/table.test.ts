import test from 'ava';
import { formatTable } from '../../src/report/table.ts';

test('columns line up, numbers to the right, wide characters counted', (t) => {
  t.is(
    formatTable(['model', 'accuracy', 'notes'], [['student', 0.912, 'T = 2'], ['蒸留', '–', '']]),
    ['model    accuracy  notes', '───────  ────────  ─────', 'student     0.912  T = 2', '蒸留            –'].join('\n'),
  );
});

test('the caller may set a column on the other side', (t) => {
  t.is(formatTable(['n', 'name'], [[1, 'a'], [12, 'bcdef']], { align: ['left', 'right'] }), ['n    name', '──  ─────', '1       a', '12  bcdef'].join('\n'));
});

test('a table without rows is its headers', (t) => {
  t.is(formatTable(['a', 'bc'], []), 'a  bc\n─  ──');
});

test('a cell cannot break the line, colour does not shift it, and a ragged row is refused', (t) => {
  t.is(formatTable(['a', 'b'], [['\u001b[31mred\u001b[39m', 'x\ny']]).split('\n')[2], '\u001b[31mred\u001b[39m  x y');
  t.throws(() => formatTable(['a', 'b'], [['1', '2'], ['1']]), { message: /row 2 .* 1 cells under 2 headers/ });
});
