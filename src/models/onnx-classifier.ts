/**
 * The ONNX graph of a sequence classifier of any family (classification, regression and multi-label are one graph): input_ids,
 * attention_mask and, where the family's tokenizer gives them, token_type_ids, int64 [B, T], to logits, float32 [B, C]. Opset 17, no
 * dropout. Follows transformers' `...ForSequenceClassification`. It holds no MLM head.
 */
import { type OnnxGraph, type OnnxValue, onnxDtypes } from '../storage/onnx-model.ts';
import { type EncoderConfig, isClassifier } from './config.ts';
import { families, poolerOf } from './families.ts';
import { onnxEmbeddings } from './onnx-embeddings.ts';
import { type NamedWeights, OnnxGraphBuilder, scopeOf } from './onnx-graph.ts';
import { onnxLayer } from './onnx-layers.ts';

/** Added to the score of a masked key, as transformers does: finite, so that a row without any key stays a number. */
const lowestFloat = -3.4028234663852886e38;

/**
 * The graph of a classifier. `weights` must be exactly those of the model, under their Hugging Face names.
 * Throws when a weight is missing, left over or of another shape than `config` says, or the model is no classifier.
 */
export function encoderClassifierGraph(config: EncoderConfig, weights: NamedWeights): OnnxGraph {
  const { family, width, layers, task, labels } = config;
  if (!isClassifier(config)) throw new Error(`ONNX export writes classifiers and regressors, not a model of task '${task}'`);
  const { names, head, takesTypeIds } = families[family];
  const graph = new OnnxGraphBuilder(weights);

  const bias = maskBias(graph);
  let hidden = onnxEmbeddings(graph, config); // [B, T, H]
  for (let layer = 0; layer < layers; layer++) hidden = onnxLayer(graph, config, { hidden, bias, layer });

  const scope = scopeOf(names.head);
  const first = graph.node(scope, 'Gather', [hidden, graph.integers(0)], { axis: { int: 1 } }); // [B, H]
  const pooler = poolerOf(config);
  const pooled = pooler === undefined ? first : graph.activation(scope, head.activation, graph.linear(pooler.module, first, { inWidth: width, outWidth: width }));
  graph.linear(names.classifier, pooled, { inWidth: width, outWidth: labels.length, output: 'logits' }); // [B, C]
  graph.requireAllUsed();

  const ids = (name: string): OnnxValue => ({ name, dtype: 'int64', shape: ['batch_size', 'sequence_length'] });
  return {
    name: `${family}-classifier`,
    nodes: graph.nodes,
    initializers: graph.initializers,
    inputs: ['input_ids', 'attention_mask', ...(takesTypeIds ? ['token_type_ids'] : [])].map(ids),
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
