/**
 * A teacher's word at each position cut to its K most probable tokens: their log-probabilities as they are, and what the others have together
 * as one bucket. As much as a store can keep of a vocabulary's logits. With K = V nothing is lost.
 */
import { softmaxDivergence } from '../engine/fused/cross-entropy.ts';
import * as tf from '../engine/tf.ts';
import { stopGradient } from './stop-gradient.ts';

export interface TopTokens {
  /** int32 [N, K] */
  readonly tokens: tf.Tensor2D;
  /** log p(token) at the temperature of the comparison [N, K]. */
  readonly logProbabilities: tf.Tensor2D;
}

/** The K most probable tokens of each row of logits [N, V], softened; no more than there are. */
export function topTokens(logits: tf.Tensor, { k, temperature }: { readonly k: number; readonly temperature: number }): TopTokens {
  const { values, indices } = tf.topk(tf.logSoftmax(tf.div(logits, temperature)), Math.min(k, logits.shape.at(-1) ?? 0));
  return { tokens: tf.cast(indices, 'int32') as tf.Tensor2D, logProbabilities: values as tf.Tensor2D };
}

/**
 * Per row the divergence over K + 1 outcomes: each of the K tokens, and any other. Student logits [N, V] -> [N], in nats, at temperature T.
 * It is Σ q log(q / p) over the whole vocabulary for the q that spreads the bucket as the student does; value and gradient are the same, and the
 * student's own probabilities of the others are all that is formed beside its logits.
 * @param top called off the tape: the teacher gets no gradient.
 */
export function topTokenDivergence(student: tf.Tensor, top: () => TopTokens, { temperature }: { readonly temperature: number }): tf.Tensor1D {
  const target = stopGradient((logits) => tf.mul(spread(tf.div(logits, temperature), top()), temperature), student);
  return softmaxDivergence(student, target, { temperature });
}

const nothing = -1e30; // finite: infinities would meet zeros

/** log q: what the teacher says of its K tokens, the bucket in the student's proportions elsewhere. [N, V] -> [N, V] */
function spread(logits: tf.Tensor, { tokens, logProbabilities }: TopTokens): tf.Tensor {
  const [rows, vocabulary] = [tokens.shape[0], logits.shape.at(-1) ?? 0];
  const places = tf.reshape<tf.Rank.R1>(tf.add(tokens, tf.expandDims(tf.range(0, rows * vocabulary, vocabulary, 'int32'), 1)), [-1]); // [N K] in [N V]
  const scattered = (values: tf.Tensor) => tf.reshape(tf.unsortedSegmentSum(tf.reshape(values, [-1]), places, rows * vocabulary), [rows, vocabulary]);
  const isKept = tf.greater(scattered(tf.onesLike(logProbabilities)), 0); // [N, V]
  const others = tf.where(isKept, tf.fill([rows, vocabulary], nothing), logits);
  const bucket = tf.log(tf.maximum(tf.sub(1, tf.sum(tf.exp(logProbabilities), -1, true)), 1e-30)); // [N, 1]
  return tf.where(isKept, scattered(logProbabilities), tf.add(tf.sub(logits, tf.logSumExp(others, -1, true)), bucket));
}
