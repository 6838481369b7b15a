import { join } from 'node:path';
import test from 'ava';
import type { HostArrays } from '../../src/engine/batch.ts';
import { randomKey } from '../../src/engine/random.ts';
import { wordMasking } from '../../src/text/masking.ts';
import { Tokenizer } from '../../src/text/tokenizer.ts';
import { loadTokenizer } from '../../src/text/tokenizer-files.ts';
import { trainWordPiece } from '../../src/text/train-word-piece.ts';

const words = ['ab', 'abc', 'b', 'c', 'd', 'e', 'f', 'g'];
const tokenizer = await trainWordPiece([words.join(' ').repeat(3), 'h i j k l m n o p'], { size: 60, lowercase: true });
const { clsId, sepId, maskId, padId } = tokenizer;
const plain = [...tokenizer.tokens().entries()].filter(([id, token]) => token !== undefined && !tokenizer.specialIds().has(id));
const [starts, pieces] = [plain.filter(([, token]) => token?.startsWith('##') === false).map(([id]) => id), plain.filter(([, token]) => token?.startsWith('##')).map(([id]) => id)];

/** Rows [CLS] text [SEP], padded to `width`. */
function batchOf(texts: readonly (readonly number[])[], order = Uint32Array.from(texts.keys())): HostArrays {
  const width = 2 + Math.max(...texts.map(({ length }) => length));
  const rows = texts.map((text) => [clsId, ...text, sepId]);
  return {
    exampleIds: texts.map((_, row) => `e${row}`), rows: texts.length, width, order,
    inputIds: Int32Array.from(rows.flatMap((row) => [...row, ...new Array<number>(width - row.length).fill(padId)])),
    mask: Float32Array.from(rows.flatMap((row) => Array.from({ length: width }, (_, i) => (i < row.length ? 1 : 0)))),
    typeIds: new Int32Array(texts.length * width),
  };
}
const cycled = (ids: readonly number[], length: number, from = 0) => Array.from({ length }, (_, i) => ids[(i + from) % ids.length] ?? 0);
const key = randomKey(7, 'masking', 1);
const hiddenIn = (batch: HostArrays, labels: { tokens: Int32Array }) => [...labels.tokens.keys()].filter((place) => (labels.tokens[place] ?? -1) >= 0).map((place) => [place, batch.inputIds[place], labels.tokens[place]] as const);

test('round(15 %) of a row\'s text, at least one, never a special token or padding; the labels are what stood there', (t) => {
  const batch = batchOf([cycled(starts, 40), cycled(starts, 20, 3), [starts[0] ?? 0]]);
  const { inputIds, labels, ...rest } = wordMasking(tokenizer).mask(batch, key);
  const { inputIds: before, ...untouched } = batch;
  t.deepEqual(rest, untouched);
  const hidden = hiddenIn(batch, labels);
  t.deepEqual([0, 1, 2].map((row) => hidden.filter(([place]) => Math.floor(place / batch.width) === row).length), [6, 3, 1]);
  t.true(hidden.every(([, was, label]) => was === label && label !== clsId && label !== sepId && label !== padId));
  t.true([...inputIds.keys()].every((place) => inputIds[place] === before[place] || (labels.tokens[place] ?? -1) >= 0));
});

test('80 % mask token, 10 % another word and never a special one, 10 % as it was', (t) => {
  const batch = batchOf(Array.from({ length: 60 }, (_, row) => cycled(starts, 100, row)));
  const { inputIds, labels } = wordMasking(tokenizer, { share: 1 }).mask(batch, key);
  const hidden = hiddenIn(batch, labels);
  t.is(hidden.length, 6000);
  const share = (is: (now: number, was: number) => boolean) => hidden.filter(([place, was]) => is(inputIds[place] ?? -1, was ?? -1)).length / hidden.length;
  t.true(Math.abs(share((now) => now === maskId) - 0.8) < 0.02);
  t.true(Math.abs(share((now, was) => now === was) - 0.1) < 0.02); // 10 %, and the few that were replaced by themselves
  t.true(Math.abs(share((now, was) => now !== was && now !== maskId) - 0.1) < 0.02);
  t.true(hidden.every(([place]) => inputIds[place] === maskId || !tokenizer.specialIds().has(inputIds[place] ?? -1)));
});

test('what is hidden follows the key and the row\'s place in the corpus alone, not the batch it stands in', (t) => {
  const texts = [cycled(starts, 30), cycled(starts, 9, 2), cycled(starts, 17, 5)];
  const masking = wordMasking(tokenizer);
  const whole = masking.mask(batchOf(texts, Uint32Array.of(4, 9, 2)), key);
  const alone = masking.mask(batchOf([texts[1] ?? []], Uint32Array.of(9)), key);
  t.deepEqual(alone.inputIds, whole.inputIds.slice(32, 32 + 11));
  t.deepEqual(masking.mask(batchOf(texts, Uint32Array.of(4, 9, 2)), key), whole);
  t.notDeepEqual(masking.mask(batchOf(texts, Uint32Array.of(4, 9, 2)), randomKey(7, 'masking', 2)).labels, whole.labels);
});

