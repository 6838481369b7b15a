import test from 'ava';
import { drawAnswers, drawClassCounts } from '../../src/report/answer-tables.ts';

const cells = (text: string) => [...text.matchAll(/<td class="number (same|other)" style="--share: (\d+)%">([^<]*)<small>([^<]*)<\/small>/g)].map(([, ...found]) => found.join(' '));

test('each row shows its counts and their shares; a class the teacher never names has none', (t) => {
  const text = drawAnswers(['no', 'yes <b>'], [[1500, 500], [0, 0]]).text;
  t.deepEqual(cells(text), ['same 75 1,500 75.0 %', 'other 25 500 25.0 %', 'other 0 0 –', 'same 0 0 –']);
  t.true(text.includes('yes &lt;b&gt;') && !text.includes('yes <b>'));
});

test('classes stand in the order of how often the teacher names them, and a long list is cut aloud', (t) => {
  const few = drawClassCounts([{ name: 'rare', both: 1, teacherOnly: 0, studentOnly: 3 }, { name: 'common', both: 2, teacherOnly: 2, studentOnly: 0 }]).text;
  t.deepEqual([...few.matchAll(/scope="row" class="plain">([^<]*)/g)].map(([, name]) => name), ['common', 'rare']);
  t.deepEqual(cells(few), ['same 50 2 50.0 %', 'other 50 2 50.0 %', 'other 0 0 0.0 %', 'same 25 1 25.0 %', 'other 0 0 0.0 %', 'other 75 3 75.0 %']);
  t.false(few.includes('names most'));
  const many = drawClassCounts(Array.from({ length: 31 }, (_, i) => ({ name: `class ${i}`, both: i, teacherOnly: 0, studentOnly: 0 }))).text;
  t.true(many.includes('the 30 that the teacher names most, of 31') && many.includes('>class 30<') && !many.includes('>class 0<'));
});
