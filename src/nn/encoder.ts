/**
 * A post-norm transformer encoder layer (Vaswani et al. 2017, section 3.1, as in BERT): self-attention and feed-forward, each with its
 * residual connection and norm.
 */
import type { BiasedWeights } from '../engine/fused/feed-forward.ts';
import { layerNorm } from '../engine/fused/layer-norm.ts';
import { linear, type LinearWeights } from '../engine/fused/linear.ts';
import * as tf from '../engine/tf.ts';
import type { Activation } from './activation.ts';
import { selfAttention } from './attention.ts';
import { expanded } from './feed-forward.ts';
import type { Layer, LayerContext } from './layer-stack.ts';

export interface NormWeights {
  readonly weight: tf.Tensor;
  readonly bias: tf.Tensor;
}

export interface FeedForwardWeights {
  readonly expansion: BiasedWeights;
  readonly contraction: BiasedWeights;
  readonly outputNorm: NormWeights;
}

/** The weights of one layer. */
export interface EncoderLayer extends FeedForwardWeights {
  readonly query: LinearWeights;
  readonly key: LinearWeights;
  readonly value: LinearWeights;
  readonly attentionOutput: LinearWeights;
  readonly attentionNorm: NormWeights;
}

export interface LayerOptions {
  readonly heads: number;
  readonly activation: Activation;
  readonly normEpsilon: number;
  readonly hiddenDropout: number;
  readonly attentionDropout: number;
}

export function encoderLayer(layer: EncoderLayer, { heads, activation, normEpsilon: epsilon, hiddenDropout, attentionDropout }: LayerOptions): Layer {
  return (x, { bias, at, expose, open, firstAlone }) => {
    const [going, drop] = firstAlone ? [firstTokens(x), ofFirstTokens(at, x)] : [x, at];
    const [queries, dropQueried] = firstAlone === 'output' ? [x, at] : [going, drop];
    const attention = selfAttention(x, { ...layer, queries, heads, bias, expose, dropout: dropQueried('attention.probabilities', attentionDropout) });
    const context = firstAlone === 'output' ? firstTokens(attention.context) : attention.context;
    const attended = layerNorm(linear(context, layer.attentionOutput), {
      ...layer.attentionNorm,
      epsilon,
      residual: going,
      dropout: drop('attention.output', hiddenDropout),
    });
    const { y, before } = expanded(attended, layer, { activation, open });
    const output = layerNorm(y, {
      ...layer.outputNorm,
      epsilon,
      residual: attended,
      dropout: drop('output', hiddenDropout),
    });
    return { output, attention, preActivation: before };
  };
}

/** [B, T, H] -> [B, 1, H] */
function firstTokens(x: tf.Tensor): tf.Tensor {
  const [rows = 0, , width = 0] = x.shape;
  return tf.slice(x, [0, 0, 0], [rows, 1, width]);
}

/** The first tokens' part of what would be dropped of all tokens' layer: who asks for less draws no other masks. */
function ofFirstTokens(at: LayerContext['at'], { shape: [, length = 1] }: tf.Tensor): LayerContext['at'] {
  return (place, rate) => {
    const whole = at(place, rate);
    return whole && { ...whole, rowStep: length };
  };
}
