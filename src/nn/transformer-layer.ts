/**
 * A layer of an encoder-decoder: attention to its own text, in a decoder to the source too, and a feed-forward block, each on the stream as
 * its `residual` says. Step by step a decoder's layer is the same, but keys and values come from a cache.
 */
import { linear, type LinearWeights } from '../engine/fused/linear.ts';
import type * as tf from '../engine/tf.ts';
import type { Activation } from './activation.ts';
import { type AttendOptions, attend, type Attention, type HeadVectors, mergeHeads, splitHeads } from './attention.ts';
import { expanded, type ExpansionWeights } from './feed-forward.ts';
import type { Layer } from './layer-stack.ts';
import type { Residual } from './residual.ts';

export interface AttentionBlock {
  readonly query: LinearWeights;
  readonly key: LinearWeights;
  readonly value: LinearWeights;
  readonly output: LinearWeights;
  readonly residual: Residual;
}

export interface TransformerWeights {
  readonly self: AttentionBlock;
  /** Of decoders. */
  readonly cross?: AttentionBlock | undefined;
  readonly feedForward: ExpansionWeights & { readonly residual: Residual };
}

export interface TransformerOptions {
  readonly heads: number;
  /** Of q·k. */
  readonly scale: number;
  readonly activation: Activation;
  readonly hiddenDropout: number;
  readonly attentionDropout: number;
  /** Within the feed-forward block. */
  readonly activationDropout: number;
}

/** What a layer sees besides its own text. */
export interface Surroundings {
  /** [1, A, T, T] */
  readonly positionBias?: tf.Tensor | undefined;
  /** Of decoders: the source's last hidden states [B, S, H], and which of them are real, [B, 1, 1, S]. */
  readonly memory?: { readonly states: tf.Tensor; readonly bias: tf.Tensor } | undefined;
}

/** Keys and values of all heads side by side, from states [B, S, H]: [B, S, A D]. */
export function keysAndValues(states: tf.Tensor, { key, value }: AttentionBlock): Pick<HeadVectors, 'key' | 'value'> {
  return { key: linear(states, key), value: linear(states, value) };
}

export function transformerLayer({ self, cross, feedForward }: TransformerWeights, options: TransformerOptions, { positionBias, memory }: Surroundings): Layer {
  const { heads, scale, activation, hiddenDropout, attentionDropout, activationDropout } = options;
  const look = (x: tf.Tensor, block: AttentionBlock, states: tf.Tensor, how: Omit<AttendOptions, 'scale'>): Attention => {
    const { key, value } = keysAndValues(states, block);
    const vectors = { query: splitHeads(linear(x, block.query), heads), key: splitHeads(key, heads), value: splitHeads(value, heads) };
    const attended = attend(vectors, { ...how, scale });
    return { ...vectors, ...attended, context: mergeHeads(attended.context) };
  };
  return (x, { bias, at, expose, exposeCross, open }) => {
    const own = self.residual.before(x);
    const attention = look(own, self, own, { bias, positionBias, dropout: at('attention.probabilities', attentionDropout), expose });
    let stream = self.residual.after(linear(attention.context, self.output), x, at('attention.output', hiddenDropout));
    let across: Attention | undefined;
    if (cross !== undefined && memory !== undefined) {
      across = look(cross.residual.before(stream), cross, memory.states, { bias: memory.bias, dropout: at('cross.probabilities', attentionDropout), expose: exposeCross });
      stream = cross.residual.after(linear(across.context, cross.output), stream, at('cross.output', hiddenDropout));
    }
    const { y, before } = expanded(feedForward.residual.before(stream), feedForward, { activation, open, dropout: at('activation', activationDropout) });
    return { output: feedForward.residual.after(y, stream, at('output', hiddenDropout)), attention, cross: across, preActivation: before };
  };
}

/** Looks at cached keys and values: what the new token's are made of [R, 1, H], query [R, 1, A D] -> context [R, 1, A D]. */
export type CachedLook = (own: tf.Tensor, query: tf.Tensor) => tf.Tensor;

/** One step of a decoder's layer, without dropout: x [R, 1, H] -> [R, 1, H]. */
export function transformerStep(x: tf.Tensor, { self, cross, feedForward }: TransformerWeights, { activation }: Pick<TransformerOptions, 'activation'>, looks: { readonly self: CachedLook; readonly cross: CachedLook }): tf.Tensor {
  const block = (stream: tf.Tensor, { query, output, residual }: AttentionBlock, look: CachedLook) => {
    const own = residual.before(stream);
    return residual.after(linear(look(own, linear(own, query)), output), stream, undefined);
  };
  const attended = block(x, self, looks.self);
  const stream = cross === undefined ? attended : block(attended, cross, looks.cross);
  const { y } = expanded(feedForward.residual.before(stream), feedForward, { activation, open: false });
  return feedForward.residual.after(y, stream, undefined);
}
