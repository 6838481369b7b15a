/**
 * Word-level distillation of translators: at every target position, under teacher forcing, the student's distribution over the vocabulary
 * matches the teacher's. Kim & Rush 2016, section 3.1. Both must write with one vocabulary.
 */
import { linear } from '../engine/fused/linear.ts';
import { type Decoder, vocabularyLoss } from '../engine/fused/vocabulary-loss.ts';
import * as tf from '../engine/tf.ts';
import { checkAlpha, checkTemperature, entropy, type Softening } from './mixture.ts';
import type { Objective, StepContext } from './objective.ts';
import { kimRush } from './seq-kd.ts';
import { stopGradient } from './stop-gradient.ts';
import { tokenMean } from './token-mean.ts';
import { topTokenDivergence, topTokens } from './top-tokens.ts';
import { decoderFor, type TargetTokens, targetTokens, translationLoss } from './translation-loss.ts';
import { describedWeight, type Weight, weightAt } from './weight.ts';

export interface WordKdOptions extends Partial<Softening> {
  /** α, 0..1: how much the teacher counts; the rest is -log p of the target token, at T = 1. May follow the step. */
  readonly alpha?: Weight;
  /** Only the teacher's k most probable tokens, and the mass of all others as one outcome. Absent: all tokens. */
  readonly k?: number;
}

/**
 * L = (1 - α) mean_t -log p_s(y_t) + α T² mean_t Σ_v p_t(v) log(p_t(v) / p_s(v)), p = softmax(z / T) in the second term; Kim & Rush 2016,
 * L_WORD-KD. With `k` the sum runs over k tokens and one bucket for the others; k = V is the same as no k.
 * Shapes: logits z [B, U, V] of both, wanted as the decoders that make them; labels of kind `translation` [B, U], below 0 = nothing to be said.
 * Averages over all target tokens of the batch; 0 where there is none. Scale: the soft term carries T² unless `scaleT2` is false. The teacher
 * gets no gradient. `form: 'cross-entropy'` adds the teacher's entropy, for which its logits are formed, and so does `k` with both sides'.
 * Deviations: the paper has T = 1 and the cross-entropy form, which has the same gradients.
 */
export function wordKd({ temperature = 1, alpha = 0.5, form = 'kl', scaleT2 = true, k }: WordKdOptions = {}): Objective<{ decoder: true }, { decoder: true }> {
  checkTemperature('word-kd', temperature);
  checkAlpha('word-kd', alpha);
  if (k !== undefined && (!Number.isInteger(k) || k < 1)) throw new Error(`word-kd: k must be a whole number from 1, not ${k}`);
  const scale = scaleT2 ? temperature ** 2 : 1;
  return {
    name: 'word-kd',
    settings: { temperature, alpha: describedWeight(alpha), form, scaleT2, ...(k !== undefined && { k }) },
    paper: kimRush,
    wants: { student: { decoder: true }, teacher: { decoder: true } },
    loss: (student, teacher, batch, context) => {
      const target = targetTokens(batch, 'word-kd');
      const sides = { student: decoderFor(student.decoder, target, 'word-kd'), teacher: decoderFor(teacher.decoder, target, 'word-kd') };
      requireOneVocabulary(sides);
      const share = weightAt(alpha, context, 'word-kd: alpha', 1);
      const said = k === undefined ? dense(sides, target, { temperature, share, scale }) : cut(sides, target, { temperature, share, scale, k });
      // A constant of the student: it moves the loss and no gradient.
      const added = form === 'kl' ? tf.scalar(0) : tf.mul(stopGradient((input) => tokenMean(entropyRows({ ...sides.teacher, input }, temperature), target.known), sides.teacher.input), scale);
      hear(context, { hard: said.hard, soft: tf.add(said.soft, added) });
      return tf.add(said.loss, tf.mul(added, share));
    },
  };
}

interface Sides {
  readonly student: Decoder;
  readonly teacher: Decoder;
}

interface Said {
  readonly loss: tf.Scalar;
  /** Unweighted; the soft one with its scale. */
  readonly soft: tf.Tensor;
  readonly hard: tf.Tensor;
}

interface Shares {
  readonly temperature: number;
  readonly share: number;
  readonly scale: number;
}

function dense({ student, teacher }: Sides, { words, known }: TargetTokens, { temperature, share, scale }: Shares): Said {
  const { loss, soft, masked } = vocabularyLoss(student, { teacher, words, mask: known, temperature, softWeight: share * scale, maskedWeight: 1 - share });
  return { loss, soft: tf.mul(soft, scale), hard: masked };
}

function cut({ student, teacher }: Sides, target: TargetTokens, { temperature, share, scale, k }: Shares & { readonly k: number }): Said {
  const rows = topTokenDivergence(rowsOf(student), () => topTokens(rowsOf(teacher), { k, temperature }), { temperature });
  const soft = tf.mul(tokenMean(rows, tf.reshape(target.known, [-1])), scale);
  const hard = translationLoss(student, target, {});
  return { loss: tf.add(tf.mul(hard, 1 - share), tf.mul(soft, share)), soft, hard };
}

/** [B U, V] */
function rowsOf(decoder: Decoder): tf.Tensor {
  const logits = linear(decoder.input, decoder);
  return tf.reshape(logits, [-1, logits.shape.at(-1) ?? 1]);
}

/** Of the softened distribution at each position: [B, U]. */
function entropyRows(decoder: Decoder, temperature: number): tf.Tensor {
  return entropy(linear(decoder.input, decoder), temperature);
}

function hear({ hear: heard }: StepContext, parts: { readonly hard: tf.Tensor; readonly soft: tf.Tensor }): void {
  heard?.('word-kd.hard', parts.hard as tf.Scalar);
  heard?.('word-kd.soft', parts.soft as tf.Scalar);
}

function requireOneVocabulary({ student, teacher }: Sides): void {
  const [own, others] = [student.weight.shape[0], teacher.weight.shape[0]];
  if (own !== others) throw new Error(`word-kd: the student writes with ${own} tokens, the teacher with ${others}: they must share a vocabulary; without one, let the teacher translate (seq-kd)`);
}
