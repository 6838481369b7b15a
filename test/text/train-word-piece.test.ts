import { execFile } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import test from 'ava';
import fc from 'fast-check';
import { loadTokenizer, saveTokenizer } from '../../src/text/tokenizer-files.ts';
import type { Tokenizer } from '../../src/text/tokenizer.ts';
import { trainWordPiece } from '../../src/text/train-word-piece.ts';

// Many pairs are equally frequent here: the order of a hash table would show.
const texts = Array.from({ length: 40 }, (_, i) => `The ${'abcdefghij'[i % 10]}${'klmnop'[i % 6]}at sat, "on" the Café mat no. ${i}; 世界 and 😀!`);

function vocabularyOf(tokenizer: Tokenizer): string[] {
  return Object.entries(tokenizer.definition.model.vocab as Record<string, number>).sort((a, b) => a[1] - b[1]).map(([token]) => token);
}

test('two processes make the same bytes', async (t) => {
  const script = `
    const { trainWordPiece } = await import(${JSON.stringify(new URL('../../src/text/train-word-piece.ts', import.meta.url).href)});
    const tokenizer = await trainWordPiece(${JSON.stringify(texts)}, { size: 150, lowercase: true });
    process.stdout.write(tokenizer.tokenizerJson());`;
  const run = async () => (await promisify(execFile)(process.execPath, ['--import=tsx', '--input-type=module', '--eval', script])).stdout;
  const [first, second] = await Promise.all([run(), run()]);
  t.is(first, second);
  t.is(first, (await trainWordPiece(texts, { size: 150, lowercase: true })).tokenizerJson());
});

test('merges follow the counts, and ties the order of the symbols', async (t) => {
  // Pairs: a+##b 5, c+##d 5 (a tie: a first), ##b+##c 2.
  const tokenizer = await trainWordPiece(['ab ab ab cd cd cd cd cd abc abc zz'], { size: 20, lowercase: true });
  t.deepEqual(vocabularyOf(tokenizer), [
    ...['[PAD]', '[UNK]', '[CLS]', '[SEP]', '[MASK]', 'a', 'b', 'c', 'd', 'z', '##a', '##b', '##c', '##d', '##z'],
    ...['ab', 'cd', 'abc'],
  ]);
  const rare = await trainWordPiece(['ab ab ab cd cd cd cd cd abc abc zz'], { size: 20, lowercase: true, minFrequency: 1 });
  t.deepEqual(vocabularyOf(rare).slice(15), ['ab', 'cd', 'abc', 'zz']);
  t.deepEqual(vocabularyOf(await trainWordPiece(['ab ab ab cd cd cd cd cd abc'], { size: 14, lowercase: true })).slice(13), ['cd']);
});

// a ##a ##a ##a ##a, then a ##aa ##aa, where both pairs stand 9 times.
test('repeated letters are counted as they are merged', async (t) => {
  const tokenizer = await trainWordPiece(Array<string>(9).fill('aaaaa'), { size: 40, lowercase: true });
  t.deepEqual(vocabularyOf(tokenizer).slice(5), ['a', '##a', '##aa', 'aaa', 'aaaaa']);
});

test('every text encodes without unknown tokens, and so does any word of its characters', async (t) => {
  for (const lowercase of [true, false]) {
    const tokenizer = await trainWordPiece(texts, { size: 100, lowercase, minFrequency: 1 });
    t.is(tokenizer.vocabularySize, 100);
    const rows = await tokenizer.inspect([...texts, 'thetas tamed 😀tea', ',"!;'].map((text) => ({ text })));
    t.deepEqual(rows.flatMap(({ tokens }) => tokens).filter((token) => token === '[UNK]'), []);
  }
});

test('no text holds a word that its own vocabulary does not know', async (t) => {
  const property = fc.asyncProperty(fc.array(fc.string({ unit: 'grapheme', maxLength: 30 }), { minLength: 1, maxLength: 6 }), async (strings) => {
    const tokenizer = await trainWordPiece(strings, { size: 2000, lowercase: true });
    const rows = await tokenizer.inspect(strings.map((text) => ({ text })));
    return rows.every(({ tokens }) => !tokens.includes('[UNK]'));
  });
  await t.notThrowsAsync(fc.assert(property, { numRuns: 60 }));
});

test('a stream of texts serves as well, and what is trained can be saved and loaded', async (t) => {
  async function* stream() {
    for (const text of texts) yield await Promise.resolve(text);
  }
  const tokenizer = await trainWordPiece(stream(), { size: 150, lowercase: true });
  t.is(tokenizer.fingerprint, (await trainWordPiece(texts, { size: 150, lowercase: true })).fingerprint);
  const folder = await mkdtemp(join(tmpdir(), 'retort-train-'));
  t.teardown(() => rm(folder, { recursive: true, force: true }));
  await saveTokenizer(tokenizer, folder);
  t.is((await loadTokenizer(folder)).fingerprint, tokenizer.fingerprint);
});

test('a size that cannot hold the characters is refused with the one that can', async (t) => {
  await t.throwsAsync(trainWordPiece(['ab c'], { size: 10, lowercase: true }), {
    message: 'a vocabulary of 10 cannot hold the 6 characters of the text and 5 special tokens; give a size of at least 11',
  });
  t.is((await trainWordPiece(['ab c'], { size: 11, lowercase: true })).vocabularySize, 11);
});
