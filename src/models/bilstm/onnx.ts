/**
 * The ONNX graph of a BiLSTM classifier: input_ids, attention_mask and, where it compares pairs, token_type_ids, int64 [B, T], to logits, float32 [B, C].
 * ONNX's own LSTM, opset 17, which is told how long each row is: padding must stand at the right, and no row be empty.
 */
import { type OnnxGraph, type OnnxValue, onnxDtypes } from '../../storage/onnx-model.ts';
import { type NamedWeights, OnnxGraphBuilder } from '../onnx-graph.ts';
import { lstmNames, readWidth, words } from './bilstm.ts';
import type { BilstmConfig } from './config.ts';

/** `weights` must be exactly those of the model. Throws when one is missing, left over or of another shape than `config` says. */
export function bilstmGraph(config: BilstmConfig, weights: NamedWeights): OnnxGraph {
  const graph = new OnnxGraphBuilder(weights);
  const read = config.pairs ? compared(graph, config) : lastStates(graph, config, { scope: '/lstm', ids: 'input_ids', lengths: lengthsOf(graph, '/lengths', 'attention_mask') });
  const pooled = graph.activation('/dense', 'relu', graph.linear('dense', read, { inWidth: readWidth(config), outWidth: config.width })); // [B, D]
  graph.linear('classifier', pooled, { inWidth: config.width, outWidth: config.labels.length, output: 'logits' }); // [B, C]
  graph.requireAllUsed();
  const ids = (name: string): OnnxValue => ({ name, dtype: 'int64', shape: ['batch_size', 'sequence_length'] });
  return {
    name: 'bilstm-classifier',
    nodes: graph.nodes,
    initializers: graph.initializers,
    inputs: ['input_ids', 'attention_mask', ...(config.pairs ? ['token_type_ids'] : [])].map(ids),
    outputs: [{ name: 'logits', dtype: 'float32', shape: ['batch_size', config.labels.length] }],
  };
}

/** Real tokens of each row, int64 [B, 1]. */
function lengthsOf(graph: OnnxGraphBuilder, scope: string, mask: string): string {
  return graph.node(scope, 'ReduceSum', [mask, graph.integers([1])], { keepdims: { int: 1 } });
}

interface Row {
  readonly scope: string;
  readonly ids: string;
  readonly lengths: string;
}

/** ids [B, T] -> both last states [B, 2 N], forwards first. */
function lastStates(graph: OnnxGraphBuilder, config: BilstmConfig, { scope, ids, lengths }: Row): string {
  const { vocabulary, embeddingWidth, units } = config;
  const found = graph.node(scope, 'Gather', [graph.weight(words, [vocabulary, embeddingWidth]), ids]); // [B, T, E]
  const inTime = graph.node(scope, 'Transpose', [found], { perm: { ints: [1, 0, 2] } }); // [T, B, E]
  const counts = graph.node(scope, 'Cast', [graph.node(scope, 'Squeeze', [lengths, graph.integers([1])])], { to: { int: onnxDtypes.int32 } }); // [B]
  const [forwards, backwards] = [lstmNames(false), lstmNames(true)];
  /** Both directions' weights, whose rows are four gates, in ONNX's order: input, output, forget, cell. */
  const gates = (what: 'inputWeight' | 'stateWeight', width: number) =>
    graph.derived(`lstm.${what}`, [[forwards[what], [4 * units, width]], [backwards[what], [4 * units, width]]], (values) => ({ shape: [2, 4 * units, width], data: joined(values.map((value) => reordered(value))) }));
  const biases = graph.derived('lstm.bias', [forwards, backwards].flatMap(({ inputBias, stateBias }) => [inputBias, stateBias]).map((name) => [name, [4 * units]] as const), (values) => ({ shape: [2, 8 * units], data: joined(values.map((value) => reordered(value))) }));
  const last = graph.node(scope, 'LSTM', [inTime, gates('inputWeight', embeddingWidth), gates('stateWeight', units), biases, counts], { hidden_size: { int: units }, direction: { text: 'bidirectional' } }, undefined, { place: 1 }); // [2, B, N]
  return graph.node(scope, 'Reshape', [graph.node(scope, 'Transpose', [last], { perm: { ints: [1, 0, 2] } }), graph.integers([-1, 2 * units])]);
}

/** The second text is moved to where a row begins, and both are read by the same LSTM. -> [a, b, a b, |a - b|] [B, 8 N] */
function compared(graph: OnnxGraphBuilder, config: BilstmConfig): string {
  const node = (op: string, inputs: readonly string[], attributes = {}) => graph.node('/pairs', op, inputs, attributes);
  const second = node('Mul', ['attention_mask', 'token_type_ids']);
  const [firstLengths, secondLengths] = [lengthsOf(graph, '/first', node('Sub', ['attention_mask', second])), lengthsOf(graph, '/second', second)];
  const width = graph.node('/pairs', 'Shape', ['input_ids'], { start: { int: 1 }, end: { int: 2 } }); // [1]
  const places = node('Range', [graph.integers(0), node('Squeeze', [width, graph.integers([0])]), graph.integers(1)]); // [T]
  const moved = node('Min', [node('Add', [places, firstLengths]), node('Sub', [width, graph.integers([1])])]); // [B, T], none beyond the row
  const secondIds = node('GatherElements', ['input_ids', moved], { axis: { int: 1 } });
  const a = lastStates(graph, config, { scope: '/lstm/first', ids: 'input_ids', lengths: firstLengths });
  const b = lastStates(graph, config, { scope: '/lstm/second', ids: secondIds, lengths: secondLengths });
  return node('Concat', [a, b, node('Mul', [a, b]), node('Abs', [node('Sub', [a, b])])], { axis: { int: 1 } });
}

/** Quarters of the rows: input, forget, cell, output as PyTorch has them -> input, output, forget, cell. */
function reordered(values: Float32Array): Float32Array {
  const quarter = values.length / 4;
  return joined([0, 3, 1, 2].map((gate) => values.subarray(gate * quarter, (gate + 1) * quarter)));
}

function joined(parts: readonly Float32Array[]): Float32Array {
  const all = new Float32Array(parts.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const part of parts) {
    all.set(part, at);
    at += part.length;
  }
  return all;
}
