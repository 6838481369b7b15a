/**
 * What the losses of translations share: which target positions count, and the cross-entropy of their tokens over the vocabulary, smoothed or
 * not. It starts from the decoder's input, so that an engine need not hold logits [B, U, V]. No teacher is heard here.
 */
import type { Batch } from '../engine/batch.ts';
import { type Decoder, vocabularyLoss } from '../engine/fused/vocabulary-loss.ts';
import * as tf from '../engine/tf.ts';
import { labelled, labelsOf } from './rows.ts';

/** `token-mean`: over all tokens of the batch. `sequence-sum`: of each translation the sum over its tokens, -log p(y|x), then the mean over translations. */
export type TranslationReduction = 'token-mean' | 'sequence-sum';

export interface TranslationLossOptions {
  /** ε of label smoothing, 0 up to 1: q = (1 - ε) one-hot + ε / V. Default 0. */
  readonly epsilon?: number;
  readonly reduction?: TranslationReduction;
}

export interface TargetTokens {
  /** int32 [B, U], below 0 where nothing is to be said. */
  readonly words: tf.Tensor;
  /** [B, U], 1 where a token is to be said. */
  readonly known: tf.Tensor;
}

/** The tokens a batch of pairs asks for. @throws if it carries no translations. */
export function targetTokens(batch: Batch, objective: string): TargetTokens {
  const { values: words } = labelsOf(batch, objective, 'translation');
  return { words, known: labelled(words) };
}

/** @throws where the decoder is absent, or says another number of positions than the labels hold. */
export function decoderFor(decoder: Decoder | undefined, { words }: TargetTokens, objective: string): Decoder {
  if (decoder === undefined) throw new Error(`${objective} wants the decoder of a model that translates`);
  if (decoder.input.shape.slice(0, -1).join() === words.shape.join()) return decoder;
  throw new Error(`${objective}: the decoder says positions [${decoder.input.shape.slice(0, -1).join(', ')}], but the labels are [${words.shape.join(', ')}]`);
}

/** The cross-entropy of the target tokens in nats, by default their mean; 0 where there is none. */
export function translationLoss(decoder: Decoder, { words, known }: TargetTokens, { epsilon = 0, reduction = 'token-mean' }: TranslationLossOptions): tf.Scalar {
  const count = tf.sum(known);
  const mean = meanLoss(decoder, { words, known }, epsilon, count);
  if (reduction === 'token-mean') return mean;
  const sequences = tf.sum(tf.max(known, -1)); // those with a token
  return tf.mul(mean, tf.div(count, tf.maximum(sequences, 1)));
}

/** Against the uniform distribution, cross-entropy is divergence + log V, and a decoder of zeros says the uniform distribution. */
function meanLoss(decoder: Decoder, { words, known }: TargetTokens, epsilon: number, count: tf.Tensor): tf.Scalar {
  const [vocabulary = 1] = decoder.weight.shape;
  const uniform = epsilon === 0 ? undefined : { input: tf.zeros([...words.shape, 1]), weight: tf.zeros([vocabulary, 1]), bias: tf.zeros([vocabulary]) };
  const { loss } = vocabularyLoss(decoder, { teacher: uniform, words, mask: known, temperature: 1, softWeight: epsilon, maskedWeight: 1 - epsilon });
  return epsilon === 0 ? loss : tf.add(loss, tf.mul(tf.minimum(count, 1), epsilon * Math.log(vocabulary)));
}

/** @throws unless ε lies in [0, 1). */
export function checkEpsilon(objective: string, epsilon: number): void {
  if (!(epsilon >= 0 && epsilon < 1)) throw new Error(`${objective}: epsilon must lie in [0, 1), not ${epsilon}`);
}
