import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test from 'ava';
import { examplesOf, fingerprintOf, idsOf, learningText, tokeniseText } from '../../src/cli/learning-text.ts';
import { makeCorpus } from '../../src/text/corpus.ts';
import { streamOf } from '../../src/text/streamed-corpus.ts';
import { trainWordPiece } from '../../src/text/train-word-piece.ts';
import { openRecorder } from './in-process.ts';

const train = streamOf(makeCorpus([{ id: 'a', text: 'one', label: 'no' }, { id: 'b', text: 'two', label: 'yes' }], { name: 'x', split: 'train', labels: { kind: 'single-label', names: ['no', 'yes'] } }));
const transfer = streamOf(makeCorpus([{ id: 'c', text: 'three' }], { name: 'x', split: 'transfer' }));

async function all<T>(items: AsyncIterable<T>): Promise<T[]> {
  const found: T[] = [];
  for await (const item of items) found.push(item);
  return found;
}

test('its fingerprint is that of the tokenised text, whatever the tokenizer; training rows come first', async (t) => {
  const cache = await mkdtemp(join(tmpdir(), 'retort-'));
  const tokenizer = await trainWordPiece(['one two three'], { size: 30, lowercase: true });
  for (const text of [learningText(train), learningText(train, transfer)]) {
    const stored = await tokeniseText(text, tokenizer, { maxTokens: 8, cache }, openRecorder().console);
    t.is(stored.corpus, fingerprintOf(text));
    t.deepEqual(await all(idsOf(text)), (await all(examplesOf(text))).map(({ id }) => id));
  }
  t.deepEqual(await all(idsOf(learningText(train, transfer))), ['a', 'b', 'c']);
  t.not(fingerprintOf(learningText(train)), fingerprintOf(learningText(train, transfer)));
  await rm(cache, { recursive: true, force: true });
});
