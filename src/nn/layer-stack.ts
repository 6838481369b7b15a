/**
 * Layers one upon the other, whatever they are made of: it keeps what it is asked for on the way up, hidden states, raw scores,
 * probabilities, queries, keys and values, feed-forward pre-activations. Nothing else of a layer outlives it but its output.
 */
import type { Dropout } from '../engine/fused/dropout.ts';
import * as tf from '../engine/tf.ts';
import type { AttendOptions, Attention } from './attention.ts';
import { dropoutAt, type Mode } from './mode.ts';

/** x [B, T, H] -> [B, T, H], or [B, 1, H] where only the first token is asked for, what its attention was, to itself and where it has one to another text, and the feed-forward pre-activation where it is asked for. */
export type Layer = (x: tf.Tensor, context: LayerContext) => {
  readonly output: tf.Tensor;
  readonly attention: Attention;
  readonly cross?: Attention | undefined;
  readonly preActivation?: tf.Tensor | undefined;
};

export interface LayerContext {
  /** [B, 1, 1, T], or [1, 1, T, T] */
  readonly bias: tf.Tensor;
  /** The dropout of a place in this layer. */
  readonly at: (place: string, rate: number) => Dropout | undefined;
  /** What of attention is asked for. */
  readonly expose: AttendOptions['expose'];
  /** What of that to another text. */
  readonly exposeCross: AttendOptions['expose'];
  /** Whether the feed-forward pre-activation is. */
  readonly open: boolean;
  /**
   * 'all': the first token's output is asked for, and nothing of attention. 'output': the same, and attention of all tokens. Absent: everything. The
   * bias is [B, 1, 1, T] in the first two; a layer may say more than it is asked for.
   */
  readonly firstAlone: 'output' | 'all' | undefined;
}

/** What of an attention is asked for: layers, from 0. */
export interface AskedOfAttention {
  /** Those whose probabilities, and scores with them, must be written out. */
  readonly exposed: ReadonlySet<number>;
  /** Those whose scores are asked for. */
  readonly scored: ReadonlySet<number>;
  /** Those whose queries, keys, values and context are asked for. */
  readonly qkv: ReadonlySet<number>;
}

export interface StackOptions extends AskedOfAttention {
  /** [B, 1, 1, T], or [1, 1, T, T] */
  readonly bias: tf.Tensor;
  readonly mode: Mode;
  /** Of the attention to another text. */
  readonly cross?: AskedOfAttention;
  /** Layers whose feed-forward pre-activations are asked for. */
  readonly preActivations: ReadonlySet<number>;
  /** Whether of the last layer's output the first token alone is asked for. */
  readonly firstAlone?: boolean;
}

/** What is left of a layer's attention: what was asked for. */
export type AskedAttention = Partial<Attention>;

export interface LayerStates {
  /** [B, T, H] each: 0 = the input, i = the output of layer i; the last may be [B, 1, H] where its first token alone is asked for. */
  readonly hidden: readonly tf.Tensor[];
  /** Of layer i, from 0. */
  readonly attention: readonly AskedAttention[];
  readonly cross: readonly AskedAttention[];
  /** [B, T, F] where asked for. */
  readonly preActivations: readonly (tf.Tensor | undefined)[];
}

/** x [B, T, H], the embedding output. */
export function stack(x: tf.Tensor, layers: readonly Layer[], { bias, mode, cross: askedCross, preActivations: opened, firstAlone = false, ...asked }: StackOptions): LayerStates {
  const hidden = [x];
  const attention: AskedAttention[] = [];
  const crossAttention: AskedAttention[] = [];
  const preActivations: (tf.Tensor | undefined)[] = [];
  layers.forEach((layer, index) => {
    const at = (place: string, rate: number) => dropoutAt(mode, `layer.${index}.${place}`, rate);
    const step = tf.tidy(() => {
      const expose = exposed(index, asked);
      const first = !firstAlone || index < layers.length - 1 ? undefined : expose === undefined && !asked.qkv.has(index) ? 'all' : 'output';
      const made = layer(hidden[index] ?? x, { bias, at, expose, exposeCross: exposed(index, askedCross), open: opened.has(index), firstAlone: first });
      return {
        output: made.output,
        ...(made.preActivation && { preActivation: made.preActivation }),
        attention: kept(made.attention, index, asked),
        ...(made.cross && askedCross && { cross: kept(made.cross, index, askedCross) }),
      };
    });
    hidden.push(step.output);
    attention.push(step.attention);
    crossAttention.push(step.cross ?? {});
    preActivations.push(step.preActivation);
  });
  return { hidden, attention, cross: crossAttention, preActivations };
}

function exposed(index: number, asked: AskedOfAttention | undefined): AttendOptions['expose'] {
  return asked?.exposed.has(index) ? 'probabilities' : asked?.scored.has(index) ? 'scores' : undefined;
}

function kept({ context, query, key, value, ...written }: Attention, index: number, { qkv }: AskedOfAttention): AskedAttention {
  return { ...written, ...(qkv.has(index) && { context, query, key, value }) };
}
