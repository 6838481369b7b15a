import test from 'ava';
import { type OnnxModel, encodeOnnxModel } from '../../src/storage/onnx-model.ts';

/** A model with every kind of value, attribute and tensor that the encoder writes. */
const model: OnnxModel = {
  irVersion: 8,
  opset: 17,
  producer: { name: 'retort', version: '0' },
  graph: {
    name: 'tiny',
    nodes: [
      { name: '/mm/MatMul', op: 'MatMul', inputs: ['x', 'W'], outputs: ['xw'], attributes: {} },
      { name: '/r/Reshape', op: 'Reshape', inputs: ['xw', 'shape'], outputs: ['r'], attributes: {} },
      { name: '/t/Transpose', op: 'Transpose', inputs: ['r'], outputs: ['t'], attributes: { perm: { ints: [0, 1] } } },
      {
        name: '/n/LayerNormalization',
        op: 'LayerNormalization',
        inputs: ['t', 's', 'b'],
        outputs: ['y'],
        attributes: { axis: { int: -1 }, epsilon: { float: 1e-12 } },
      },
    ],
    initializers: [
      { name: 'W', shape: [2, 3], data: Float32Array.of(-2.5, -1.5, -0.5, 0.5, 1.5, 2.5) },
      { name: 'shape', shape: [2], data: BigInt64Array.of(-1n, 3n) },
      { name: 's', shape: [3], data: Float32Array.of(1, 1, 1) },
      { name: 'b', shape: [3], data: new Float32Array(3) },
    ],
    inputs: [{ name: 'x', dtype: 'float32', shape: ['batch', 2] }],
    outputs: [{ name: 'y', dtype: 'float32', shape: ['batch', 3] }],
  },
};

/** The same model made with onnx 1.23's helpers, checked by `onnx.checker` (full_check) and serialised by Google's protobuf. */
const reference = [
  'CAgSBnJldG9ydBoBMDqDAwoeCgF4CgFXEgJ4dxoKL21tL01hdE11bCIGTWF0TXVsCiMKAnh3CgVzaGFwZRIBchoKL3IvUmVzaGFwZSIHUmVzaGFwZQouCgFyEgF0Ggwv',
  'dC9UcmFuc3Bvc2UiCVRyYW5zcG9zZSoNCgRwZXJtQABAAaABBwpgCgF0CgFzCgFiEgF5GhUvbi9MYXllck5vcm1hbGl6YXRpb24iEkxheWVyTm9ybWFsaXphdGlvbioU',
  'CgRheGlzGP///////////wGgAQIqEQoHZXBzaWxvbhXMvIwroAEBEgR0aW55KiMIAggDEAFCAVdKGAAAIMAAAMC/AAAAvwAAAD8AAMA/AAAgQCodCAIQB0IFc2hhcGVK',
  'EP//////////AwAAAAAAAAAqFQgDEAFCAXNKDAAAgD8AAIA/AACAPyoVCAMQAUIBYkoMAAAAAAAAAAAAAAAAWhgKAXgSEwoRCAESDQoHEgViYXRjaAoCCAJiGAoBeRIT',
  'ChEIARINCgcSBWJhdGNoCgIIA0IECgAQEQ==',
].join('');

test('a model is encoded byte for byte as the onnx package encodes it', (t) => {
  t.is(Buffer.concat(encodeOnnxModel(model)).toString('base64'), reference);
});

/** Two branches, likewise. */
const branched: OnnxModel = {
  ...model,
  graph: {
    name: 'branches',
    nodes: [{ name: '/c/If', op: 'If', inputs: ['c'], outputs: ['y'], attributes: { then_branch: { graph: branch('then', 'Identity', 'a') }, else_branch: { graph: branch('else', 'Neg', 'b') } } }],
    initializers: [],
    inputs: [{ name: 'c', dtype: 'bool', shape: [1] }, { name: 'x', dtype: 'float32', shape: [1] }],
    outputs: [{ name: 'y', dtype: 'float32', shape: [1] }],
  },
};

function branch(name: string, op: string, output: string): OnnxModel['graph'] {
  return { name: `/c/If_${name}`, nodes: [{ name: `/${output}/${op}`, op, inputs: ['x'], outputs: [output], attributes: {} }], initializers: [], inputs: [], outputs: [{ name: output, dtype: 'float32', shape: [1] }] };
}

const branchedReference = [
  'CAgSBnJldG9ydBoBMDrnAQqnAQoBYxIBeRoFL2MvSWYiAklmKk4KC3RoZW5fYnJhbmNoMjwKHQoBeBIBYRoLL2EvSWRlbnRpdHkiCElkZW50aXR5EgovYy9JZl90aGVuYg8KAWESCgoICAES',
  'BAoCCAGgAQUqRAoLZWxzZV9icmFuY2gyMgoTCgF4EgFiGgYvYi9OZWciA05lZxIKL2MvSWZfZWxzZWIPCgFiEgoKCAgBEgQKAggBoAEFEghicmFuY2hlc1oPCgFjEgoKCAgJEgQKAggBWg8K',
  'AXgSCgoICAESBAoCCAFiDwoBeRIKCggIARIECgIIAUIECgAQEQ==',
].join('');

test('branches too are encoded byte for byte as the onnx package encodes them', (t) => {
  t.is(Buffer.concat(encodeOnnxModel(branched)).toString('base64'), branchedReference);
});

test('an initializer whose shape and data disagree is refused by name', (t) => {
  t.throws(() => encodeOnnxModel(withInitializer({ name: 'W', shape: [2, 4], data: new Float32Array(6) })), {
    message: /'W' is \[2, 4\] but holds 6 values/,
  });
});

test('a model above the limit of protobuf is refused without copying it', (t) => {
  const data = new Float32Array(2 ** 25); // 128 MiB, shared by all
  const initializers = (count: number) => Array.from({ length: count }, (_, i) => ({ name: `w${i}`, shape: [2 ** 25], data }));
  const sized = (count: number) => encodeOnnxModel({ ...model, graph: { ...model.graph, initializers: initializers(count) } });
  t.throws(() => sized(16), { message: /2147483648 bytes.*2 GiB/ });
  t.notThrows(() => sized(15));
});

function withInitializer(initializer: OnnxModel['graph']['initializers'][number]): OnnxModel {
  return { ...model, graph: { ...model.graph, initializers: [initializer] } };
}
