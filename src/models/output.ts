/**
 * What a model can be asked for, and what it then says. `Wants` is a list of names and layers; `OutputOf<W>` has exactly what
 * was asked, so that an objective that wants attention cannot be handed an output without it. A teacher's answer is a `Signal`
 * of the same shape, live or recorded.
 */
import type { Decoder } from '../engine/fused/vocabulary-loss.ts';
import type * as tf from '../engine/tf.ts';

/**
 * Of an encoder-decoder everything is its decoder's, T then being the target's length, but for what is called otherwise.
 * Layers: `hidden` and `cls` count 0 = embedding output, i = after layer i; `scores`, `attention`, `qkv` and
 * `preActivations` count layers from 0; those of an encoder or across likewise.
 * Below 0 they count from the end, -1 = the last, whatever the depth; the answer stands under the number that was asked for.
 */
export interface Wants {
  /** Class logits [B, C], or token logits [B, T, V] of a masked-LM head or a decoder. */
  readonly logits?: true;
  /** Class logits of every member of an ensemble [M, B, C]; a model alone is an ensemble of one. */
  readonly members?: true;
  /** Weight of a classification head's last linear layer [C, H]. */
  readonly classWeights?: true;
  /** Input of the last linear layer of a classification head (or the pooler's output of a bare model) [B, H]. */
  readonly pooled?: true;
  /** Input of the last product, over the vocabulary [B, T, H]. */
  readonly headInput?: true;
  /** Token logits as the product they are, not formed: a vocabulary's logits are the largest tensor of a step. */
  readonly decoder?: true;
  /** The text's embedding: the mean of its real tokens' last hidden states [B, H], not normalised. */
  readonly sentence?: true;
  /** Hidden states [B, T, H]. */
  readonly hidden?: readonly number[];
  /** The first token's hidden state [B, H]. */
  readonly cls?: readonly number[];
  /** q·k / √D before mask and softmax [B, A, T, T]. */
  readonly scores?: readonly number[];
  /** Attention probabilities [B, A, T, T]. */
  readonly attention?: readonly number[];
  /** Queries, keys and values [B, A, T, D]. */
  readonly qkv?: readonly number[];
  /** What goes into the activation of the feed-forward block [B, T, F]. */
  readonly preActivations?: readonly number[];
  /** The same of the source, S tokens, in an encoder-decoder's encoder: [B, S, H]. */
  readonly encoderHidden?: readonly number[];
  /** [B, A, S, S] */
  readonly encoderScores?: readonly number[];
  /** [B, A, S, S] */
  readonly encoderAttention?: readonly number[];
  /** [B, A, S, D] */
  readonly encoderQkv?: readonly number[];
  /** From the target to the source, in the decoder's layers: [B, A, T, S]. */
  readonly crossScores?: readonly number[];
  /** [B, A, T, S] */
  readonly crossAttention?: readonly number[];
  /** [B, A, T, D], and keys and values [B, A, S, D]. */
  readonly crossQkv?: readonly number[];
}

export interface QueryKeyValue {
  readonly query: tf.Tensor;
  readonly key: tf.Tensor;
  readonly value: tf.Tensor;
}

type ByLayer<T> = ReadonlyMap<number, T>;

interface Everything {
  readonly logits: tf.Tensor;
  readonly members: tf.Tensor;
  readonly classWeights: tf.Tensor;
  readonly pooled: tf.Tensor;
  readonly headInput: tf.Tensor;
  readonly decoder: Decoder;
  readonly sentence: tf.Tensor;
  readonly hidden: ByLayer<tf.Tensor>;
  readonly cls: ByLayer<tf.Tensor>;
  readonly scores: ByLayer<tf.Tensor>;
  readonly attention: ByLayer<tf.Tensor>;
  readonly qkv: ByLayer<QueryKeyValue>;
  readonly preActivations: ByLayer<tf.Tensor>;
  readonly encoderHidden: ByLayer<tf.Tensor>;
  readonly encoderScores: ByLayer<tf.Tensor>;
  readonly encoderAttention: ByLayer<tf.Tensor>;
  readonly encoderQkv: ByLayer<QueryKeyValue>;
  readonly crossScores: ByLayer<tf.Tensor>;
  readonly crossAttention: ByLayer<tf.Tensor>;
  readonly crossQkv: ByLayer<QueryKeyValue>;
}

/** Exactly the outputs that `W` names; of unknown wants, anything may be absent. */
export type OutputOf<W extends Wants> = { readonly [K in keyof W]: K extends keyof Everything ? Everything[K] : never };

export type ModelOutput = OutputOf<Wants>;

/** What a teacher says, in the same terms. Dense today; stored top-k rows and token ids join as further forms of `logits`. */
export type SignalOf<W extends Wants> = OutputOf<W>;

/** The union of two lists of wants. */
export function mergeWants(a: Wants, b: Wants): Wants {
  const names = [...new Set([...Object.keys(a), ...Object.keys(b)])] as (keyof Wants)[];
  return Object.fromEntries(names.flatMap((name) => {
    const merged = [a[name], b[name]].reduce(bothOf);
    return merged === undefined ? [] : [[name, merged]];
  }));
}

type Want = Wants[keyof Wants];

function bothOf(a: Want, b: Want): Want {
  if (a === true || b === true) return true;
  return a === undefined && b === undefined ? undefined : [...new Set([...(a ?? []), ...(b ?? [])])].sort((m, n) => m - n);
}

/** Whether nothing is asked for. */
export function wantsNothing(wants: Wants): boolean {
  return Object.values(wants as Record<string, unknown>).every((want) => want === undefined || (Array.isArray(want) && want.length === 0));
}
