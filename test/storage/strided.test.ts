import test from 'ava';
import fc from 'fast-check';
import { strideOut } from '../../src/storage/strided.ts';

const never = () => {
  throw new Error('it was copied');
};
const lengthOf = (shape: readonly number[]) => shape.reduce((product, side) => product * side, 1);

/** Every element by its index, one at a time. */
function slowly(memory: Uint8Array, { offset, shape, strides, width }: { offset: number; shape: readonly number[]; strides: readonly number[]; width: number }): number[] {
  return Array.from({ length: lengthOf(shape) }, (_, flat) => {
    let rest = flat;
    let place = offset;
    for (let axis = shape.length - 1; axis >= 0; axis--) {
      place += (rest % shape[axis]!) * strides[axis]!;
      rest = Math.floor(rest / shape[axis]!);
    }
    return [...memory.subarray(place * width, (place + 1) * width)];
  }).flat();
}

test('any strides give the elements they point at', (t) => {
  const memory = Uint8Array.from({ length: 4096 }, (_, i) => i % 251);
  const tensor = fc.record({ width: fc.constantFrom(1, 2, 4, 8), offset: fc.nat(20), sides: fc.array(fc.tuple(fc.nat(4), fc.nat(9)), { maxLength: 5 }) });
  t.notThrows(() => fc.assert(fc.property(tensor, ({ width, offset, sides }) => {
    const [shape, strides] = [sides.map(([side]) => side), sides.map(([, stride]) => stride)];
    const taken = strideOut(memory, { offset, shape, strides, width, length: lengthOf(shape) }, () => undefined);
    return taken !== undefined && Buffer.from(slowly(memory, { offset, shape, strides, width })).equals(taken);
  })));
});

test('rows that follow each other are a view, whatever the strides of sides of 1', (t) => {
  const memory = new Uint8Array(64);
  for (const [shape, strides] of [[[2, 3], [3, 1]], [[2, 1, 3], [3, 999, 1]], [[], []], [[1], [0]]] as const) {
    const view = strideOut(memory, { offset: 2, shape, strides, width: 4, length: lengthOf(shape) }, never);
    t.is(view?.buffer, memory.buffer);
    t.deepEqual([view?.byteOffset, view?.length], [8, 4 * lengthOf(shape)]);
  }
});

test('a copy is announced before memory is taken; what lies outside is nothing', (t) => {
  const huge = { offset: 0, shape: [2 ** 30, 2 ** 20], strides: [0, 0], width: 4, length: 2 ** 50 };
  t.throws(() => strideOut(new Uint8Array(4), huge, never), { message: 'it was copied' });
  for (const [offset, shape, strides] of [[1, [1], [1]], [0, [2], [1]], [0, [2, 2], [2 ** 52, 2 ** 52]], [2 ** 53, [1], [1]]] as const) {
    t.is(strideOut(new Uint8Array(4), { offset, shape, strides, width: 4, length: lengthOf(shape) }, never), undefined);
  }
  t.deepEqual(strideOut(new Uint8Array(4), { offset: 9, shape: [0, 3], strides: [3, 1], width: 4, length: 0 }, never), new Uint8Array());
});
