// Takes a tensor out of a stretch of memory in which its elements lie at strides: a view where they follow each other in row-major
// order, a copy where they do not. Knows bytes only.

export interface Strided {
  /** Of the first element, in elements. */
  readonly offset: number;
  readonly shape: readonly number[];
  /** Elements from one index to the next, per dimension; 0 repeats. */
  readonly strides: readonly number[];
  /** Bytes of an element: 1, 2, 4 or 8. */
  readonly width: number;
  /** Elements: the product of the shape. */
  readonly length: number;
}

/**
 * The bytes of the tensor, row-major.
 * @param onCopy called before memory is taken for a copy; what it throws is passed on.
 * @returns undefined where an element lies outside of `memory`.
 */
export function strideOut(memory: Uint8Array, { offset, shape, strides, width, length }: Strided, onCopy: () => void): Uint8Array | undefined {
  if (length === 0) return new Uint8Array(0);
  const last = shape.reduce((place, side, i) => place + (side - 1) * (strides[i] ?? 0), offset);
  if (!Number.isSafeInteger(last) || (last + 1) * width > memory.length) return undefined;
  if (isRowMajor(shape, strides)) return memory.subarray(offset * width, (offset + length) * width);
  onCopy();
  const copy = new Uint8Array(length * width);
  // Indices of the current row: all dimensions but the last.
  const index = new Array<number>(shape.length).fill(0);
  const [rowSide, rowStride] = [shape.at(-1) ?? 1, strides.at(-1) ?? 1];
  let start = offset;
  for (let row = 0; row < length; row += rowSide) {
    copyRow(memory, start * width, copy, { at: row * width, count: rowSide, step: rowStride * width, width });
    for (let axis = shape.length - 2; axis >= 0; axis--) {
      start += strides[axis] ?? 0;
      index[axis] = (index[axis] ?? 0) + 1;
      if ((index[axis] ?? 0) < (shape[axis] ?? 1)) break;
      start -= (strides[axis] ?? 0) * (shape[axis] ?? 1);
      index[axis] = 0;
    }
  }
  return copy;
}

function isRowMajor(shape: readonly number[], strides: readonly number[]): boolean {
  let expected = 1;
  for (let axis = shape.length - 1; axis >= 0; axis--) {
    const side = shape[axis] ?? 1;
    if (side !== 1 && strides[axis] !== expected) return false; // the stride of a side of 1 is never walked
    expected *= side;
  }
  return true;
}

/** `count` elements of `width` bytes, `step` bytes apart. */
function copyRow(memory: Uint8Array, from: number, copy: Uint8Array, { at, count, step, width }: { at: number; count: number; step: number; width: number }): void {
  for (let i = 0; i < count; i++) {
    for (let byte = 0; byte < width; byte++) copy[at + i * width + byte] = memory[from + i * step + byte] ?? 0;
  }
}
