/**
 * Layers one upon the other, whatever they are made of: it keeps what it is asked for on the way up, hidden states, raw scores,
 * probabilities, queries, keys and values, feed-forward pre-activations. Nothing else of a layer outlives it but its output.
 */
import type { Dropout } from '../engine/fused/dropout.ts';
import * as tf from '../engine/tf.ts';
import type { SelfAttention, SelfAttentionOptions } from './attention.ts';
import { dropoutAt, type Mode } from './mode.ts';

/** x [B, T, H] -> [B, T, H], what its attention was, and the feed-forward pre-activation where it is asked for. */
export type Layer = (x: tf.Tensor, context: LayerContext) => { readonly output: tf.Tensor; readonly attention: SelfAttention; readonly preActivation?: tf.Tensor | undefined };

export interface LayerContext {
  /** [B, 1, 1, T] */
  readonly bias: tf.Tensor;
  /** The dropout of a place in this layer. */
  readonly at: (place: string, rate: number) => Dropout | undefined;
  /** What of attention is asked for. */
  readonly expose: SelfAttentionOptions['expose'];
  /** Whether the feed-forward pre-activation is. */
  readonly open: boolean;
}

export interface StackOptions {
  /** [B, 1, 1, T] */
  readonly bias: tf.Tensor;
  readonly mode: Mode;
  /** Layers (from 0) whose probabilities, and scores with them, must be written out. */
  readonly exposed: ReadonlySet<number>;
  /** Layers whose scores are asked for. */
  readonly scored: ReadonlySet<number>;
  /** Layers whose queries, keys, values and context are asked for. */
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
export function stack(x: tf.Tensor, layers: readonly Layer[], { bias, mode, exposed, scored, qkv, preActivations: opened }: StackOptions): EncoderStates {
  const hidden = [x];
  const attention: AskedAttention[] = [];
  const preActivations = new Map<number, tf.Tensor>();
  layers.forEach((layer, index) => {
    const at = (place: string, rate: number) => dropoutAt(mode, `layer.${index}.${place}`, rate);
    const expose = exposed.has(index) ? 'probabilities' : scored.has(index) ? 'scores' : undefined;
    const step = tf.tidy(() => {
      const { output, preActivation, attention: { context, query, key, value, ...written } } = layer(hidden[index] ?? x, { bias, at, expose, open: opened.has(index) });
      return { output, ...(preActivation && { preActivation }), attention: { ...written, ...(qkv.has(index) && { context, query, key, value }) } };
    });
    hidden.push(step.output);
    attention.push(step.attention);
    if (step.preActivation !== undefined) preActivations.set(index, step.preActivation);
  });
  return { hidden, attention, preActivations };
}
