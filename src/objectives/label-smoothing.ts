/**
 * Label smoothing: cross-entropy against (1 - ε) one-hot + ε / C. Szegedy et al. 2016, section 7; Müller et al. 2019 show that a
 * teacher trained so has less to teach.
 */
import type { Batch } from '../engine/batch.ts';
import { softmaxCrossEntropy } from '../engine/fused/cross-entropy.ts';
import * as tf from '../engine/tf.ts';
import { meanOver, type Objective, type Paper } from './objective.ts';
import { labelRows, labelsOf } from './rows.ts';
import { checkEpsilon, decoderFor, targetTokens, translationLoss } from './translation-loss.ts';

const paper: Paper = {
  authors: 'Szegedy, Vanhoucke, Ioffe, Shlens & Wojna',
  year: 2016,
  title: 'Rethinking the Inception architecture for computer vision',
  id: '1512.00567',
};

export interface LabelSmoothingOptions {
  readonly epsilon?: number;
  /** What is labelled: examples with a class each, or the tokens of translations. */
  readonly task?: 'single-label' | 'translation';
}

/**
 * L = mean over labelled rows of -Σ_c q_c log p_c, q = (1 - ε) one-hot + ε / C; Szegedy et al. 2016, section 7.
 * Shapes: logits [B, C], classes [B] (below 0 = no label); of translations logits [B, U, V], wanted as the decoder that makes them, and
 * tokens [B, U]. Averages over labelled rows (tokens), 0 where there is none. Temperature 1.
 */
export function labelSmoothing({ epsilon = 0.1, task = 'single-label' }: LabelSmoothingOptions = {}): Objective<{ logits?: true; decoder?: true }, object> {
  checkEpsilon('label-smoothing', epsilon);
  const translates = task === 'translation';
  return {
    name: 'label-smoothing',
    settings: { epsilon, ...(translates && { task }) },
    paper,
    wants: { student: translates ? { decoder: true } : { logits: true }, teacher: {} },
    loss: ({ logits, decoder }, _teacher, batch) => {
      if (!translates) return classLoss(logits, batch, epsilon);
      const target = targetTokens(batch, 'label-smoothing');
      return translationLoss(decoderFor(decoder, target, 'label-smoothing'), target, { epsilon });
    },
  };
}

function classLoss(logits: tf.Tensor | undefined, batch: Batch, epsilon: number): tf.Scalar {
  if (logits === undefined) throw new Error('label-smoothing wants the class logits of the student');
  const classes = logits.shape.at(-1) ?? 1;
  const { targets, known } = labelRows(labelsOf(batch, 'label-smoothing', 'single-label'), classes);
  const uniform = tf.mul(tf.expandDims(known, 1), epsilon / classes); // [B, 1]
  return meanOver(softmaxCrossEntropy(logits, tf.add(tf.mul(targets, 1 - epsilon), uniform)), known);
}
