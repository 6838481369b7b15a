import test from 'ava';
import fc from 'fast-check';
import type { FamilyName } from '../../src/models/config.ts';
import { families } from '../../src/models/families.ts';
import { parseConfig, configToJson } from '../../src/models/config-file.ts';
import { freshConfig, parseSize } from '../../src/models/size.ts';

test('layers x width, with heads and feed-forward width as one would expect', (t) => {
  t.deepEqual(parseSize('2x128'), { layers: 2, width: 128, heads: 2, feedForwardWidth: 512 });
  t.deepEqual(parseSize('12x768'), { layers: 12, width: 768, heads: 12, feedForwardWidth: 3072 });
  t.deepEqual(parseSize('1x64'), { layers: 1, width: 64, heads: 2, feedForwardWidth: 256 });
  t.deepEqual(parseSize('4x312'), { layers: 4, width: 312, heads: 4, feedForwardWidth: 1248 }, '312 is not five times anything');
  t.deepEqual(parseSize('4x256:8'), { layers: 4, width: 256, heads: 8, feedForwardWidth: 1024 });
  t.deepEqual(parseSize('4x312:12:1200'), { layers: 4, width: 312, heads: 12, feedForwardWidth: 1200 });
});

test('the heads chosen always divide the width', (t) => {
  t.notThrows(() => fc.assert(fc.property(fc.integer({ min: 1, max: 2000 }), (width) => width % parseSize(`1x${width}`).heads === 0)));
});

test('what is no size is refused with the words that were typed', (t) => {
  for (const text of ['', '2', 'x128', '2x', '2x128:', '2x128:4:', '-1x128', '2.5x128', '2X128', ' 2x128', '2x128:4:512:1']) {
    t.throws(() => parseSize(text), { message: `'${text}' is not a model size; write layers x width, as 2x128, or 4x256:4:1024 with heads and feed-forward width` });
  }
  for (const text of ['0x128', '2x0', '2x128:0', '2x128:4:0']) t.throws(() => parseSize(text), { message: `'${text}': every number of a model size must be at least 1` });
  t.throws(() => parseSize('2x128:3'), { message: "'2x128:3': 3 heads do not divide a width of 128" });
});

const rest = { vocabulary: 50, padId: 1, positions: 32, task: 'single-label', labels: ['a', 'b'] } as const;

test('a fresh configuration says what was asked, and survives its own file', (t) => {
  const config = freshConfig(parseSize('2x128'), { ...rest, dropout: 0.3 });
  t.deepEqual([config.hiddenDropout, config.attentionDropout, config.classifierDropout, config.typeVocabulary], [0.3, 0.3, 0.3, 2]);
  for (const family of Object.keys(families) as FamilyName[]) {
    const fresh = freshConfig(parseSize('1x24:2'), { ...rest, family });
    const { source: _written, ...read } = parseConfig(JSON.parse(JSON.stringify(configToJson(fresh))), 'config.json');
    const { source: _empty, ...expected } = fresh;
    t.deepEqual(read, expected);
  }
  t.is(freshConfig(parseSize('2x128'), { ...rest, family: 'distilbert' }).typeVocabulary, 0);
});

test('the spread of fresh weights is 1/√width between 0.02 and 0.15, unless given', (t) => {
  const rangeOf = (size: string, change: object = {}) => freshConfig(parseSize(size), { ...rest, ...change }).initializerRange;
  t.is(rangeOf('1x64:2'), 0.125);
  t.is(rangeOf('1x32:2'), 0.15);
  t.is(rangeOf('1x400:4'), 0.05);
  t.is(rangeOf('1x4096:4'), 0.02);
  t.is(rangeOf('1x64:2', { initializerRange: 0.02 }), 0.02);
});
