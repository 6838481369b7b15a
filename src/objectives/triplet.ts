/**
 * Triplets: an example lies nearer to one of its own class than to one of another. Teachers of embeddings are trained so; it listens to
 * no teacher. Schroff, Kalenichenko & Philbin 2015.
 */
import * as tf from '../engine/tf.ts';
import { embeddingOf, type EmbeddingSource, embeddingWants } from './embedding-source.ts';
import { meanOver, type Objective, type Paper } from './objective.ts';
import { squaredDistances } from './pairwise.ts';
import { labelled, labelsOf } from './rows.ts';
import { stopGradient } from './stop-gradient.ts';

const paper: Paper = {
  authors: 'Schroff, Kalenichenko & Philbin',
  year: 2015,
  title: 'FaceNet: a unified embedding for face recognition and clustering',
  id: '1503.03832',
};

export interface TripletOptions {
  readonly embedding?: EmbeddingSource;
  /** m, from 0. */
  readonly margin?: number;
}

/**
 * L = mean over triplets of max(0, ‖a - p‖² - ‖a - n‖² + m); Schroff et al. 2015, the triplet loss.
 * Shapes: the student's embeddings [B, H], classes [B] (below 0 = no label: in no triplet).
 * Averages over all triplets of the batch: every anchor a, every other p of its class, every n of another; 0 where there is none.
 * Scale: none. Memory: B² H + B³ numbers.
 * Deviations: the paper puts embeddings on a sphere and picks hard triplets; here they are as they are, and all count.
 */
export function triplet({ embedding = 'first-token', margin = 0.2 }: TripletOptions = {}): Objective {
  if (!(margin >= 0 && margin < Infinity)) throw new Error(`triplet: the margin must be a number from 0, not ${margin}`);
  return {
    name: 'triplet',
    settings: { embedding, margin },
    paper,
    wants: { student: embeddingWants(embedding), teacher: {} },
    loss: (student, _teacher, batch) => {
      const squares = squaredDistances(embeddingOf(student, embedding, batch)); // [B, B]
      const hinges = tripletHinge(tf.expandDims(squares, 2), tf.expandDims(squares, 1), margin); // [B (a), B (p), B (n)]
      const counts = stopGradient(tripletsOf, labelsOf(batch, 'triplet', 'single-label').values);
      return meanOver(tf.mul(hinges, counts), counts);
    },
  };
}

/** max(0, ‖a - p‖² - ‖a - n‖² + m) from the squared distances. */
export function tripletHinge(toPositive: tf.Tensor, toNegative: tf.Tensor, margin: number): tf.Tensor {
  return tf.relu(tf.add(tf.sub(toPositive, toNegative), margin));
}

/** classes [B] -> [B (a), B (p), B (n)]: 1 where it is a triplet. */
function tripletsOf(classes: tf.Tensor): tf.Tensor {
  const known = labelled(classes);
  const same = tf.cast(tf.equal(tf.expandDims(classes, 0), tf.expandDims(classes, 1)), 'float32');
  const pairs = tf.mul(tf.expandDims(known, 0), tf.expandDims(known, 1));
  const positive = tf.mul(tf.sub(same, tf.eye(classes.shape[0] ?? 0)), pairs); // no example is its own positive
  return tf.mul(tf.expandDims(tf.relu(positive), 2), tf.expandDims(tf.mul(tf.sub(1, same), pairs), 1));
}
