import test from 'ava';
import { bleuCounts, corpusBleu } from '../../src/evaluate/bleu.ts';
import { bleuOn, packBleu, unpackBleu } from '../../src/report/evidence-bleu.ts';

const references = ['the cat sat on the mat .', 'a dog', 'there is a house in the wood', 'rain'];
const translations = ['the cat sat on a mat .', 'a dog', 'a house is there', ''];

test('the counts of every sentence come back, and with them every score', (t) => {
  const counts = unpackBleu(packBleu(translations, references), 4);
  t.deepEqual(counts, bleuCounts(translations, references));
  t.is(bleuOn(counts), corpusBleu(translations, references).score);
  const rows = [0, 0, 2];
  t.is(bleuOn(counts, rows), corpusBleu(rows.map((row) => translations[row]!), rows.map((row) => references[row]!)).score);
});

test('a thousand sentences take a few kilobytes, and another number of them is told', (t) => {
  const sentence = (row: number, drop: number) => Array.from({ length: 9 + (row % 7) }, (_, at) => `w${(row * 7 + at * (at + drop)) % 97}`).join(' ');
  const packed = packBleu(Array.from({ length: 1000 }, (_, row) => sentence(row, row % 5)), Array.from({ length: 1000 }, (_, row) => sentence(row, row % 3)));
  t.true(packed.length < 5000, `${packed.length}`);
  t.throws(() => unpackBleu(packed, 999), { message: /these are not 5994 counts/ });
});
