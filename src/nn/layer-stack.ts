/**
 * Layers one upon the other, whatever they are made of: it keeps what it is asked for on the way up, hidden states, raw scores,
 * probabilities, and queries, keys and values. Nothing else of a layer outlives it but its output.
 */
import type { Dropout } from '../engine/fused/dropout.ts';
import * as tf from '../engine/tf.ts';
import type { SelfAttention } from './attention.ts';
import { dropoutAt, type Mode } from './mode.ts';

/** x [B, T, H] -> [B, T, H], and what its attention was. */
export type Layer = (x: tf.Tensor, context: LayerContext) => { readonly output: tf.Tensor; readonly attention: SelfAttention };

export interface LayerContext {
  /** [B, 1, 1, T] */
  readonly bias: tf.Tensor;
  /** The dropout of a place in this layer. */
  readonly at: (place: string, rate: number) => Dropout | undefined;
  /** Whether scores and probabilities must be written out. */
  readonly expose: boolean;
}

export interface StackOptions {
  /** [B, 1, 1, T] */
  readonly bias: tf.Tensor;
  readonly mode: Mode;
  /** Layers (from 0) whose scores and probabilities must be written out. */
  readonly exposed: ReadonlySet<number>;
  /** Layers whose queries, keys, values and context are asked for. */
  readonly qkv: ReadonlySet<number>;
}

/** What is left of a layer's attention: what was asked for. */
export type AskedAttention = Partial<SelfAttention>;

export interface EncoderStates {
  /** [B, T, H] each: 0 = the input, i = the output of layer i. */
  readonly hidden: readonly tf.Tensor[];
  /** Of layer i, from 0. */
  readonly attention: readonly AskedAttention[];
}

/** x [B, T, H], the embedding output. */
export function stack(x: tf.Tensor, layers: readonly Layer[], { bias, mode, exposed, qkv }: StackOptions): EncoderStates {
  const hidden = [x];
  const attention: AskedAttention[] = [];
  layers.forEach((layer, index) => {
    const at = (place: string, rate: number) => dropoutAt(mode, `layer.${index}.${place}`, rate);
    const step = tf.tidy(() => {
      const { output, attention: { context, query, key, value, ...written } } = layer(hidden[index] ?? x, { bias, at, expose: exposed.has(index) });
      return { output, attention: { ...written, ...(qkv.has(index) && { context, query, key, value }) } };
    });
    hidden.push(step.output);
    attention.push(step.attention);
  });
  return { hidden, attention };
}
