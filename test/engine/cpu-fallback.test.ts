import test from 'ava';
import { fallbackCalls, installCpuFallback, resetFallbackCalls } from '../../src/engine/cpu-fallback.ts';
import * as tf from '../../src/engine/tf.ts';
import { close, drawn, read } from './numbers.ts';

const backendName = 'lacking';
const nativeKernels = ['Add', 'Multiply', 'Fill', 'Identity', 'Reshape'];
/** Calls that reached the made-up backend's own kernels. */
const native = new Map<string, number>();

/** A backend with five kernels; complex numbers it keeps as a caller writes them, interleaved. */
test.before(async (t) => {
  tf.enableProdMode();
  t.falsy(tf.findBackendFactory('cpu'), 'importing the fall-back loads no backend');
  const { MathBackendCPU } = await import('@tensorflow/tfjs-backend-cpu');
  class Lacking extends MathBackendCPU {
    override readSync(dataId: object): tf.backend_util.BackendValues {
      return this.data.get(dataId).values!;
    }
  }
  tf.registerBackend(backendName, () => new Lacking(), 10);
  for (const kernelName of nativeKernels) {
    const { kernelFunc } = tf.getKernel(kernelName, 'cpu');
    tf.registerKernel({
      kernelName,
      backendName,
      kernelFunc: (call) => {
        native.set(kernelName, (native.get(kernelName) ?? 0) + 1);
        return kernelFunc(call);
      },
    });
  }
  await tf.setBackend(backendName);
  await installCpuFallback(backendName, copyToHost, { typeless: ['Identity', 'Reshape'] });
});

function copyToHost({ dataId }: tf.TensorInfo): tf.backend_util.BackendValues {
  return (tf.backend()).readSync(dataId).slice();
}

test.beforeEach(() => {
  resetFallbackCalls();
  native.clear();
});

const counted = () => Object.fromEntries(fallbackCalls());

test.serial('kernels the backend lacks run and are counted by name; its own are not', async (t) => {
  t.is(tf.getBackend(), backendName);
  const x = tf.tensor1d([0, 1, 2]);
  t.deepEqual(await read(tf.exp(x)), [...Float32Array.of(1, Math.E, Math.exp(2))]);
  t.deepEqual(await read(tf.square(tf.square(tf.add(x, 1)))), [1, 16, 81]);
  t.deepEqual(counted(), { Exp: 1, Square: 2 });
  t.deepEqual(Object.fromEntries(native), { Add: 1 });
  resetFallbackCalls();
  t.is(fallbackCalls().size, 0);
});

test.serial('every kernel of the CPU backend is there', (t) => {
  const missing = tf.getKernelsForBackend('cpu').filter(({ kernelName }) => !tf.getKernel(kernelName, backendName));
  t.deepEqual(missing, []);
  t.true(tf.getKernelsForBackend(backendName).length > 150);
});

test.serial('several results, lists of inputs, lists within inputs and absent inputs', async (t) => {
  const { values, indices } = tf.topk(tf.tensor1d([3, 9, 4]), 2);
  t.deepEqual([await read(values), await read(indices), indices.dtype], [[9, 4], [1, 2], 'int32']);
  t.deepEqual(await read(tf.concat([tf.tensor1d([1]), tf.tensor1d([2, 3])])), [1, 2, 3]);
  const rows = tf.raggedTensorToTensor(tf.tensor1d([2, 3], 'int32'), tf.tensor1d([5, 6, 7]), tf.scalar(0), [tf.tensor1d([0, 2, 3], 'int32')], ['ROW_SPLITS']);
  t.deepEqual(await read(rows), [5, 6, 0, 7, 0, 0]);
  const [a, b] = [tf.tensor2d([[1, 2]]), tf.tensor2d([[3], [4]])];
  t.deepEqual(await read(tf.fused.matMul({ a, b, activation: 'relu' })), [11]);
  t.deepEqual(await read(tf.fused.matMul({ a, b, bias: tf.tensor1d([-20]), activation: 'relu' })), [0]);
  t.like(counted(), { TopK: 1, Concat: 1, RaggedTensorToTensor: 1, _FusedMatMul: 2 });
});

test.serial('gradients go through it, those that ask a gradient for its rank too', async (t) => {
  const x = drawn('x', [1, 4, 4, 1]);
  const filter = tf.ones<tf.Rank.R3>([2, 2, 1]);
  const gradient = tf.grad((input) => tf.sum(tf.dilation2d(input as tf.Tensor4D, filter, 2, 'valid')))(x);
  const values = await read(x);
  const expected = new Array<number>(16).fill(0);
  for (const start of [0, 2, 8, 10]) {
    const window = [start, start + 1, start + 4, start + 5];
    expected[window.reduce((most, at) => (values[at]! > values[most]! ? at : most))] = 1;
  }
  t.deepEqual(await read(gradient), expected);
  t.is(fallbackCalls().get('Dilation2DBackpropInput'), 1);
});

