/**
 * Inputs for a reader: sound ones with bits turned, parts cut out, moved, doubled or overwritten and lengths blown up; JSON with other
 * values at any place; and now and then noise. Everything is drawn by fast-check, so that a seed gives the same input again.
 */
import fc from 'fast-check';
import type { Subject } from './format.ts';
import { changedJson } from './json-changes.ts';

type Change = (bytes: Buffer) => Buffer;

/** A place in the bytes, whatever their number. */
const place = fc.noBias(fc.nat(2 ** 30 - 1)).map((n) => (length: number) => Math.floor((n / 2 ** 30) * length));
const span = fc.tuple(place, fc.oneof(fc.nat(8), fc.nat(200))).map(([at, length]) => (bytes: Buffer) => ({ begin: at(bytes.length), end: Math.min(bytes.length, at(bytes.length) + length) }));
/** Where counts go wrong: at the ends of every width, and a little beside the truth. */
const blown = fc.constantFrom(0n, 1n, 0x7fn, 0x80n, 0xffn, 0x7fffn, 0xffffn, 0x10_0000n, 0x7fff_ffffn, 0x8000_0000n, 0xffff_ffffn, 2n ** 40n, 2n ** 53n, 2n ** 62n, 2n ** 63n, 2n ** 64n - 1n);

function over(bytes: Buffer, at: number, put: Uint8Array): Buffer {
  return Buffer.concat([bytes.subarray(0, at), put, bytes.subarray(at + put.length)]);
}

function between(bytes: Buffer, { begin, end }: { begin: number; end: number }, put: Uint8Array): Buffer {
  return Buffer.concat([bytes.subarray(0, begin), put, bytes.subarray(end)]);
}

function littleEndian(value: bigint, width: number): Buffer {
  const bytes = Buffer.alloc(8);
  bytes.writeBigUInt64LE(value);
  return bytes.subarray(0, width);
}

const flip = fc.tuple(place, fc.nat(7)).map(([at, bit]): Change => (bytes) => over(bytes, at(bytes.length), Buffer.of((bytes[at(bytes.length)] ?? 0) ^ (1 << bit))));
const overwrite = fc.tuple(place, fc.uint8Array({ minLength: 1, maxLength: 4 })).map(([at, put]): Change => (bytes) => over(bytes, at(bytes.length), put));
/** At a multiple of four too, where binary formats keep their numbers. */
const blowUp = fc.tuple(place, blown, fc.constantFrom(1, 2, 4, 8), fc.boolean()).map(([at, value, width, aligned]): Change => (bytes) => over(bytes, aligned ? at(bytes.length) & ~3 : at(bytes.length), littleEndian(value, width)));
const nudge = fc.tuple(place, fc.constantFrom(-8, -4, -1, 1, 4, 8)).map(([at, by]): Change => (bytes) => over(bytes, at(bytes.length), Buffer.of(((bytes[at(bytes.length)] ?? 0) + by) & 255)));
const cutShort = place.map((at): Change => (bytes) => bytes.subarray(0, at(bytes.length)));
const remove = span.map((of): Change => (bytes) => between(bytes, of(bytes), Buffer.alloc(0)));
const double = fc.tuple(span, fc.oneof(fc.constant(2), fc.nat(300))).map(([of, times]): Change => (bytes) => {
  const { begin, end } = of(bytes);
  return between(bytes, { begin, end }, Buffer.concat(Array.from({ length: times }, () => bytes.subarray(begin, end))));
});
const splice = fc.tuple(span, place, fc.boolean()).map(([of, at, keepsLength]): Change => (bytes) => {
  const { begin, end } = of(bytes);
  const part = Buffer.from(bytes.subarray(begin, end));
  return keepsLength ? over(bytes, at(bytes.length), part) : between(bytes, { begin: at(bytes.length), end: at(bytes.length) }, part);
});

const everyFormat = ['\n', '\r\n', '\r', '\0', '\ufeff', '\u2028', ' ', '"', '\\', '\\ud800', '{', '}', '[', ']', ',', ':', 'null', 'true', 'NaN', '-0', '1e999', '9007199254740993', '__proto__', 'constructor', '\u001b[31m', 'é', '😀'];

function insert(words: readonly string[]): fc.Arbitrary<Change> {
  const text = fc.tuple(fc.constantFrom(...everyFormat, ...words), fc.oneof({ arbitrary: fc.constant(1), weight: 8 }, fc.constantFrom(2, 3000))).map(([word, times]) => Buffer.from(word.repeat(times)));
  const put = fc.oneof({ arbitrary: text, weight: 4 }, fc.uint8Array({ minLength: 1, maxLength: 6 }).map((bytes) => Buffer.from(bytes)));
  return fc.tuple(span, put, fc.boolean()).map(([of, bytes, replaces]): Change => (whole) => {
    const { begin, end } = of(whole);
    return between(whole, { begin, end: replaces ? end : begin }, bytes);
  });
}

/** Any input for this reader; most are near a sound one. */
export function inputsFor({ samples, refused = [], words = [], json = false }: Pick<Subject, 'samples' | 'refused' | 'words' | 'json'>): fc.Arbitrary<Uint8Array> {
  const sound = fc.constantFrom(...samples, ...refused);
  const change = fc.oneof(flip, overwrite, blowUp, nudge, cutShort, remove, double, splice, { arbitrary: insert(words), weight: 3 });
  const near = fc.tuple(sound, fc.array(change, { minLength: 1, maxLength: 5 })).map(([sample, changes]) => changes.reduce<Buffer>((bytes, apply) => apply(bytes), Buffer.from(sample)));
  const noise = fc.oneof(fc.uint8Array({ maxLength: 300 }), fc.string({ unit: 'binary', maxLength: 200 }).map((text) => Buffer.from(text)));
  return fc.oneof<fc.MaybeWeightedArbitrary<Uint8Array>[]>({ arbitrary: near, weight: json ? 6 : 12 }, ...(json ? [{ arbitrary: changedJson([...samples, ...refused]), weight: 9 }] : []), { arbitrary: noise, weight: 1 });
}

/** Input number `seed`, always the same. */
export function inputOf(inputs: fc.Arbitrary<Uint8Array>, seed: number): Uint8Array {
  const [input = new Uint8Array(0)] = fc.sample(inputs, { seed: scattered(seed), numRuns: 1 });
  return input;
}

/** Neighbouring seeds of fast-check's generator give alike numbers: they are spread out first. */
function scattered(seed: number): number {
  let mixed = Math.imul(seed ^ (seed >>> 16), 0x85ebca6b);
  mixed = Math.imul(mixed ^ (mixed >>> 13), 0xc2b2ae35);
  return mixed ^ (mixed >>> 16);
}
