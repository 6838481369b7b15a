/**
 * The ONNX form of layers.ts: one encoder layer, BERT's or MobileBERT's, [B, T, H] -> [B, T, H].
 */
import { attentionWidth, type Bottleneck, type EncoderConfig } from './config.ts';
import { families, layerModule } from './families.ts';
import { bottleneckNames } from './layers.ts';
import { type OnnxGraphBuilder, scopeOf } from './onnx-graph.ts';

interface LayerInputs {
  readonly hidden: string;
  /** [B, 1, 1, T] */
  readonly bias: string;
  /** From 0. */
  readonly layer: number;
}

/** Self-attention and feed-forward, each followed by its residual sum and norm (post-norm). */
export function onnxLayer(graph: OnnxGraphBuilder, config: EncoderConfig, { hidden, bias, layer }: LayerInputs): string {
  const { width, normEpsilon, bottleneck } = config;
  if (bottleneck) return onnxBottleneckLayer(graph, config, bottleneck, { hidden, bias, layer });
  const { names } = families[config.family];
  const module = layerModule(config, layer);
  const norm = (part: string, sum: string) => graph.layerNorm(`${module}.${part}`, sum, { width, epsilon: normEpsilon });
  const context = attended(graph, config, { module, bias, shared: hidden, values: hidden });
  const summed = graph.node(scopeOf(`${module}.attention`), 'Add', [graph.linear(`${module}.${names.attentionOutput}`, context, { inWidth: width, outWidth: width }), hidden]);
  const middle = norm(names.attentionNorm, summed);
  return norm(names.outputNorm, fed(graph, config, module, middle));
}

function onnxBottleneckLayer(graph: OnnxGraphBuilder, config: EncoderConfig, { width: narrow, feedForwards }: Bottleneck, { hidden, bias, layer }: LayerInputs): string {
  const { width } = config;
  const { names } = families[config.family];
  const module = layerModule(config, layer);
  const through = (block: string, x: string) => graph.scaleAndShift(`${module}.${block}.LayerNorm`, graph.linear(`${module}.${block}.dense`, x, { inWidth: width, outWidth: narrow }), narrow);
  const context = attended(graph, config, { module, bias, shared: through(bottleneckNames.sharedInput, hidden), values: hidden });
  const output = graph.linear(`${module}.${names.attentionOutput}`, context, { inWidth: narrow, outWidth: narrow });
  let stream = graph.scaleAndShift(`${module}.${names.attentionNorm}`, graph.node(scopeOf(`${module}.attention`), 'Add', [output, through(bottleneckNames.narrowInput, hidden)]), narrow);
  const blocks = [...Array.from({ length: feedForwards - 1 }, (_, index) => `${module}.${bottleneckNames.furtherFeedForward(index)}`), module];
  for (const block of blocks) stream = graph.scaleAndShift(`${block}.${names.outputNorm}`, fed(graph, config, block, stream), narrow);
  const widening = `${module}.${bottleneckNames.widening}`;
  const widened = graph.linear(`${widening}.dense`, stream, { inWidth: narrow, outWidth: width });
  return graph.scaleAndShift(`${widening}.LayerNorm`, graph.node(scopeOf(widening), 'Add', [widened, hidden]), width);
}

interface AttentionInputs {
  readonly module: string;
  readonly bias: string;
  /** What queries and keys are made of, and what values are. */
  readonly shared: string;
  readonly values: string;
}

/** [B, T, N], before the output layer. */
function attended(graph: OnnxGraphBuilder, config: EncoderConfig, { module, bias, shared, values }: AttentionInputs): string {
  const { names } = families[config.family];
  const { heads } = config;
  const width = attentionWidth(config);
  const headShape = graph.integers([0, 0, heads, width / heads]);
  const split = (part: string, x: string, inWidth: number, perm: readonly number[]) => {
    const scope = scopeOf(`${module}.${part}`);
    const projected = graph.linear(`${module}.${part}`, x, { inWidth, outWidth: width });
    return graph.node(scope, 'Transpose', [graph.node(scope, 'Reshape', [projected, headShape])], { perm: { ints: perm } });
  };
  const scope = scopeOf(`${module}.attention`);
  const query = split(names.query, shared, width, [0, 2, 1, 3]); // [B, A, T, D]
  const key = split(names.key, shared, width, [0, 2, 3, 1]); // [B, A, D, T]
  const value = split(names.value, values, config.bottleneck ? config.width : width, [0, 2, 1, 3]); // [B, A, T, D]
  const scores = graph.node(scope, 'Div', [graph.node(scope, 'MatMul', [query, key]), graph.scalar(Math.sqrt(width / heads))]);
  const shares = graph.node(scope, 'Softmax', [graph.node(scope, 'Add', [scores, bias])], { axis: { int: -1 } }); // [B, A, T, T]
  const mixed = graph.node(scope, 'Transpose', [graph.node(scope, 'MatMul', [shares, value])], { perm: { ints: [0, 2, 1, 3] } });
  return graph.node(scope, 'Reshape', [mixed, graph.integers([0, 0, width])]); // [B, T, N]
}

/** The feed-forward block with its residual sum, without its norm. */
function fed(graph: OnnxGraphBuilder, config: EncoderConfig, block: string, x: string): string {
  const { names } = families[config.family];
  const { feedForwardWidth, activation } = config;
  const width = attentionWidth(config);
  const wide = graph.linear(`${block}.${names.expansion}`, x, { inWidth: width, outWidth: feedForwardWidth });
  const active = graph.activation(scopeOf(`${block}.${names.expansion}`), activation, wide);
  const narrow = graph.linear(`${block}.${names.contraction}`, active, { inWidth: feedForwardWidth, outWidth: width });
  return graph.node(scopeOf(`${block}.${names.contraction}`), 'Add', [narrow, x]);
}
