/**
 * A post-norm transformer encoder layer (Vaswani et al. 2017, section 3.1, as in BERT): self-attention and feed-forward, each with its
 * residual connection and norm.
 */
import type { BiasedWeights } from '../engine/fused/feed-forward.ts';
import { layerNorm } from '../engine/fused/layer-norm.ts';
import { linear, type LinearWeights } from '../engine/fused/linear.ts';
import type * as tf from '../engine/tf.ts';
import type { Activation } from './activation.ts';
import { selfAttention } from './attention.ts';
import { expanded } from './feed-forward.ts';
import type { Layer } from './layer-stack.ts';

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
  return (x, { bias, at, expose, open }) => {
    const attention = selfAttention(x, { ...layer, heads, bias, expose, dropout: at('attention.probabilities', attentionDropout) });
    const attended = layerNorm(linear(attention.context, layer.attentionOutput), {
      ...layer.attentionNorm,
      epsilon,
      residual: x,
      dropout: at('attention.output', hiddenDropout),
    });
    const { y, before } = expanded(attended, layer, { activation, open });
    const output = layerNorm(y, {
      ...layer.outputNorm,
      epsilon,
      residual: attended,
      dropout: at('output', hiddenDropout),
    });
    return { output, attention, preActivation: before };
  };
}
