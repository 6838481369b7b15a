import test from 'ava';
import { byteSize, formatHeader, parseHeader, type Dtype } from '../../src/storage/safetensors-header.ts';

test('sizes: scalars, empty ones, and those that no number can count', (t) => {
  t.is(byteSize('F32', []), 4);
  t.is(byteSize('BF16', [2, 3]), 12);
  t.is(byteSize('U64', [0, 3]), 0);
  t.is(byteSize('U8', [2 ** 52, 0, 2 ** 52]), 0);
  t.throws(() => byteSize('U8', [2 ** 52, 4]), { message: /too large/ });
  t.throws(() => byteSize('U8', [-1, -1]), { message: /not a list of whole numbers/ });
  t.throws(() => byteSize('U8', [0.5, 2]), { message: /not a list of whole numbers/ });
});

test('the layout is canonical: wide elements first, then by name, whatever the order given', (t) => {
  type Entry = [name: string, tensor: { dtype: Dtype; shape: number[] }];
  const b: Entry = ['b', { dtype: 'F32', shape: [2] }];
  const a: Entry = ['a', { dtype: 'F32', shape: [1] }];
  const wide: Entry = ['z', { dtype: 'I64', shape: [1] }];
  const byte: Entry = ['0', { dtype: 'U8', shape: [3] }];
  const { text, order } = formatHeader(new Map([byte, b, a, wide]), { format: 'pt' });
  t.deepEqual(order, ['z', 'a', 'b', '0']);
  t.is(
    text,
    '{"__metadata__":{"format":"pt"},"z":{"dtype":"I64","shape":[1],"data_offsets":[0,8]},"a":{"dtype":"F32","shape":[1],"data_offsets":[8,12]},' +
      '"b":{"dtype":"F32","shape":[2],"data_offsets":[12,20]},"0":{"dtype":"U8","shape":[3],"data_offsets":[20,23]}}',
  );
  t.is(formatHeader(new Map([wide, a, b, byte]), { format: 'pt' }).text, text);
  t.is(formatHeader(new Map(), {}).text, '{}');
});

test('entries come in the order of their bytes, padding and metadata are understood', (t) => {
  const text = '{"b":{"dtype":"U8","shape":[1],"data_offsets":[2,3]},"__metadata__":{"k":"v"},"a":{"dtype":"F16","shape":[],"data_offsets":[0,2]}}   ';
  const { entries, metadata } = parseHeader(text, 3);
  t.deepEqual([...entries.keys()], ['a', 'b']);
  t.deepEqual(entries.get('a'), { dtype: 'F16', shape: [], begin: 0, end: 2 });
  t.deepEqual(metadata, { k: 'v' });
});

test('messages name the tensor and what is wrong', (t) => {
  const one = (entry: string) => `{"w":${entry}}`;
  const cases: [text: string, dataLength: number, message: RegExp][] = [
    [one('{"dtype":"F4","shape":[2],"data_offsets":[0,1]}'), 1, /"w": dtype "F4" is not one of BOOL, U8/],
    [one('{"dtype":"toString","shape":[],"data_offsets":[0,1]}'), 1, /"w": dtype "toString"/],
    [one('{"dtype":"F32","shape":[2],"data_offsets":[0,4]}'), 4, /"w": F32 \[2\] needs 8 bytes, but its offsets 0 to 4 give 4/],
    [one('{"dtype":"F32","shape":"2","data_offsets":[0,4]}'), 4, /"w": shape "2"/],
    [one('{"dtype":"U8","shape":[9007199254740993],"data_offsets":[0,1]}'), 1, /"w": shape/],
    [one('null'), 0, /"w": its entry is not an object/],
    ['{"\\ud800":{"dtype":"U8","shape":[0],"data_offsets":[0,0]}}', 0, /not sound Unicode/],
    [one('{"dtype":"U8","shape":[1],"data_offsets":[0,1]}'), 2, /1 bytes follow the last tensor/],
    ['{"w":1,"w":2}', 0, /the key "w" stands twice/],
    ['{"__metadata__":{"epoch":3}}', 0, /"epoch" does not/],
    ['[]', 0, /not a JSON object/],
  ];
  for (const [text, dataLength, message] of cases) t.throws(() => parseHeader(text, dataLength), { message }, text);
});
