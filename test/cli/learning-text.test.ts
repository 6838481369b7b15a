import test from 'ava';
import { encodeText, examplesOf, fingerprintOf, keepExamples, learningText } from '../../src/cli/learning-text.ts';
import { makeCorpus } from '../../src/text/corpus.ts';
import { trainWordPiece } from '../../src/text/train-word-piece.ts';

const train = makeCorpus([{ id: 'a', text: 'one', label: 'no' }, { id: 'b', text: 'two', label: 'yes' }], { name: 'x', split: 'train', labels: { kind: 'single-label', names: ['no', 'yes'] } });
const transfer = makeCorpus([{ id: 'c', text: 'three' }], { name: 'x', split: 'transfer' });

test('its fingerprint is that of the encoded text, whatever the tokenizer', async (t) => {
  const tokenizer = await trainWordPiece(['one two three'], { size: 30, lowercase: true });
  for (const text of [learningText(train), learningText(train, transfer)]) {
    const encoded = await encodeText(text, tokenizer, { maxTokens: 8 });
    t.is(encoded.corpus, fingerprintOf(text));
    t.deepEqual(encoded.exampleIds, examplesOf(text).map(({ id }) => id));
  }
  t.not(fingerprintOf(learningText(train)), fingerprintOf(learningText(train, transfer)));
});

test('examples that stay, with the labels of the corpus; all of them is the corpus itself', (t) => {
  t.is(keepExamples(train, () => true), train);
  const kept = keepExamples(train, ({ id }) => id === 'b');
  t.deepEqual([kept?.examples, kept?.labels, kept?.name, kept?.split], [[train.examples[1]!], train.labels, 'x', 'train']);
  t.not(kept?.fingerprint, train.fingerprint);
  t.is(keepExamples(train, () => false), undefined);
});
