import test from 'ava';
import { encoderGraph } from '../../src/models/onnx-encoder.ts';
import { readClassifierFixture } from './classifier-fixture.ts';

test('inputs and outputs are those transformers.js feeds and reads', async (t) => {
  const bert = await readClassifierFixture('bert-multilabel');
  const graph = encoderGraph(bert.config, bert.weights);
  const ids = (name: string) => ({ name, dtype: 'int64', shape: ['batch_size', 'sequence_length'] } as const);
  t.deepEqual(graph.inputs, [ids('input_ids'), ids('attention_mask'), ids('token_type_ids')]);
  t.deepEqual(graph.outputs, [{ name: 'logits', dtype: 'float32', shape: ['batch_size', 5] }]);
  const distilbert = await readClassifierFixture('distilbert-classifier');
  t.deepEqual(encoderGraph(distilbert.config, distilbert.weights).inputs, [ids('input_ids'), ids('attention_mask')]);
  const states = { name: 'last_hidden_state', dtype: 'float32', shape: ['batch_size', 'sequence_length', 10] } as const;
  const bare = new Map([...bert.weights].filter(([name]) => !name.startsWith('classifier.')));
  t.deepEqual(encoderGraph({ ...bert.config, task: 'none', labels: [] }, bare).outputs, [states, { name: 'pooler_output', dtype: 'float32', shape: ['batch_size', 10] }]);
});

test('every name is unique and every input is made before it is read', async (t) => {
  const { config, weights } = await readClassifierFixture('bert-classifier');
  const { nodes, initializers, inputs } = encoderGraph(config, weights);
  t.is(new Set(nodes.map(({ name }) => name)).size, nodes.length);
  const known = new Set([...inputs, ...initializers].map(({ name }) => name));
  t.is(known.size, inputs.length + initializers.length);
  for (const node of nodes) {
    for (const input of node.inputs) t.true(known.has(input), `${node.name} reads ${input}`);
    for (const output of node.outputs) {
      t.false(known.has(output), output);
      known.add(output);
    }
  }
});

test('a weight that is missing, left over or of another shape is named', async (t) => {
  const { config, weights } = await readClassifierFixture('distilbert-classifier');
  const but = (changes: [string, { shape: number[]; data: Float32Array }][], gone: string[] = []) =>
    new Map([...weights, ...changes].filter(([name]) => !gone.includes(name)));
  t.throws(() => encoderGraph(config, but([], ['classifier.weight'])), { message: /'classifier\.weight' is missing/ });
  t.throws(() => encoderGraph(config, but([['vocab_projector.bias', { shape: [97], data: new Float32Array(97) }]])), {
    message: /no place for 1 of the weights: 'vocab_projector\.bias'/,
  });
  t.throws(() => encoderGraph(config, but([['pre_classifier.weight', { shape: [15, 14], data: new Float32Array(210) }]])), {
    message: /'pre_classifier\.weight' is \[15, 14\], but the config asks for \[15, 15\]/,
  });
  t.throws(() => encoderGraph({ ...config, layers: 3 }, weights), { message: /'distilbert\.transformer\.layer\.2\..*' is missing/ });
  t.throws(() => encoderGraph({ ...config, labels: ['a', 'b'] }, weights), { message: /'classifier\.weight' is \[3, 15\], but the config asks for \[2, 15\]/ });
  t.throws(() => encoderGraph({ ...config, layers: 1 }, weights), { message: /no place for 16 of the weights/ });
});

test('a model without a classification head is refused', async (t) => {
  const { config, weights } = await readClassifierFixture('bert-classifier');
  t.throws(() => encoderGraph({ ...config, task: 'masked-lm', labels: [] }, weights), { message: /not a model of task 'masked-lm'/ });
});
