/**
 * Matrix products for the wasm backend. Its own kernel is fast (XNNPACK) for one pair of plain operands only: transposed or
 * batched ones fall on a naive loop, 15 times slower. So operands are transposed explicitly, small products go to
 * `small-products.ts`, and larger ones pair by pair on windows into the operands' memory, registered under borrowed ids. A single
 * pair too: under its own id XNNPACK would keep a weight's packed copy as long as it lives, and AdamW changes weights in place.
 */
import type { BackendWasm } from '@tensorflow/tfjs-backend-wasm';
import * as tf from '../tf.ts';
import { type Inputs, registerWasmKernel } from './heap.ts';
import { assembleSmallProducts, type SmallProducts } from './small-products.ts';

interface Transposes {
  readonly transposeA: boolean;
  readonly transposeB: boolean;
}

/**
 * Numbers in b up to which a product is as quick without XNNPACK or quicker: b stays in the cache, and nothing is set up or packed.
 * A single row is always quicker, because packing b costs more than using it once.
 */
const smallOperand = 128 ** 2;

/** Ids far above any the backend hands out (it counts from 1). */
const windowIds = { a: 0x4000_0001, b: 0x4000_0002, out: 0x4000_0003 };

/** Shapes go in as addresses of three int32 each, so that a call marshals nothing. */
type WasmMatMul = (a: number, aShape: number, aRank: number, b: number, bShape: number, bRank: number, transposeA: number, transposeB: number, out: number) => void;

/** Emscripten's ways to C functions and memory; left out of the backend's declared types. */
interface Emscripten {
  readonly asm: { readonly memory: object };
  cwrap(name: string, result: null, argumentTypes: readonly string[]): WasmMatMul;
  _malloc(bytes: number): number;
  readonly HEAPU8: Uint8Array;
}

interface Multiplier {
  readonly multiply: WasmMatMul;
  readonly multiplySmall: SmallProducts;
  readonly aShape: number;
  readonly bShape: number;
}

function multiplier(backend: BackendWasm): Multiplier {
  const wasm = backend.wasm as unknown as Emscripten;
  const multiply = wasm.cwrap('BatchMatMul', null, Array<string>(9).fill('number'));
  const aShape = wasm._malloc(24);
  return { multiply, multiplySmall: assembleSmallProducts(wasm.asm.memory), aShape, bShape: aShape + 12 };
}

export function installMatMul(): void {
  let window: Multiplier | undefined;
  registerWasmKernel<Transposes>('BatchMatMul', (inputs, { transposeA, transposeB }, backend) => {
    const a = plain(inputs.a, transposeA, backend);
    const b = plain(inputs.b, transposeB, backend);
    try {
      return pairByPair(a, b, backend, (window ??= multiplier(backend)));
    } finally {
      if (transposeA) backend.disposeData(a.dataId);
      if (transposeB) backend.disposeData(b.dataId);
    }
  });
}

/** `x` with its last two axes swapped when asked: a fresh tensor then, `x` itself otherwise. */
function plain(x: Inputs[string] | undefined, transposed: boolean, backend: BackendWasm): tf.TensorInfo {
  if (x === undefined) throw new Error('matMul was called without an operand');
  if (!transposed) return x;
  const axes = x.shape.map((_, axis) => axis);
  const perm = [...axes.slice(0, -2), axes.length - 1, axes.length - 2];
  return tf.getKernel('Transpose', 'wasm').kernelFunc({ inputs: { x }, backend, attrs: { perm } }) as tf.TensorInfo;
}

/** a [..., M, K] · b [..., K, N] -> [..., M, N]; the batches are equal, or one operand is a single matrix for all of the other's. */
function pairByPair(a: tf.TensorInfo, b: tf.TensorInfo, backend: BackendWasm, { multiply, multiplySmall, aShape, bShape }: Multiplier): tf.TensorInfo {
  const [rows = 0, inner = 0] = a.shape.slice(-2);
  const columns = b.shape.at(-1) ?? 0;
  const [aBatch, bBatch] = [a.shape.slice(0, -2), b.shape.slice(0, -2)];
  const batch = tf.broadcast_util.assertAndGetBroadcastShape(aBatch, bBatch);
  const [pairs, aCount, bCount] = [batch, aBatch, bBatch].map((shape) => tf.util.sizeFromShape(shape)) as [number, number, number];
  if (b.shape.at(-2) !== inner || a.dtype !== 'float32' || b.dtype !== 'float32' || [aCount, bCount].some((count) => count !== 1 && count !== pairs)) {
    throw new Error(`matMul: cannot multiply ${a.dtype} [${a.shape.join(', ')}] by ${b.dtype} [${b.shape.join(', ')}] on the wasm engine`);
  }
  const out = backend.makeOutput([...batch, rows, columns], 'float32');
  const [aStart, bStart, outStart] = [a, b, out].map(({ dataId }) => backend.getMemoryOffset(dataId)) as [number, number, number];
  const [aStep, bStep] = [aCount === 1 ? 0 : rows * inner * 4, bCount === 1 ? 0 : inner * columns * 4];
  if (rows === 1 || inner * columns <= smallOperand) {
    multiplySmall(aStart, bStart, outStart, pairs, rows, inner, columns, aStep, bStep);
    return out;
  }
  new Int32Array((backend.wasm as unknown as Emscripten).HEAPU8.buffer, aShape, 6).set([1, rows, inner, 1, inner, columns]);
  const { tfjs } = backend.wasm;
  for (let pair = 0; pair < pairs; pair++) {
    tfjs.registerTensor(windowIds.a, rows * inner, aStart + pair * aStep);
    tfjs.registerTensor(windowIds.b, inner * columns, bStart + pair * bStep);
    tfjs.registerTensor(windowIds.out, rows * columns, outStart + pair * rows * columns * 4);
    multiply(windowIds.a, aShape, 3, windowIds.b, bShape, 3, 0, 0, windowIds.out);
    // XNNPACK keeps a packed copy of b under its id: dropping the id drops the copy.
    tfjs.disposeData(windowIds.a);
    tfjs.disposeData(windowIds.b);
    tfjs.disposeData(windowIds.out);
  }
  return out;
}