test.serial('strings and complex numbers go the same way where a kernel of the backend exists', async (t) => {
  const product = tf.mul(tf.complex([1, 2], [0, 3]), tf.complex([5, 0], [1, 1]));
  t.deepEqual([product.dtype, await read(product)], ['complex64', [5, 1, -3, 2]]);
  t.deepEqual(await read(tf.real(product)), [5, -3]);
  const cast = tf.cast(tf.tensor1d([4, 5]), 'complex64');
  t.deepEqual([cast.dtype, await read(cast)], ['complex64', [4, 0, 5, 0]]);
  t.deepEqual(counted(), { Complex: 2, Multiply: 1, Real: 1, Cast: 1 });
  const words = tf.concat([tf.tensor1d(['ein', 'Käfer']), tf.fill([1], 'x', 'string')]);
  t.deepEqual(await words.data<'string'>(), ['ein', 'Käfer', 'x']);
  t.like(counted(), { Concat: 1, Fill: 1 });
  t.deepEqual(native, new Map());
  t.deepEqual(await read(tf.mul(tf.fill([1], 2), 3)), [6]);
  t.deepEqual(Object.fromEntries(native), { Fill: 1, Multiply: 1 });
});

test.serial('kernels that only pass buffers on keep their own way', async (t) => {
  const words = tf.tensor1d(['a', 'b']);
  const ids = tf.engine().backend.numDataIds();
  const square = tf.reshape(tf.clone(words), [2, 1]);
  t.is(tf.engine().backend.numDataIds(), ids);
  t.deepEqual([await square.data<'string'>(), counted()], [['a', 'b'], {}]);
});

test.serial('a buffer that a kernel only relabels arrives in the type it says', async (t) => {
  const backend = tf.engine().backend;
  const numbers = tf.cast(tf.tensor1d([true, false]), 'float32'); // on the CPU backend the flags' own bytes under another name
  t.deepEqual(await backend.read(numbers.dataId), Float32Array.of(1, 0));
  t.deepEqual(await backend.read(tf.cast(numbers, 'bool').dataId), Uint8Array.of(1, 0));
  t.deepEqual(counted(), { Cast: 2 });
});

test.serial('nothing stays behind: not after results, not after an error, and no tensor on a CPU backend', (t) => {
  const backend = tf.engine().backend;
  const before = [tf.memory().numTensors, tf.memory().numDataBuffers, backend.numDataIds()];
  const image = tf.ones<tf.Rank.R4>([1, 5, 5, 2]);
  const filter = tf.ones<tf.Rank.R4>([3, 3, 2, 4]);
  for (let i = 0; i < 5; i++) {
    tf.tidy(() => {
      tf.grads((x, w) => tf.sum(tf.conv2d(x as tf.Tensor4D, w as tf.Tensor4D, 1, 'same')))([image, filter]);
      tf.abs(tf.complex([1], [2]));
      tf.split(tf.range(0, 6), 3);
    });
    t.throws(() => tf.tidy((): tf.Tensor => tf.engine().runKernel<tf.Tensor>('Einsum', [image, filter] as unknown as tf.NamedTensorMap, { equation: 'abcd,abcd->a' })));
  }
  tf.dispose([image, filter]);
  t.deepEqual([tf.memory().numTensors, tf.memory().numDataBuffers, backend.numDataIds()], before);
  t.deepEqual(Object.keys(tf.engine().registry), [backendName]);
  t.is(fallbackCalls().get('Conv2D'), 5);
});

test.serial('the same numbers as the CPU backend gives by itself', async (t) => {
  const ops = { softmax: (x: tf.Tensor) => tf.softmax(x), cumsum: (x: tf.Tensor) => tf.cumsum(x, 1), fft: (x: tf.Tensor) => tf.abs(tf.spectral.rfft(x)), pad: (x: tf.Tensor) => tf.mirrorPad(x, [[0, 0], [1, 2]], 'reflect') };
  for (const [name, op] of Object.entries(ops)) {
    const x = drawn(name, [3, 8]);
    const actual = await read(op(x));
    const values = await x.data();
    await tf.setBackend('cpu');
    const expected = await read(op(tf.tensor(values, [3, 8])));
    await tf.setBackend(backendName);
    close(t, name, actual, expected, { relative: 0, absolute: 0 });
  }
});
