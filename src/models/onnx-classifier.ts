/**
 * The ONNX graph of a BERT or DistilBERT sequence classifier (classification, regression and multi-label are one graph):
 * input_ids, attention_mask and, for BERT, token_type_ids, int64 [B, T], to logits, float32 [B, C]. Opset 17, no dropout.
 * Follows transformers' `BertForSequenceClassification` and `DistilBertForSequenceClassification`. It holds no MLM head.
 */
import { type OnnxGraph, type OnnxValue, onnxDtypes } from '../storage/onnx-model.ts';
import type { EncoderConfig } from './config.ts';
import { classifierName, moduleNames } from './module-names.ts';
import { type NamedWeights, OnnxGraphBuilder, scopeOf } from './onnx-graph.ts';

/** Added to the score of a masked key, as transformers does: finite, so that a row without any key stays a number. */
const lowestFloat = -3.4028234663852886e38;

/**
 * The graph of a classifier. `weights` must be exactly those of the model, under their Hugging Face names.
 * Throws when a weight is missing, left over or of another shape than `config` says, or the model is no classifier.
 */
export function encoderClassifierGraph(config: EncoderConfig, weights: NamedWeights): OnnxGraph {
  const { family, width, layers, task, labels } = config;
  if (task === 'masked-lm' || task === 'none') throw new Error(`ONNX export writes classifiers and regressors, not a model of task '${task}'`);
  const names = moduleNames[family];
  const graph = new OnnxGraphBuilder(weights);

  const bias = maskBias(graph);
  let hidden = embeddings(graph, config); // [B, T, H]
  for (let layer = 0; layer < layers; layer++) hidden = encoderLayer(graph, config, { hidden, bias, layer });

  const first = graph.node(scopeOf(names.head), 'Gather', [hidden, graph.integers(0)], { axis: { int: 1 } }); // [B, H]
  const pooled = graph.linear(names.head, first, { inWidth: width, outWidth: width });
  const active = graph.activation(scopeOf(names.head), names.headActivation, pooled);
  graph.linear(classifierName, active, { inWidth: width, outWidth: labels.length, output: 'logits' }); // [B, C]
  graph.requireAllUsed();

  const ids = (name: string): OnnxValue => ({ name, dtype: 'int64', shape: ['batch_size', 'sequence_length'] });
  return {
    name: `${family}-classifier`,
    nodes: graph.nodes,
    initializers: graph.initializers,
    inputs: ['input_ids', 'attention_mask', ...(family === 'bert' ? ['token_type_ids'] : [])].map(ids),
    outputs: [{ name: 'logits', dtype: 'float32', shape: ['batch_size', labels.length] }],
  };
}

/** 0 on real keys and the lowest float on masked ones, [B, 1, 1, T]. */
function maskBias(graph: OnnxGraphBuilder): string {
  const scope = '/attention_mask';
  const kept = graph.node(scope, 'Cast', [graph.node(scope, 'Unsqueeze', ['attention_mask', graph.integers([1, 2])])], {
    to: { int: onnxDtypes.float32 },
  });
  const masked = graph.node(scope, 'Sub', [graph.scalar(1), kept]);
  return graph.node(scope, 'Mul', [masked, graph.scalar(lowestFloat)]);
}

function embeddings(graph: OnnxGraphBuilder, config: EncoderConfig): string {
  const { family, width, normEpsilon, positions, typeVocabulary, vocabulary } = config;
  const module = moduleNames[family].embeddings;
  const scope = scopeOf(module);
  const table = (name: string, rows: number) => graph.weight(`${module}.${name}_embeddings.weight`, [rows, width]);

  let sum = graph.node(`${scope}/word_embeddings`, 'Gather', [table('word', vocabulary), 'input_ids']); // [B, T, H]
  if (family === 'bert') {
    const types = graph.node(`${scope}/token_type_embeddings`, 'Gather', [table('token_type', typeVocabulary), 'token_type_ids']);
    sum = graph.node(scope, 'Add', [sum, types]);
  }
  // Positions count from 0 whatever the mask, so they are the table's first T rows.
  const length = graph.node(scope, 'Shape', ['input_ids'], { start: { int: 1 }, end: { int: 2 } }); // [1]
  const slice = [table('position', positions), graph.integers([0]), length, graph.integers([0])];
  const places = graph.node(`${scope}/position_embeddings`, 'Slice', slice); // [T, H]
  return graph.layerNorm(`${module}.LayerNorm`, graph.node(scope, 'Add', [sum, places]), { width, epsilon: normEpsilon });
}

interface LayerInputs {
  readonly hidden: string;
  readonly bias: string;
  readonly layer: number;
}

/** Self-attention and feed-forward, each followed by its residual sum and norm (post-norm), [B, T, H] -> [B, T, H]. */
function encoderLayer(graph: OnnxGraphBuilder, config: EncoderConfig, { hidden, bias, layer }: LayerInputs): string {
  const { family, width, heads, feedForwardWidth, activation, normEpsilon } = config;
  const names = moduleNames[family];
  const inside = (part: string) => `${names.layers}.${layer}.${part}`;
  const linear = (part: string, x: string, inWidth = width, outWidth = width) => graph.linear(inside(part), x, { inWidth, outWidth });
  const norm = (part: string, sum: string) => graph.layerNorm(inside(part), sum, { width, epsilon: normEpsilon });
  const headShape = graph.integers([0, 0, heads, width / heads]);
  const split = (part: string, perm: readonly number[]) => {
    const scope = scopeOf(inside(part));
    return graph.node(scope, 'Transpose', [graph.node(scope, 'Reshape', [linear(part, hidden), headShape])], { perm: { ints: perm } });
  };

  const scope = scopeOf(inside('attention'));
  const query = split(names.query, [0, 2, 1, 3]); // [B, A, T, D]
  const key = split(names.key, [0, 2, 3, 1]); // [B, A, D, T]
  const value = split(names.value, [0, 2, 1, 3]); // [B, A, T, D]
  const scores = graph.node(scope, 'Div', [graph.node(scope, 'MatMul', [query, key]), graph.scalar(Math.sqrt(width / heads))]);
  const shares = graph.node(scope, 'Softmax', [graph.node(scope, 'Add', [scores, bias])], { axis: { int: -1 } }); // [B, A, T, T]
  const mixed = graph.node(scope, 'Transpose', [graph.node(scope, 'MatMul', [shares, value])], { perm: { ints: [0, 2, 1, 3] } });
  const joined = graph.node(scope, 'Reshape', [mixed, graph.integers([0, 0, width])]); // [B, T, H]
  const attended = norm(names.attentionNorm, graph.node(scope, 'Add', [linear(names.attentionOutput, joined), hidden]));

  const wide = linear(names.expansion, attended, width, feedForwardWidth);
  const active = graph.activation(scopeOf(inside(names.expansion)), activation, wide);
  const narrow = linear(names.contraction, active, feedForwardWidth, width);
  return norm(names.outputNorm, graph.node(scopeOf(inside(names.contraction)), 'Add', [narrow, attended]));
}
