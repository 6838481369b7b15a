import test from 'ava';
import { matchTable } from '../../src/cli/match-table.ts';
import { softLabel } from '../../src/objectives/soft-label.ts';
import { weighted } from '../../src/objectives/objective.ts';
import { minilmAttention } from '../../src/objectives/minilm-attention.ts';
import { pkd } from '../../src/objectives/pkd.ts';

const sizes = { student: { layers: 3, width: 4 }, teacher: { layers: 12, width: 8 } };

test('one row per pair, of every part; nothing where no layers are matched', (t) => {
  const table = matchTable(weighted([[1, softLabel()], [2, pkd({ matches: [{ student: 1, teacher: 4, weight: 0.5 }] })], [1, minilmAttention()]]), sizes) ?? '';
  const [head, , ...rows] = table.split('\n').map((line) => line.trim().split(/ {2,}/));
  t.deepEqual(head, ['student', 'teacher', 'weight', 'what is matched', 'objective']);
  t.deepEqual(rows, [['layer 1', 'layer 4', '0.5', "first tokens' states", 'pkd'], ['layer 3', 'layer 12', '1', 'queries, keys and values', 'minilm-attention']]);
  t.is(matchTable(softLabel(), sizes), undefined);
  t.is(matchTable(pkd(), { student: sizes.student }), undefined);
});
