// Expectations: sacreBLEU 2.6.0, tokenizer 13a.
import test from 'ava';
import { splitAtSpaces, tokens13a } from '../../src/text/tokens-13a.ts';

for (const [text, tokens] of [
  ['It costs $3.50, or 10-20% more!', 'It costs $ 3.50 , or 10 - 20 % more !'],
  ['z.B. "1,000" & well-known (x/y)', 'z . B . " 1,000 " & well-known ( x / y )'],
  ['&quot;a&quot; &lt;b&gt; &amp;amp; <skipped>c', '" a " < b > & amp ; c'],
  ['&amp;lt;', '<'],
  ['end-\nless line\nbreak  ', 'endless line break'],
  ['«Ça va», dit-il…', '«Ça va» , dit-il…'],
  ['5.a 5,6. ,7 a.', '5 . a 5,6 . , 7 a .'],
  ['😀.😀 3-', '😀 . 😀 3 -'],
  [' \t ', ''],
] as const) {
  test(`the tokens of ${JSON.stringify(text)}`, (t) => t.deepEqual(tokens13a(text), tokens === '' ? [] : tokens.split(' ')));
}

test("white space is Python's: a byte-order mark is none, the separators of ASCII are", (t) => {
  t.deepEqual(splitAtSpaces('\u2003a\u00a0b\x1cc\x85d\ufeffe '), ['a', 'b', 'c', 'd\ufeffe']);
});
