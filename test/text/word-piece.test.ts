import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import test from 'ava';
import { wordPieceDefinition, wordPieceSpecials, type TokenizerDefinition } from '../../src/text/word-piece.ts';

test('the definition of the BERT vocabulary is the published tokenizer.json', async (t) => {
  const folder = join(import.meta.dirname, '../fixtures/models/tokenizer-wordpiece');
  const published = JSON.parse(await readFile(join(folder, 'tokenizer.json'), 'utf8')) as TokenizerDefinition;
  const vocabulary = (await readFile(join(folder, 'vocab.txt'), 'utf8')).trimEnd().split('\n');
  const model = { type: 'WordPiece', ...published.model };
  t.deepEqual(wordPieceDefinition(vocabulary, { lowercase: true }), { ...published, model });
});

test('a vocabulary without a special token is refused', (t) => {
  for (const missing of wordPieceSpecials) {
    const vocabulary = wordPieceSpecials.filter((token) => token !== missing);
    t.throws(() => wordPieceDefinition(vocabulary, { lowercase: true }), { message: new RegExp(`has no \\${missing}`) });
  }
});
