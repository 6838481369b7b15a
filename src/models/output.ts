/**
 * What a model can be asked for, and what it then says. `Wants` is a list of names and layers; `OutputOf<W>` has exactly what
 * was asked, so that an objective that wants attention cannot be handed an output without it. A teacher's answer is a `Signal`
 * of the same shape, live or recorded.
 */
import type { Decoder } from '../engine/fused/vocabulary-loss.ts';
import type * as tf from '../engine/tf.ts';

/**
 * Layers: `hidden` and `cls` count 0 = embedding output, i = after layer i; `scores`, `attention`, `qkv` and
 * `preActivations` count layers from 0.
 * Below 0 they count from the end, -1 = the last, whatever the depth; the answer stands under the number that was asked for.
 */
export interface Wants {
  /** Class logits [B, C], or token logits [B, T, V] of a masked-LM head. */
  readonly logits?: true;
  /** Class logits of every member of an ensemble [M, B, C]; a model alone is an ensemble of one. */
  readonly members?: true;
  /** Weight of a classification head's last linear layer [C, H]. */
  readonly classWeights?: true;
  /** Input of the last linear layer of a classification head (or the pooler's output of a bare model) [B, H]. */
  readonly pooled?: true;
  /** Input of the masked-LM decoder [B, T, H]. */
  readonly headInput?: true;
  /** Token logits of a masked-LM head as the product they are, not formed: a vocabulary's logits are the largest tensor of a step. */
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
}

/** Exactly the outputs that `W` names; of unknown wants, anything may be absent. */
export type OutputOf<W extends Wants> = { readonly [K in keyof W]: K extends keyof Everything ? Everything[K] : never };

export type ModelOutput = OutputOf<Wants>;

/** What a teacher says, in the same terms. Dense today; stored top-k rows and token ids join as further forms of `logits`. */
export type SignalOf<W extends Wants> = OutputOf<W>;

/** The union of two lists of wants. */
export function mergeWants(a: Wants, b: Wants): Wants {
  const layers = (x: readonly number[] | undefined, y: readonly number[] | undefined) =>
    x === undefined && y === undefined ? undefined : [...new Set([...(x ?? []), ...(y ?? [])])].sort((m, n) => m - n);
  const merged = {
    logits: a.logits ?? b.logits,
    members: a.members ?? b.members,
    classWeights: a.classWeights ?? b.classWeights,
    pooled: a.pooled ?? b.pooled,
    headInput: a.headInput ?? b.headInput,
    decoder: a.decoder ?? b.decoder,
    sentence: a.sentence ?? b.sentence,
    hidden: layers(a.hidden, b.hidden),
    cls: layers(a.cls, b.cls),
    scores: layers(a.scores, b.scores),
    attention: layers(a.attention, b.attention),
    qkv: layers(a.qkv, b.qkv),
    preActivations: layers(a.preActivations, b.preActivations),
  };
  return Object.fromEntries(Object.entries(merged).filter(([, want]) => want !== undefined));
}

/** Whether nothing is asked for. */
export function wantsNothing(wants: Wants): boolean {
  return Object.values(wants as Record<string, unknown>).every((want) => want === undefined || (Array.isArray(want) && want.length === 0));
}
