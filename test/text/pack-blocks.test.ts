import test from 'ava';
import fc from 'fast-check';
import { BlockPacker, frameOf } from '../../src/text/pack-blocks.ts';
import { trainWordPiece } from '../../src/text/train-word-piece.ts';

const frame = { before: [2], after: [3, 4] };
/** A line as a tokenizer gives it, framed. */
const line = (...text: number[]) => ({ ids: Int32Array.of(2, ...text, 3, 4) });

test('lines follow each other; a block begins where the last one was full, and its id says where', (t) => {
  const packer = new BlockPacker(frame, 6);
  t.deepEqual(packer.add({ id: 'a' }, line(10, 11)), []);
  const [first, second, ...more] = packer.add({ id: 'b' }, line(12, 13, 14, 15, 16));
  t.deepEqual([first, second], [
    [{ id: 'a' }, { ids: Int32Array.of(2, 10, 11, 12, 3, 4), typeIds: new Int32Array(6), truncated: false }],
    [{ id: 'b+1' }, { ids: Int32Array.of(2, 13, 14, 15, 3, 4), typeIds: new Int32Array(6), truncated: false }],
  ]);
  t.deepEqual(more, []);
  t.deepEqual(packer.add({ id: 'empty' }, line()), []);
  t.deepEqual(packer.rest(), [[{ id: 'b+4' }, { ids: Int32Array.of(2, 16, 3, 4), typeIds: new Int32Array(4), truncated: false }]]);
  t.deepEqual(packer.rest(), []);
});

test('no token is lost, none is moved, every block but the last is full, and no id stands twice', (t) => {
  const whole = fc.property(fc.array(fc.array(fc.integer({ min: 5, max: 99 }), { maxLength: 40 }), { minLength: 1, maxLength: 20 }), fc.integer({ min: 4, max: 20 }), (lines, maxTokens) => {
    const packer = new BlockPacker(frame, maxTokens);
    const blocks = [...lines.flatMap((text, i) => packer.add({ id: `${i}` }, line(...text))), ...packer.rest()];
    const texts = blocks.map(([, { ids }]) => [...ids].slice(1, -2));
    t.is(texts.flat().join(), lines.flat().join());
    t.is(new Set(blocks.map(([{ id }]) => id)).size, blocks.length);
    return blocks.every(([, { ids }], i) => ids.length === maxTokens || (i === blocks.length - 1 && ids.length < maxTokens));
  });
  fc.assert(whole);
});

test('the frame is what the tokenizer puts around a text; a block must have room for more', async (t) => {
  const tokenizer = await trainWordPiece(['a b'], { size: 20, lowercase: true });
  const found = await frameOf(tokenizer);
  t.deepEqual(found, { before: [tokenizer.clsId], after: [tokenizer.sepId] });
  t.throws(() => new BlockPacker(found, 2), { message: 'maxTokens is 2; a block must hold more than its 2 special tokens' });
});
