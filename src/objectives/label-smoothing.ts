/**
 * Label smoothing: cross-entropy against (1 - ε) one-hot + ε / C. Szegedy et al. 2016, section 7; Müller et al. 2019 show that a
 * teacher trained so has less to teach.
 */
import { softmaxCrossEntropy } from '../engine/fused/cross-entropy.ts';
import * as tf from '../engine/tf.ts';
import { meanOver, type Objective, type Paper } from './objective.ts';
import { labelRows, labelsOf } from './rows.ts';

const paper: Paper = {
  authors: 'Szegedy, Vanhoucke, Ioffe, Shlens & Wojna',
  year: 2016,
  title: 'Rethinking the Inception architecture for computer vision',
  id: '1512.00567',
};

/**
 * L = mean over labelled rows of -Σ_c q_c log p_c, q = (1 - ε) one-hot + ε / C; Szegedy et al. 2016, section 7.
 * Shapes: logits [B, C], classes [B] (below 0 = no label). Averages over labelled rows, 0 where there is none. Temperature 1.
 */
export function labelSmoothing({ epsilon = 0.1 }: { epsilon?: number } = {}): Objective<{ logits: true }, object> {
  if (!(epsilon >= 0 && epsilon < 1)) throw new Error(`label-smoothing: epsilon must lie in [0, 1), not ${epsilon}`);
  return {
    name: 'label-smoothing',
    settings: { epsilon },
    paper,
    wants: { student: { logits: true }, teacher: {} },
    loss: ({ logits }, _teacher, batch) => {
      const depth = logits.shape.at(-1) ?? 1;
      const { targets, known } = labelRows(labelsOf(batch, 'label-smoothing', 'single-label'), depth);
      const uniform = tf.mul(tf.expandDims(known, 1), epsilon / depth); // [B, 1]
      return meanOver(softmaxCrossEntropy(logits, tf.add(tf.mul(targets, 1 - epsilon), uniform)), known);
    },
  };
}
