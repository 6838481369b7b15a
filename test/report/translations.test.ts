import test from 'ava';
import { drawTranslations } from '../../src/report/translations.ts';

test('a translation that is the reference is marked; texts are escaped', (t) => {
  const text = drawTranslations([{ source: 'a <b>', reference: 'ä', student: 'ä', teacher: 'e' }])?.text ?? '';
  t.true(text.includes('<bdi>a &lt;b&gt;</bdi>'));
  t.true(text.includes('<td class="right"><bdi>ä</bdi></td><td class="said"><bdi>e</bdi></td>'));
});

test('no column for a teacher where there is none, a dash where one is silent, nothing without a row', (t) => {
  t.false(drawTranslations([{ source: 'a', reference: 'b', student: 'c' }])!.text.includes('teacher'));
  t.true(drawTranslations([{ source: 'a', reference: 'b', student: 'c' }, { source: 'a', reference: 'b', student: 'c', teacher: 'd' }])!.text.includes('<td>–</td>'));
  t.is(drawTranslations([]), undefined);
});
