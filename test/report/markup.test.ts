import fc from 'fast-check';
import test from 'ava';
import { escapeText, markup } from '../../src/report/markup.ts';

test('text is escaped, markup is not, lists are joined and nothing is nothing', (t) => {
  const inner = markup`<b>${'<i>'}</b>`;
  t.is(markup`<p title="${'"\'&'}">${[inner, ' & ', 7]}${undefined}</p>`.text, '<p title="&quot;&#39;&amp;"><b>&lt;i&gt;</b> &amp; 7</p>');
});

test('an object that merely looks like markup is not taken for it', (t) => {
  const foreign = JSON.parse('{"text":"<script>"}') as never;
  t.throws(() => markup`${foreign}`);
});

test('whatever the text, it holds no character that could end it, and reads back as itself', (t) => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), (text) => {
      const escaped = escapeText(text);
      const back = escaped.replaceAll('&lt;', '<').replaceAll('&gt;', '>').replaceAll('&quot;', '"').replaceAll('&#39;', "'").replaceAll('&amp;', '&');
      return !/[<>"']/.test(escaped) && back === text.replaceAll(/[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f\p{Cs}]/gu, '\ufffd');
    }),
  );
  t.is(escapeText('a\u0000b\ud800c'), 'a\ufffdb\ufffdc');
});
