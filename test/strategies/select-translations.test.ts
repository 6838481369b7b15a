import test from 'ava';
import { selectTranslations, type SelectionOptions } from '../../src/strategies/select-translations.ts';
import type { Translations } from '../../src/teacher/translation-store.ts';
import type { Translation } from '../../src/teacher/translator.ts';
import type { Example } from '../../src/text/example.ts';
import { gather } from '../../src/text/streamed-corpus.ts';

const said = (text: string, score = -1, finished = true): Translation => ({ text, tokens: new Int32Array(3), logProb: 3 * score, score, finished });

const rows = [
  { id: 'e1', source: 'die Katze sass auf der Matte', translations: [said('a cat is on a mat', -0.1), said('the cat sits on the mat', -0.2), said('the dog sat on mats', -0.3)], reference: 'the cat sat on the mat' },
  { id: 'e2', source: 'ja', translations: [said('', -0.1), said('yes yes yes yes', -0.5)], reference: 'yes' },
  { id: 'e3', source: 'OK  so', translations: [said('ok so', -0.2)], reference: 'fine' },
  { id: 'e4', source: 'ohne Ende', translations: [said('without', -0.1, false)], reference: 'without end' },
  { id: 'e5', source: 'zu lang', translations: [], reference: 'too long' },
  { id: 'e6', source: 'OK  so', translations: [said('ok so', -2)], reference: 'ok so' },
];
const store = (own = rows): Translations => ({
  folder: 'store', voice: 'a toy', examples: own.length,
  source: { translator: 't', tokenizer: 'k', corpus: 'corpus', decoding: {}, longSources: 'leave-empty' },
  async *read() {
    for (const { reference: _reference, ...row } of own) yield await Promise.resolve(row);
  },
});
const references = (own: readonly Example[] = rows.map(({ id, source, reference }) => ({ id, text: source, pair: reference }))) => ({ fingerprint: 'corpus', read: () => own });
const select = async (options: Partial<SelectionOptions> = {}) => {
  const { corpus, counts } = await selectTranslations({ translations: store(), references: references(), ...options });
  const { examples } = await gather(corpus);
  return { corpus, counts, pairs: examples.map(({ id, text, pair }) => [id, text, pair]) };
};
const none = { 'no translation': 0, unfinished: 0, empty: 0, 'low score': 0, 'length ratio': 0, copy: 0, 'edit rate': 0, duplicate: 0 };

test('the teacher\'s best that is finished and holds a word; ids say where a pair came from', async (t) => {
  const { corpus, counts, pairs } = await select({ translations: store(), name: 'toy' });
  t.deepEqual(pairs, [['e1@score', rows[0]!.source, 'a cat is on a mat'], ['e2@score', 'ja', 'yes yes yes yes'], ['e3@score', 'OK  so', 'ok so'], ['e6@score', 'OK  so', 'ok so']]);
  t.deepEqual(counts, { examples: 6, chosen: 4, references: 0, dropped: { ...none, 'no translation': 1, unfinished: 1 } });
  t.deepEqual([corpus.size, corpus.name, corpus.split], [4, 'toy', 'train']);
  t.is((await select()).corpus.fingerprint.length, 64);
  t.is((await select({ name: 'toy' })).corpus.fingerprint, corpus.fingerprint);
});

test('the nearest to the reference by sentence BLEU or chrF', async (t) => {
  for (const choice of ['bleu', 'chrf'] as const) t.deepEqual((await select({ choice })).pairs[0], [`e1@${choice}`, rows[0]!.source, 'the cat sits on the mat']);
});

test('references beside them, also of examples whose translation was dropped', async (t) => {
  const { pairs, counts } = await select({ choice: 'bleu', withReferences: true });
  t.deepEqual(pairs.map(([id]) => id), ['e1@bleu', 'e1@reference', 'e2@bleu', 'e2@reference', 'e3@bleu', 'e3@reference', 'e4@reference', 'e5@reference', 'e6@bleu', 'e6@reference']);
  t.deepEqual(pairs[6], ['e4@reference', 'ohne Ende', 'without end']);
  t.deepEqual([counts.chosen, counts.references], [4, 6]);
});

test('each filter drops what it is for, and says so', async (t) => {
  const dropped = async (filters: SelectionOptions['filters']) => {
    const { counts, pairs } = await select({ filters: filters! });
    t.is(counts.chosen, pairs.length);
    t.is(counts.examples, 6);
    return Object.entries(counts.dropped).filter(([, count]) => count > 0);
  };
  const always = [['no translation', 1], ['unfinished', 1]] as const;
  t.deepEqual(await dropped({ minScore: -1 }), [...always, ['low score', 1]]);
  t.deepEqual(await dropped({ lengthRatio: { most: 2 } }), [...always, ['length ratio', 1]]);
  t.deepEqual(await dropped({ lengthRatio: { least: 1.1 } }), [...always, ['length ratio', 3]]);
  t.deepEqual(await dropped({ copies: 'drop' }), [...always, ['copy', 2]]);
  t.deepEqual(await dropped({ duplicates: 'drop' }), [...always, ['duplicate', 1]]);
  t.deepEqual(await dropped({ maxEditRate: 0.8 }), [...always, ['edit rate', 2]]); // e2: 3 edits over 1 word, e3: 2
  t.deepEqual(await dropped({ unfinished: 'keep', empty: 'keep' }), [['no translation', 1]]);
  t.deepEqual(await dropped({ unfinished: 'keep', empty: 'keep', lengthRatio: { least: 0.01 } }), [['no translation', 1], ['length ratio', 1]]);
});

test('a line that slipped is found, wherever it did', async (t) => {
  const examples = [...references().read()];
  const refused = async (own: readonly Example[], message: RegExp) => t.throwsAsync(select({ references: references(own) }), { message });
  await refused(examples.toSpliced(1, 1), /^store: row 2 is example e2, but the references have e3 there/);
  await refused(examples.slice(0, 5), /^store: example e6 is translated, but the references end before it/);
  await refused([...examples, { id: 'e7', text: 'x', pair: 'y' }], /^store: example e7 of the references was never translated/);
  await refused(examples.with(2, { ...examples[2]!, text: 'OK so' }), /^store: example e3 was translated from another text/);
  await t.throwsAsync(select({ references: { ...references(), fingerprint: 'other' } }), { message: /translations of another corpus than the references are of: stored corpus, given other/ });
  await t.throwsAsync(select({ choice: 'bleu', references: references(examples.map(({ id, text }) => ({ id, text }))) }), { message: 'example e1 has no reference; give parallel text' });
});

test('what cannot be done without references, and what leaves nothing, is refused', async (t) => {
  await t.throwsAsync(selectTranslations({ translations: store(), choice: 'chrf', withReferences: true, filters: { maxEditRate: 1 } }), { message: 'the choice by chrf and the edit rate and the mixture cannot do without the references: give the corpus that was translated' });
  await t.throwsAsync(select({ filters: { minScore: 0 } }), { message: 'store: no translation is left to learn from (no translation 1, unfinished 1, low score 4); loosen the filters' });
  await t.throwsAsync(select({ filters: { lengthRatio: { least: 2, most: 1 } } }), { message: 'a length ratio from 2 to 1 keeps nothing' });
  t.is((await selectTranslations({ translations: store() })).counts.chosen, 4);
});
