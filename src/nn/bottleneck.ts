/**
 * A MobileBERT layer (Sun et al. 2020, sections 3.1-3.2): the input narrowed once for queries, keys and once for the residual stream inside;
 * attention and several feed-forward blocks at that width; then widened again. Scale and shift stand where BERT has layer norm.
 */
import { dropout } from '../engine/fused/dropout.ts';
import { linear, type LinearWeights } from '../engine/fused/linear.ts';
import * as tf from '../engine/tf.ts';
import { selfAttention } from './attention.ts';
import type { EncoderLayer, FeedForwardWeights, LayerOptions, NormWeights } from './encoder.ts';
import { expanded } from './feed-forward.ts';
import type { Layer } from './layer-stack.ts';

interface NormedLinear {
  readonly dense: LinearWeights;
  readonly norm: NormWeights;
}

export interface BottleneckWeights extends EncoderLayer {
  /** H -> narrow: what residuals inside the layer start from. */
  readonly narrowInput: NormedLinear;
  /** H -> narrow: what queries and keys are made of; values are made of the layer's input as it is. */
  readonly sharedInput: NormedLinear;
  /** narrow -> H */
  readonly widening: NormedLinear;
  /** Feed-forward blocks below the one that every layer has. */
  readonly further: readonly FeedForwardWeights[];
}

/** x · weight + bias over the last axis: "NoNorm". */
export function scaleAndShift(x: tf.Tensor, { weight, bias }: NormWeights): tf.Tensor {
  return tf.add(tf.mul(x, weight), bias);
}

export function bottleneckLayer(layer: BottleneckWeights, { heads, activation, hiddenDropout, attentionDropout }: LayerOptions): Layer {
  const through = (x: tf.Tensor, { dense, norm }: NormedLinear) => scaleAndShift(linear(x, dense), norm);
  const fed = (x: tf.Tensor, block: FeedForwardWeights, open = false) => {
    const { y, before } = expanded(x, block, { activation, open });
    return { narrow: scaleAndShift(tf.add(y, x), block.outputNorm), before };
  };
  return (x, { bias, at, expose, open }) => {
    const shared = through(x, layer.sharedInput); // [B, T, H] -> [B, T, N]
    const attention = selfAttention(shared, { ...layer, values: x, heads, bias, expose, dropout: at('attention.probabilities', attentionDropout) });
    const attended = scaleAndShift(tf.add(linear(attention.context, layer.attentionOutput), through(x, layer.narrowInput)), layer.attentionNorm);
    const { narrow, before } = fed(layer.further.reduce((below, block) => fed(below, block).narrow, attended), layer, open);
    const widened = dropout(linear(narrow, layer.widening.dense), at('output', hiddenDropout)); // [B, T, N] -> [B, T, H]
    return { output: scaleAndShift(tf.add(widened, x), layer.widening.norm), attention, preActivation: before };
  };
}
