import fc from 'fast-check';
import test from 'ava';
import { clipText, oneLine, padText, textWidth } from '../../src/report/text-width.ts';

test('columns are counted as a terminal does', (t) => {
  const widths = { abc: 3, 'naïve': 5, 'nai\u0308ve': 5, '蒸留': 4, 'ｆｕｌｌ': 8, '👩‍🔬': 2, '한국어': 6, '\u001b[31mred\u001b[39m': 3, '': 0, '━─…✓': 4 };
  for (const [text, width] of Object.entries(widths)) t.is(textWidth(text), width, JSON.stringify(text));
});

test('padding fills to the width on the side asked for and never cuts', (t) => {
  t.is(padText('蒸', 4), '蒸  ');
  t.is(padText('蒸', 4, 'right'), '  蒸');
  t.is(padText('long', 2), 'long');
});

test('a clipped text is as wide as allowed at most, and unclipped when it fits', (t) => {
  t.is(clipText('student', 7), 'student');
  t.is(clipText('student', 5), 'stud…');
  t.is(clipText('蒸留する', 4), '蒸…');
  t.is(clipText('x', 0), '');
  fc.assert(fc.property(fc.string({ unit: 'grapheme' }), fc.integer({ min: 0, max: 12 }), (text, width) => textWidth(clipText(text, width)) <= width));
});

test('foreign text can neither break nor colour a line', (t) => {
  t.is(oneLine('a\r\nb\tc\u001b[2Jd\u2028e\u0007'), 'a b cd e ');
});
