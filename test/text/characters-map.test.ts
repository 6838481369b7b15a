import { join } from 'node:path';
import test from 'ava';
import { readSentencePieceModel } from '../../src/storage/sentencepiece-model.ts';
import { checkCharactersMap } from '../../src/text/characters-map.ts';

const { charactersMap } = await readSentencePieceModel(join(import.meta.dirname, '../fixtures/storage/sentencepiece/unigram.model'));

/** The table with one unit of its trie changed. */
function changed(change: (unit: number) => number, at: (unit: number) => boolean): Uint8Array {
  const copy = Buffer.from(charactersMap);
  const length = copy.readUInt32LE(0);
  const places = Array.from({ length: length / 4 }, (_, i) => 4 + 4 * i).filter((place) => at(copy.readUInt32LE(place)));
  const place = places[0] ?? 4;
  copy.writeUInt32LE(change(copy.readUInt32LE(place)) >>> 0, place);
  return copy;
}

test('what sentencepiece compiled is sound', (t) => {
  t.notThrows(() => checkCharactersMap(charactersMap));
});

const isLeaf = (unit: number) => unit >>> 31 === 1;
const isInner = (unit: number) => unit >>> 31 === 0 && (unit & 0xff) === 9;
const broken: readonly (readonly [string, () => Uint8Array, RegExp])[] = [
  ['nothing', () => new Uint8Array(0), /^the table of character replacements is damaged: it is cut short$/],
  ['half of it', () => charactersMap.subarray(0, 500), /it is cut short/],
  ['no replacements', () => charactersMap.subarray(0, 4 + Buffer.from(charactersMap).readUInt32LE(0)), /it points outside of its replacements/],
  ['a leaf past the end', () => changed(() => 0x80000000 + 5000, isLeaf), /it points outside of its replacements/],
  ['a state past the end', () => changed((unit) => (unit & 0x3ff) + (9000 << 10), isInner), /it points outside of itself/],
  ['replacements that are no text', () => Buffer.concat([charactersMap, Uint8Array.of(0xff)]), /its replacements are no UTF-8 text/],
];
for (const [name, make, message] of broken) test(`${name}: refused`, (t) => void t.throws(() => checkCharactersMap(make()), { message }));