// The same bits on every machine and in every version: stored results depend on it.
test('the words hidden are the ones they always were', (t) => {
  const { labels } = wordMasking(tokenizer).mask(batchOf([cycled(starts, 30)]), key);
  t.deepEqual([...labels.tokens.entries()].filter(([, token]) => token >= 0).map(([place]) => place), [5, 17, 19, 22, 26]);
});

test('whole words: all pieces of a word are hidden or none, and no more than 15 % where short words allow it', (t) => {
  const text = Array.from({ length: 15 }, (_, word) => [starts[word % starts.length] ?? 0, pieces[word % pieces.length] ?? 0, ...(word % 3 === 0 ? [pieces[0] ?? 0] : [])]).flat();
  const batch = batchOf(Array.from({ length: 50 }, () => text));
  const { labels } = wordMasking(tokenizer, { wholeWords: true }).mask(batch, key);
  const most = Math.round(0.15 * text.length);
  for (let row = 0; row < 50; row++) {
    const hidden = text.map((_, i) => (labels.tokens[row * batch.width + 1 + i] ?? -1) >= 0);
    text.forEach((id, i) => void (pieces.includes(id) && t.is(hidden[i], hidden[i - 1], `row ${row}, place ${i}`)));
    const count = hidden.filter(Boolean).length;
    t.true(count >= 2 && count <= most, `${count} of ${text.length}`);
  }
});

test('byte-level and SentencePiece vocabularies mark where words begin, and are read so', async (t) => {
  for (const name of ['tokenizer-byte-level', 'tokenizer-unigram']) {
    const { definition, config } = await loadTokenizer(join('test', 'fixtures', 'models', name));
    const other = new Tokenizer(definition, { ...config, specialTokens: { mask: '<unk>', ...config.specialTokens } }); // translators hide no words
    const [{ ids = [], wordIds = [] } = {}] = await other.inspect([{ text: ' unbelievable transformations happen everywhere today' }]);
    const batch: HostArrays = { exampleIds: ['e'], rows: 1, width: ids.length, inputIds: Int32Array.from(ids), mask: new Float32Array(ids.length).fill(1), typeIds: new Int32Array(ids.length) };
    const masking = wordMasking(other, { wholeWords: true, share: 0.5 });
    for (let step = 0; step < 20; step++) {
      const { labels } = masking.mask(batch, randomKey(step, 'whole'));
      const hidden = (place: number) => (labels.tokens[place] ?? -1) >= 0;
      const torn = wordIds.flatMap((word, place) => (word !== null && wordIds[place - 1] === word && hidden(place) !== hidden(place - 1) ? [place] : []));
      t.deepEqual(torn, [], name);
    }
  }
});

test('with counts rare tokens are drawn more often: by count^-0.7', (t) => {
  const [rare = 0, common = 0] = starts;
  const counts = new Float64Array(tokenizer.vocabularySize).fill(1000);
  counts[rare] = 1;
  const batch = batchOf(Array.from({ length: 4000 }, () => [rare, common, common]));
  const { labels } = wordMasking(tokenizer, { counts, share: 1 / 3 }).mask(batch, key);
  const hidden = hiddenIn(batch, labels);
  t.is(hidden.length, 4000);
  const drawn = hidden.filter(([, was]) => was === rare).length / hidden.length;
  const expected = 1 / (1 + 2 * 1000 ** -0.7);
  t.true(Math.abs(drawn - expected) < 0.01, `${drawn}, expected ${expected}`);
});

test('the description tells apart whatever changes what is hidden', (t) => {
  const counts = new Float64Array(tokenizer.vocabularySize).fill(2);
  const descriptions = [{}, { share: 0.2 }, { wholeWords: true }, { counts }, { counts, smoothing: 0.5 }, { counts: counts.with(9, 3) }].map((options) => wordMasking(tokenizer, options).description);
  t.is(descriptions[0], '15 % of tokens, 80/10/10');
  t.is(new Set(descriptions).size, descriptions.length);
});

test('what cannot be meant is refused', (t) => {
  t.throws(() => wordMasking(tokenizer, { share: 0 }), { message: 'share is 0; it must be above 0 and at most 1' });
  t.throws(() => wordMasking(tokenizer, { smoothing: -1 }), { message: /^smoothing is -1/ });
  t.throws(() => wordMasking(tokenizer, { counts: [1, 2] }), { message: /^2 counts for a vocabulary of \d+ tokens$/ });
});
