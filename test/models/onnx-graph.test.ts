import test from 'ava';
import { OnnxGraphBuilder, scopeOf } from '../../src/models/onnx-graph.ts';
import type { OnnxGraph } from '../../src/storage/onnx-model.ts';

test('nodes and values never share a name', (t) => {
  const graph = new OnnxGraphBuilder(new Map());
  for (let i = 0; i < 3; i++) graph.node('/scope', 'Add', ['a', 'b']);
  t.deepEqual(graph.nodes.map(({ name }) => name), ['/scope/Add', '/scope/Add_1', '/scope/Add_2']);
  t.is(new Set(graph.nodes.flatMap(({ outputs }) => outputs)).size, 3);
});

test('a scope keeps the number of a layer beside its name', (t) => {
  t.is(scopeOf('bert.encoder.layer.11.output.dense'), '/bert/encoder/layer.11/output/dense');
});

test('constants are stored once, and a list of one is not a number', (t) => {
  const graph = new OnnxGraphBuilder(new Map());
  t.is(graph.scalar(0.5), graph.scalar(0.5));
  t.not(graph.integers(0), graph.integers([0]));
  t.deepEqual(graph.initializers.map(({ shape }) => shape), [[], [], [1]]);
});

test('a linear layer is MatMul by the transposed weight, then Add', (t) => {
  const weights = new Map([
    ['part.weight', { shape: [2, 3], data: Float32Array.of(1, 2, 3, 4, 5, 6) }],
    ['part.bias', { shape: [2], data: Float32Array.of(7, 8) }],
  ]);
  const graph = new OnnxGraphBuilder(weights);
  graph.linear('part', 'x', { inWidth: 3, outWidth: 2, output: 'y' });
  t.deepEqual(graph.nodes.map(({ op, inputs, outputs }) => [op, ...inputs, ...outputs]), [
    ['MatMul', 'x', 'part.weight.transposed', '/part/MatMul_output_0'],
    ['Add', '/part/MatMul_output_0', 'part.bias', 'y'],
  ]);
  const [transposed] = graph.initializers;
  t.deepEqual(transposed, { name: 'part.weight.transposed', shape: [3, 2], data: Float32Array.of(1, 4, 2, 5, 3, 6) });
  t.notThrows(() => graph.requireAllUsed());
});

test('a branch has its own nodes, under names of the whole graph, and gives its values under those of the outputs', (t) => {
  const graph = new OnnxGraphBuilder(new Map());
  graph.node('/scope', 'Neg', ['x']);
  const shape = { dtype: 'float32', shape: [1] } as const;
  graph.choose('/scope', 'c', { then: () => [graph.node('/scope', 'Neg', ['x']), graph.node('/scope', 'Abs', ['x'])], else: () => ['x', 'x'].map((x) => graph.node('/scope', 'Neg', [x])) }, [{ name: 'y', ...shape }, { name: 'z', ...shape }]);
  t.deepEqual(graph.nodes.map(({ name, outputs }) => [name, ...outputs]), [['/scope/Neg', '/scope/Neg_output_0'], ['/scope/If', 'y', 'z']]);
  const { then_branch: yes, else_branch: no } = graph.nodes[1]?.attributes as Record<string, { graph: OnnxGraph }>;
  t.deepEqual([yes, no].map((branch) => branch?.graph.nodes.map(({ name }) => name)), [['/scope/Neg_1', '/scope/Abs'], ['/scope/Neg_2', '/scope/Neg_3']]);
  t.deepEqual(no?.graph.outputs.map(({ name }) => name), ['/scope/Neg_2_output_0', '/scope/Neg_3_output_0']);
  t.throws(() => graph.choose('/scope', 'c', { then: () => ['x'], else: () => ['x'] }, [{ name: 'u', ...shape }, { name: 'v', ...shape }]), { message: /gives 1 values for 2 outputs/ });
});

test('a linear layer without a bias is the product, and can have the output\'s name', (t) => {
  const graph = new OnnxGraphBuilder(new Map([['part.weight', { shape: [2, 3], data: new Float32Array(6) }]]));
  t.is(graph.linear('part', 'x', { inWidth: 3, outWidth: 2, biased: false, output: 'y' }), 'y');
  t.deepEqual(graph.nodes.map(({ op }) => op), ['MatMul']);
});

// torch.nn.functional in float64 at -3, -0.5, 0.25 and 2; the erf form of GELU and ReLU are held to PyTorch by whole models.
const references = {
  gelu_new: [-0.0036373920817729943, -0.15428599017485606, 0.149675350701685, 1.954597694087775],
  silu: [-0.14227761953270035, -0.1887703343990727, 0.14054412522144952, 1.7615941559557646],
  tanh: [-0.9950547536867305, -0.4621171572600098, 0.24491866240370913, 0.9640275800758169],
};

for (const name of ['gelu_new', 'silu', 'tanh'] as const) {
  test(`${name} is PyTorch's`, (t) => {
    const graph = new OnnxGraphBuilder(new Map());
    graph.activation('/scope', name, 'x');
    for (const [i, x] of [-3, -0.5, 0.25, 2].entries()) t.true(Math.abs(valueAt(graph, x) - (references[name][i] ?? NaN)) < 1e-7);
  });
}

const operations: Record<string, (a: number, b: number) => number> = {
  Add: (a, b) => a + b,
  Mul: (a, b) => a * b,
  Tanh: (a) => Math.tanh(a),
  Sigmoid: (a) => 1 / (1 + Math.exp(-a)),
};

/** Runs a graph of elementwise nodes on the number `x`; the last node's output is the result. */
function valueAt(graph: OnnxGraphBuilder, x: number): number {
  const values = new Map([['x', x], ...graph.initializers.map(({ name, data }) => [name, Number(data[0])] as const)]);
  for (const { op, inputs, outputs } of graph.nodes) {
    const [a = NaN, b = NaN] = inputs.map((input) => values.get(input) ?? NaN);
    values.set(outputs[0] ?? '', operations[op]?.(a, b) ?? NaN);
  }
  return values.get(graph.nodes.at(-1)?.outputs[0] ?? '') ?? NaN;
}
