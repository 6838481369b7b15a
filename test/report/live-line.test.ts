import fc from 'fast-check';
import test from 'ava';
import { openLiveLine } from '../../src/report/live-line.ts';
import { textWidth } from '../../src/report/text-width.ts';
import { openScreen, shownOn } from './screen.ts';

const pieces = (...texts: string[]) => () => texts.map((text, rank) => ({ text, rank }));

test('a terminal is redrawn at most five times a second, over what stood there', (t) => {
  const stream = openScreen({ isTTY: true, columns: 80 });
  let clock = 0;
  const line = openLiveLine({ stream, now: () => clock });
  line.update(pieces('a long beginning'));
  for (clock = 1; clock < 200; clock++) line.update(pieces('too soon'));
  t.is(stream.written.length, 1);
  clock = 200;
  line.update(pieces('short'));
  t.deepEqual(shownOn(stream), ['short']);
});

test('a line that stays is written above, and closing leaves nothing', (t) => {
  const stream = openScreen({ isTTY: true, columns: 80 });
  const line = openLiveLine({ stream, now: () => 0 });
  line.update(pieces('working'));
  line.say('a word\nof warning');
  t.deepEqual(shownOn(stream), ['a word of warning', '']);
  line.close();
  t.deepEqual(shownOn(stream), ['a word of warning', '']);
});

test('a pipe gets whole lines, the first at once and then every so many seconds', (t) => {
  const stream = openScreen({ isTTY: false });
  let clock = 0;
  const line = openLiveLine({ stream, now: () => clock, everySeconds: 15 });
  for (; clock <= 31_000; clock += 100) line.update(pieces(`at ${clock}`, 'x'.repeat(200)));
  line.close();
  t.deepEqual(stream.written.map((text) => text.slice(0, 8).trim()), ['at 0  xx', 'at 15000', 'at 30000']);
  t.true(stream.written.every((text) => text.endsWith('x\n') && !/[\r\u001b]/.test(text)));
});

test('no line ever fills the terminal, whatever its width and its parts', (t) => {
  fc.assert(
    fc.property(fc.array(fc.string({ unit: 'grapheme' }), { minLength: 1, maxLength: 6 }), fc.integer({ min: 1, max: 90 }), (texts, columns) => {
      const stream = openScreen({ isTTY: true, columns });
      openLiveLine({ stream, now: () => 0 }).update(pieces(...texts.map((text) => text.replaceAll(/[\r\n]/g, ' '))));
      return textWidth(stream.written.join('')) < columns || columns === 1;
    }),
  );
  t.pass();
});

test('the piece with the highest rank goes first', (t) => {
  const stream = openScreen({ isTTY: true, columns: 12 });
  openLiveLine({ stream, now: () => 0 }).update(() => [{ text: 'name', rank: 0 }, { text: 'ornament', rank: 9 }, { text: 'loss', rank: 1 }]);
  t.deepEqual(shownOn(stream), ['name  loss']);
});
