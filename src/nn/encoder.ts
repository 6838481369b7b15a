/**
 * A stack of post-norm transformer encoder layers (Vaswani et al. 2017, section 3.1, as in BERT), which keeps what it is asked for
 * on the way up: hidden states, raw scores, probabilities, and queries, keys and values.
 */
import type { Dropout } from '../engine/fused/dropout.ts';
import { type BiasedWeights, feedForward } from '../engine/fused/feed-forward.ts';
import { layerNorm } from '../engine/fused/layer-norm.ts';
import { linear, type LinearWeights } from '../engine/fused/linear.ts';
import * as tf from '../engine/tf.ts';
import { type Activation, activate } from './activation.ts';
import { selfAttention, type SelfAttention } from './attention.ts';
import { dropoutAt, type Mode } from './mode.ts';

interface NormWeights {
  readonly weight: tf.Tensor;
  readonly bias: tf.Tensor;
}

/** The weights of one layer. */
export interface EncoderLayer {
  readonly query: LinearWeights;
  readonly key: LinearWeights;
  readonly value: LinearWeights;
  readonly attentionOutput: LinearWeights;
  readonly attentionNorm: NormWeights;
  readonly expansion: BiasedWeights;
  readonly contraction: BiasedWeights;
  readonly outputNorm: NormWeights;
}

export interface EncoderOptions {
  readonly layers: readonly EncoderLayer[];
  readonly heads: number;
  readonly activation: Activation;
  readonly normEpsilon: number;
  readonly hiddenDropout: number;
  readonly attentionDropout: number;
  /** [B, 1, 1, T] */
  readonly bias: tf.Tensor;
  readonly mode: Mode;
  /** Layers (from 0) whose probabilities, and scores with them, must be written out. */
  readonly exposed: ReadonlySet<number>;
  /** Layers whose scores are asked for. */
  readonly scored: ReadonlySet<number>;
  /** Layers whose queries, keys, values and context are asked for. Nothing else of a layer outlives it but its output. */
  readonly qkv: ReadonlySet<number>;
  /** Layers whose feed-forward pre-activations are asked for. */
  readonly preActivations: ReadonlySet<number>;
}

/** What is left of a layer's attention: what was asked for. */
export type AskedAttention = Partial<SelfAttention>;

export interface EncoderStates {
  /** [B, T, H] each: 0 = the input, i = the output of layer i. */
  readonly hidden: readonly tf.Tensor[];
  /** Of layer i, from 0. */
  readonly attention: readonly AskedAttention[];
  /** [B, T, F] of layer i, from 0, where asked for. */
  readonly preActivations: ReadonlyMap<number, tf.Tensor>;
}

/** x [B, T, H], the embedding output. */
export function encode(x: tf.Tensor, { layers, mode, exposed, scored, qkv, preActivations: opened, ...options }: EncoderOptions): EncoderStates {
  const hidden = [x];
  const attention: AskedAttention[] = [];
  const preActivations = new Map<number, tf.Tensor>();
  layers.forEach((layer, index) => {
    const at = (place: string, rate: number) => dropoutAt(mode, `layer.${index}.${place}`, rate);
    const step = tf.tidy(() => {
      const { output, preActivation, attention: { context, query, key, value, ...written } } = encodeLayer(hidden[index] ?? x, layer, { ...options, at, expose: exposed.has(index) ? 'probabilities' : scored.has(index) ? 'scores' : undefined, open: opened.has(index) });
      return { output, ...(preActivation && { preActivation }), attention: { ...written, ...(qkv.has(index) && { context, query, key, value }) } };
    });
    hidden.push(step.output);
    attention.push(step.attention);
    if (step.preActivation !== undefined) preActivations.set(index, step.preActivation);
  });
  return { hidden, attention, preActivations };
}

type LayerOptions = Omit<EncoderOptions, 'layers' | 'mode' | 'exposed' | 'scored' | 'qkv' | 'preActivations'> & {
  readonly at: (place: string, rate: number) => Dropout | undefined;
  readonly expose: 'scores' | 'probabilities' | undefined;
  readonly open: boolean;
};

function encodeLayer(x: tf.Tensor, layer: EncoderLayer, options: LayerOptions): { output: tf.Tensor; preActivation: tf.Tensor | undefined; attention: SelfAttention } {
  const { at, hiddenDropout, normEpsilon: epsilon } = options;
  const attention = selfAttention(x, { ...layer, ...options, dropout: at('attention.probabilities', options.attentionDropout) });
  const attended = layerNorm(linear(attention.context, layer.attentionOutput), {
    ...layer.attentionNorm,
    epsilon,
    residual: x,
    dropout: at('attention.output', hiddenDropout),
  });
  const { y, before } = transformed(attended, layer, options);
  const output = layerNorm(y, {
    ...layer.outputNorm,
    epsilon,
    residual: attended,
    dropout: at('output', hiddenDropout),
  });
  return { output, preActivation: before, attention };
}

/** The feed-forward block: [B, T, H] -> [B, T, F] -> [B, T, H]; `before` its activation only where it is asked for. */
function transformed(x: tf.Tensor, { expansion, contraction }: EncoderLayer, { activation, open }: LayerOptions): { y: tf.Tensor; before?: tf.Tensor } {
  if (activation === 'gelu' && !open) return { y: feedForward(x, { expansion, contraction }) };
  const before = linear(x, expansion);
  return { y: linear(activate(before, activation), contraction), ...(open && { before }) };
}
