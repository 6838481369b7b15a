import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import test from 'ava';
import fc from 'fast-check';
import { float32Of, float32Tensor, narrowToBf16, narrowToFp16, widenBf16, widenFp16 } from '../../src/storage/halves.ts';
import { readSafetensors } from '../../src/storage/safetensors.ts';

const models = new URL('../fixtures/models/', import.meta.url);
const everyHalf = Uint16Array.from({ length: 65536 }, (_, bits) => bits);
const floatsOf = (...words: number[]) => new Float32Array(Uint32Array.from(words).buffer);
const wordsOf = (values: Float32Array) => new Uint32Array(values.buffer, values.byteOffset, values.length);

for (const precision of ['bf16', 'fp16']) {
  test(`the ${precision} checkpoint widens to the vectors that PyTorch gets`, async (t) => {
    const folder = new URL(`bert-classifier-${precision}/`, models);
    const { tensors } = await readSafetensors(fileURLToPath(new URL('model.safetensors', folder)));
    const upcast = await readSafetensors(fileURLToPath(new URL('upcast.safetensors', folder)));
    t.is(upcast.tensors.size, 34);
    for (const [name, expected] of upcast.tensors) {
      const tensor = tensors.get(name.replace('upcast/', ''));
      t.is(tensor?.dtype, precision === 'bf16' ? 'BF16' : 'F16');
      if (tensor) t.deepEqual(wordsOf(float32Of(tensor)), wordsOf(float32Of(expected)), name);
    }
  });
}

test('every half that is a number has its value', (t) => {
  const wide = widenFp16(everyHalf);
  const brain = widenBf16(everyHalf);
  for (const bits of everyHalf) {
    const sign = bits >> 15 === 0 ? 1 : -1;
    const [exponent, fraction] = [(bits >> 10) & 31, bits & 1023];
    if (exponent < 31) t.is(wide[bits], sign * (exponent === 0 ? fraction * 2 ** -24 : (1 + fraction / 1024) * 2 ** (exponent - 15)));
    const [long, short] = [(bits >> 7) & 255, bits & 127];
    if (long < 255) t.is(brain[bits], sign * (long === 0 ? short * 2 ** -133 : (1 + short / 128) * 2 ** (long - 127)));
  }
  t.deepEqual([wide[0x7c00], wide[0xfc00], brain[0x7f80], brain[0xff80]], [Infinity, -Infinity, Infinity, -Infinity]);
});

test('every half survives widening and narrowing; only signalling NaNs are made quiet', (t) => {
  const half = narrowToFp16(widenFp16(everyHalf));
  const brain = narrowToBf16(widenBf16(everyHalf));
  for (const bits of everyHalf) {
    t.is(half[bits], (bits & 0x7fff) > 0x7c00 ? bits | 0x200 : bits);
    t.is(brain[bits], (bits & 0x7fff) > 0x7f80 ? bits | 0x40 : bits);
  }
});

test('narrowing takes the nearest half, the even one of two', (t) => {
  const nearest = (value: number, halves: Float32Array, bits: number) => {
    const error = Math.abs((halves[bits] ?? NaN) - value);
    for (const neighbour of [bits - 1, bits + 1]) {
      const other = Math.abs((halves[neighbour] ?? NaN) - value);
      if (other < error || (other === error && bits % 2 === 1)) return false;
    }
    return true;
  };
  const wide = widenFp16(everyHalf);
  const brain = widenBf16(everyHalf);
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 0x477fefff }), fc.integer({ min: 1, max: 0x7f7f7fff }), (forHalf, forBrain) => {
      const values = floatsOf(forHalf, forBrain);
      const [toHalf = 0] = narrowToFp16(values.subarray(0, 1));
      const [toBrain = 0] = narrowToBf16(values.subarray(1));
      return nearest(values[0] ?? 0, wide, toHalf) && nearest(values[1] ?? 0, brain, toBrain);
    }),
    { numRuns: 20_000 },
  );
  t.pass();
});

test('the edges of narrowing', (t) => {
  const half = (word: number) => narrowToFp16(floatsOf(word))[0];
  t.is(half(0x33000000), 0, 'half of the smallest subnormal: to even');
  t.is(half(0x33000001), 1);
  t.is(half(0x387fe000), 0x0400, 'between the largest subnormal and the smallest normal half: to even');
  t.is(half(0x387fdfff), 0x03ff);
  t.is(half(0x477fefff), 0x7bff);
  t.is(half(0x477ff000), 0x7c00, '65520');
  t.is(half(0xff800000), 0xfc00);
  t.is(half(0x80000000), 0x8000);
  t.is(half(0x7f800001), 0x7e00, 'a NaN whose payload lies in the lower bits');
  t.is(half(0xffc02000), 0xfe01);
  const brain = (word: number) => narrowToBf16(floatsOf(word))[0];
  t.is(brain(0x3f808000), 0x3f80, 'a tie to even');
  t.is(brain(0x3f818000), 0x3f82);
  t.is(brain(0x7f7fffff), 0x7f80, 'the largest float32 becomes infinite');
  t.is(brain(0x00000001), 0);
  t.is(brain(0x7f800001), 0x7fc0);
  t.is(brain(0xffff1234), 0xffff);
});

test('float32 views what it can and copies what it must', (t) => {
  const buffer = new ArrayBuffer(16);
  new Float32Array(buffer).set([1, 2, 3, 4]);
  const viewed = float32Of({ dtype: 'F32', shape: [2], bytes: new Uint8Array(buffer, 4, 8) });
  t.deepEqual([...viewed], [2, 3]);
  t.is(viewed.buffer, buffer);
  const shifted = new Uint8Array(17);
  shifted.set(new Uint8Array(buffer), 1);
  t.deepEqual([...float32Of({ dtype: 'F32', shape: [4], bytes: shifted.subarray(1) })], [1, 2, 3, 4]);
  t.deepEqual([...float32Of({ dtype: 'F64', shape: [2], bytes: new Uint8Array(new Float64Array([0.1, -1e300]).buffer) })], [Math.fround(0.1), -Infinity]);
  const halves = Buffer.concat([Buffer.alloc(1), Buffer.from(Uint16Array.of(0x3c00).buffer)]).subarray(1);
  t.deepEqual([...float32Of({ dtype: 'F16', shape: [], bytes: halves })], [1]);
  t.throws(() => float32Of({ dtype: 'I64', shape: [1], bytes: new Uint8Array(8) }), { message: /dtype I64/ });
});

test('the halves among the fixture of all dtypes', async (t) => {
  const path = fileURLToPath(new URL('malformed/all-dtypes.safetensors', models));
  const { tensors } = await readSafetensors(path);
  const { cases } = JSON.parse(await readFile(new URL('malformed/cases.json', models), 'utf8')) as { cases: { file: string; values?: Record<string, unknown[]> }[] };
  const values = cases.find(({ file }) => file === 'all-dtypes.safetensors')?.values;
  for (const name of ['f16', 'bf16']) {
    const tensor = tensors.get(name);
    t.deepEqual(tensor && Array.from(float32Of(tensor)), values?.[name]?.map(Number));
  }
});

test('values become a tensor without a copy, if there are enough of them', (t) => {
  const data = new Float32Array([0, 1, 2, 3, 4, 5, 6]).subarray(1);
  const tensor = float32Tensor([2, 3], data);
  t.is(tensor.bytes.buffer, data.buffer);
  t.deepEqual(float32Of(tensor), data);
  t.throws(() => float32Tensor([2, 2], data), { message: /shape \[2, 2\] needs 4 values, not 6/ });
});
