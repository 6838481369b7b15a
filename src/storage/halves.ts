// 16-bit floats (bfloat16, IEEE half) to and from float32, bit for bit as processors convert them: subnormals kept, ties
// to even, a NaN stays one with its sign and the upper bits of its payload, made quiet where the format is converted.
// (PyTorch gives the same bits but for bfloat16 NaNs, where its vector and scalar paths disagree with each other.)
// Works on bit patterns: a NaN that passes through a JavaScript number may lose its payload.
import { byteSize, type Dtype } from './safetensors-header.ts';
import type { HostTensor } from './safetensors.ts';
import { viewOf } from './typed-view.ts';

/** @param bits bfloat16 patterns. */
export function widenBf16(bits: Uint16Array): Float32Array {
  const wide = new Uint32Array(bits.length);
  for (let i = 0; i < bits.length; i++) wide[i] = (bits[i] ?? 0) << 16;
  return new Float32Array(wide.buffer);
}

/** Rounds to nearest, ties to even; what is too large becomes infinite. */
export function narrowToBf16(values: Float32Array): Uint16Array {
  const wide = new Uint32Array(values.buffer, values.byteOffset, values.length);
  const bits = new Uint16Array(values.length);
  for (let i = 0; i < bits.length; i++) {
    const word = wide[i] ?? 0;
    const isNaN = (word & 0x7fffffff) > 0x7f800000;
    bits[i] = isNaN ? (word >>> 16) | 0x40 : (word + 0x7fff + ((word >>> 16) & 1)) >>> 16;
  }
  return bits;
}

/** @param bits IEEE 754 binary16 patterns. */
export function widenFp16(bits: Uint16Array): Float32Array {
  const wide = new Uint32Array(bits.length);
  for (let i = 0; i < bits.length; i++) wide[i] = widenedFp16(bits[i] ?? 0);
  return new Float32Array(wide.buffer);
}

/** Rounds to nearest, ties to even; 65520 and above become infinite. */
export function narrowToFp16(values: Float32Array): Uint16Array {
  const wide = new Uint32Array(values.buffer, values.byteOffset, values.length);
  const bits = new Uint16Array(values.length);
  for (let i = 0; i < bits.length; i++) bits[i] = narrowedToFp16(wide[i] ?? 0);
  return bits;
}

/**
 * The values of a floating tensor as float32. F32 is a view of the tensor's bytes where they are aligned: do not write to it.
 * @throws where the dtype is not F32, F16, BF16 or F64.
 */
export function float32Of(tensor: HostTensor): Float32Array {
  const { dtype, bytes } = tensor;
  switch (dtype) {
    case 'F32':
      return new Float32Array(...viewOf(bytes, 4));
    case 'F64':
      return Float32Array.from(new Float64Array(...viewOf(bytes, 8)));
    case 'F16':
      return widenFp16(new Uint16Array(...viewOf(bytes, 2)));
    case 'BF16':
      return widenBf16(new Uint16Array(...viewOf(bytes, 2)));
    default:
      throw new Error(`a tensor of dtype ${dtype} does not hold floats that can be widened. Convert it to F32, F16 or BF16`);
  }
}

/** Wraps values as a tensor without a copy. @throws where there are not as many of them as the shape says. */
export function float32Tensor(shape: readonly number[], data: Float32Array): HostTensor {
  const dtype: Dtype = 'F32';
  const size = byteSize(dtype, shape);
  if (size !== data.byteLength) throw new Error(`shape [${shape.join(', ')}] needs ${size / 4} values, not ${data.length}`);
  return { dtype, shape, bytes: new Uint8Array(data.buffer, data.byteOffset, data.byteLength) };
}

function widenedFp16(bits: number): number {
  const sign = (bits & 0x8000) << 16;
  const exponent = (bits >>> 10) & 0x1f;
  const fraction = bits & 0x3ff;
  if (exponent === 0x1f) return sign | 0x7f800000 | (fraction << 13) | (fraction === 0 ? 0 : 0x400000);
  if (exponent !== 0) return sign | ((exponent + 112) << 23) | (fraction << 13);
  if (fraction === 0) return sign;
  // Subnormal: fraction * 2^-24. Its highest set bit becomes the hidden one.
  const shift = Math.clz32(fraction) - 21;
  return sign | ((113 - shift) << 23) | (((fraction << shift) & 0x3ff) << 13);
}

function narrowedToFp16(word: number): number {
  const sign = (word >>> 16) & 0x8000;
  const magnitude = word & 0x7fffffff;
  if (magnitude > 0x7f800000) return sign | 0x7e00 | ((magnitude >>> 13) & 0x1ff);
  if (magnitude >= 0x477ff000) return sign | 0x7c00; // 65520: halfway between the largest half and 65536
  if (magnitude >= 0x38800000) return sign | roundedShift(magnitude - 0x38000000, 13); // at least 2^-14: a normal half
  if (magnitude < 0x33000000) return sign; // less than 2^-25, half of the smallest subnormal
  const exponent = magnitude >>> 23;
  return sign | roundedShift((magnitude & 0x7fffff) | 0x800000, 126 - exponent);
}

/** value / 2^shift, ties to even. */
function roundedShift(value: number, shift: number): number {
  const half = 2 ** (shift - 1);
  return (value + half - 1 + ((value >>> shift) & 1)) >>> shift;
}
