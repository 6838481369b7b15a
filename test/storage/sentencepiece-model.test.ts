import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import test from 'ava';
import { ProtobufMessage } from '../../src/storage/protobuf.ts';
import { decodeSentencePieceModel, readSentencePieceModel } from '../../src/storage/sentencepiece-model.ts';

const fixtures = join(import.meta.dirname, '../fixtures/storage/sentencepiece');
const bytesOf = (message: ProtobufMessage) => Buffer.concat(message.chunks());
const piece = (text: string, score = 0, type?: number) => {
  const message = new ProtobufMessage().string(1, text).float(2, score);
  return type === undefined ? message : message.varint(3, type);
};

test('what sentencepiece wrote is read: pieces, scores, types and settings', async (t) => {
  const unigram = await readSentencePieceModel(join(fixtures, 'unigram.model'));
  t.like(unigram, { kind: 'unigram', byteFallback: false, whitespaceAsSuffix: false, addDummyPrefix: true, removeExtraWhitespaces: true, escapeWhitespaces: true });
  t.deepEqual(unigram.pieces.slice(0, 4), [
    { text: '<unk>', score: 0, type: 'unknown' },
    { text: '<s>', score: 0, type: 'control' },
    { text: '</s>', score: 0, type: 'control' },
    { text: '<sep>', score: 0, type: 'user-defined' },
  ]);
  t.true(unigram.charactersMap.length > 100);
  t.true(unigram.pieces.slice(4).every(({ type, score }) => type === 'normal' && score < 0));
  const bpe = await readSentencePieceModel(join(fixtures, 'bpe.model'));
  t.like(bpe, { kind: 'bpe', byteFallback: true, addDummyPrefix: false, removeExtraWhitespaces: false });
  t.is(bpe.pieces.filter(({ type }) => type === 'byte').length, 256);
});

test('what is not said is what sentencepiece takes it for', (t) => {
  const model = decodeSentencePieceModel(bytesOf(new ProtobufMessage().message(1, piece('a', -1.5)).message(1, new ProtobufMessage().string(1, 'b'))));
  t.deepEqual(model, {
    kind: 'unigram', byteFallback: false, whitespaceAsSuffix: false, charactersMap: new Uint8Array(0), addDummyPrefix: true, removeExtraWhitespaces: true, escapeWhitespaces: true,
    pieces: [{ text: 'a', score: -1.5, type: 'normal' }, { text: 'b', score: 0, type: 'normal' }],
  });
  t.is(decodeSentencePieceModel(bytesOf(new ProtobufMessage().message(1, piece('a')).message(2, new ProtobufMessage().varint(3, 4)))).kind, 'char');
});

const broken: readonly (readonly [string, Uint8Array, RegExp])[] = [
  ['nothing', new Uint8Array(0), /^not a sentencepiece model: it holds no pieces$/],
  ['text', Buffer.from('{"a": 1}'), /^not a sentencepiece model: byte 0: wire type 3 is none that is known$/],
  ['an empty piece', bytesOf(new ProtobufMessage().message(1, piece('a')).message(1, piece(''))), /piece 1 is empty/],
  ['a piece that is no text', bytesOf(new ProtobufMessage().message(1, new ProtobufMessage().bytes(1, Uint8Array.of(0xff)))), /piece 0 is not UTF-8 text/],
  ['a score that is no number', bytesOf(new ProtobufMessage().message(1, piece('a', NaN))), /the score of piece 0, "a", is NaN/],
  ['a type that nobody knows', bytesOf(new ProtobufMessage().message(1, piece('a', 0, 7))), /the type of piece 0 is 7, which is none of 1 to 6/],
  ['a kind that nobody knows', bytesOf(new ProtobufMessage().message(1, piece('a')).message(2, new ProtobufMessage().varint(3, 9))), /the model type is 9, which is none of 1 to 4/],
];
for (const [name, bytes, message] of broken) test(`${name}: refused`, (t) => void t.throws(() => decodeSentencePieceModel(bytes), { message }));

test('a model cut short is named', async (t) => {
  const whole = await readFile(join(fixtures, 'unigram.model'));
  t.throws(() => decodeSentencePieceModel(whole.subarray(0, 1000)), { message: /^not a sentencepiece model: byte \d+: a field of \d+ bytes, where \d+ are left$/ });
  await t.throwsAsync(readSentencePieceModel(join(fixtures, 'expected.json')), { message: /expected\.json: not a sentencepiece model/ });
});
