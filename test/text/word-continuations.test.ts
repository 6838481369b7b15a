import { join } from 'node:path';
import test from 'ava';
import { loadTokenizer } from '../../src/text/tokenizer-files.ts';
import { Tokenizer } from '../../src/text/tokenizer.ts';
import { trainWordPiece } from '../../src/text/train-word-piece.ts';
import { isWord, wordContinuations, wordTokens } from '../../src/text/word-continuations.ts';

test('WordPiece says what continues; byte-level and SentencePiece vocabularies say what begins', async (t) => {
  const tokenizer = await trainWordPiece(['abc abd abe , .'], { size: 60, lowercase: true });
  const continues = wordContinuations(tokenizer);
  const tokens = tokenizer.tokens();
  t.true(tokens.some((token) => token?.startsWith('##')));
  t.deepEqual([...continues], tokens.map((token) => (token?.startsWith('##') ? 1 : 0)));
  for (const [name, mark] of [['tokenizer-byte-level', '\u0120'], ['tokenizer-unigram', '\u2581']] as const) {
    const other = await loadTokenizer(join('test', 'fixtures', 'models', name));
    t.deepEqual([...wordContinuations(other)], other.tokens().map((token) => (token?.startsWith(mark) ? 0 : 1)), name);
  }
});

test('a vocabulary that marks neither is refused', (t) => {
  const bare = new Tokenizer({ version: '1.0', model: { type: 'WordLevel', vocab: { a: 0, b: 1 }, unk_token: 'a' } }, { specialTokens: {}, published: {} });
  t.throws(() => wordContinuations(bare), { message: /^whole words cannot be told in this vocabulary/ });
});

test('words by themselves: no special token, no punctuation, no piece; without the mark of their space', async (t) => {
  const tokenizer = await trainWordPiece(['abc abd abe , . 7'], { size: 60, lowercase: true });
  const words = await wordTokens(tokenizer);
  tokenizer.tokens().forEach((token, id) => t.is(words[id], token !== undefined && /^[a-z0-9]/.test(token) ? token : undefined));
  const other = await wordTokens(await loadTokenizer(join('test', 'fixtures', 'models', 'tokenizer-byte-level')));
  const said = other.filter((word) => word !== undefined);
  t.true(said.length > 10 && said.every((word) => isWord(word) && !/\s|\u0120/.test(word)));
});
