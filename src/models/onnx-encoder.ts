/**
 * The ONNX graph of a model of any family: input_ids, attention_mask and, where the family's tokenizer gives them, token_type_ids, int64
 * [B, T], to a classifier's logits, float32 [B, C] (classification, regression and multi-label are one graph), or to a bare encoder's
 * last_hidden_state [B, T, H] and, where it has one, pooler_output [B, H]. Opset 17, no dropout. It holds no MLM head.
 */
import type { Activation } from '../nn/activation.ts';
import type { OnnxGraph, OnnxValue } from '../storage/onnx-model.ts';
import { type EncoderConfig, isClassifier } from './config.ts';
import { families, poolerOf } from './families.ts';
import { onnxEmbeddings } from './onnx-embeddings.ts';
import { type NamedWeights, OnnxGraphBuilder, scopeOf } from './onnx-graph.ts';
import { onnxLayer } from './onnx-layers.ts';

/**
 * The graph of a classifier or bare encoder. `weights` must be exactly those of the model, under their Hugging Face names.
 * Throws when a weight is missing, left over or of another shape than `config` says, or the model predicts masked words.
 */
export function encoderGraph(config: EncoderConfig, weights: NamedWeights): OnnxGraph {
  const { family, layers, task } = config;
  if (task === 'masked-lm') throw new Error('ONNX export writes classifiers, regressors and bare encoders, not a model of task \'masked-lm\'');
  const graph = new OnnxGraphBuilder(weights);
  const bias = graph.maskBias('attention_mask');
  let hidden = onnxEmbeddings(graph, config); // [B, T, H]
  for (let layer = 0; layer < layers; layer++) hidden = onnxLayer(graph, config, { hidden, bias, layer });
  const outputs = isClassifier(config) ? classifierOutputs(graph, config, hidden) : encoderOutputs(graph, config, hidden);
  graph.requireAllUsed();

  const ids = (name: string): OnnxValue => ({ name, dtype: 'int64', shape: ['batch_size', 'sequence_length'] });
  return {
    name: `${family}-${isClassifier(config) ? 'classifier' : 'encoder'}`,
    nodes: graph.nodes,
    initializers: graph.initializers,
    inputs: ['input_ids', 'attention_mask', ...(families[family].takesTypeIds ? ['token_type_ids'] : [])].map(ids),
    outputs,
  };
}

function classifierOutputs(graph: OnnxGraphBuilder, config: EncoderConfig, hidden: string): OnnxValue[] {
  const { family, width, labels } = config;
  const { names, head } = families[family];
  graph.linear(names.classifier, pooledFirst(graph, config, hidden, head.activation), { inWidth: width, outWidth: labels.length, output: 'logits' }); // [B, C]
  return [{ name: 'logits', dtype: 'float32', shape: ['batch_size', labels.length] }];
}

function encoderOutputs(graph: OnnxGraphBuilder, config: EncoderConfig, hidden: string): OnnxValue[] {
  const { width } = config;
  graph.node('', 'Identity', [hidden], {}, 'last_hidden_state');
  const states: OnnxValue = { name: 'last_hidden_state', dtype: 'float32', shape: ['batch_size', 'sequence_length', width] };
  if (poolerOf(config) === undefined) return [states];
  graph.node('', 'Identity', [pooledFirst(graph, config, hidden, 'tanh')], {}, 'pooler_output');
  return [states, { name: 'pooler_output', dtype: 'float32', shape: ['batch_size', width] }];
}

/** The first token, through the pooler where there is one: [B, T, H] -> [B, H]. */
function pooledFirst(graph: OnnxGraphBuilder, config: EncoderConfig, hidden: string, activation: Activation): string {
  const { family, width } = config;
  const scope = scopeOf(families[family].names.head);
  const first = graph.node(scope, 'Gather', [hidden, graph.integers(0)], { axis: { int: 1 } }); // [B, H]
  const pooler = poolerOf(config);
  return pooler === undefined ? first : graph.activation(scope, activation, graph.linear(pooler.module, first, { inWidth: width, outWidth: width }));
}
