/**
 * SimCLR's contrastive loss between two views of every example. Here the views are the student's and the teacher's embedding of it, each
 * through a head of its own; a loop that makes two views of a text itself has `ntXentLoss`. Chen et al. 2020.
 */
import { softmaxCrossEntropy } from '../engine/fused/cross-entropy.ts';
import * as tf from '../engine/tf.ts';
import type { ParameterSpec } from '../nn/parameters.ts';
import { unit } from './cosine.ts';
import { embeddingOf, type EmbeddingSource, embeddingWants } from './embedding-source.ts';
import { bothKnown } from './layered.ts';
import { type Objective, type Paper, type StepContext } from './objective.ts';
import { project, projectionSpecs } from './projection.ts';
import { constant } from './stop-gradient.ts';

const paper: Paper = {
  authors: 'Chen, Kornblith, Norouzi & Hinton',
  year: 2020,
  title: 'A simple framework for contrastive learning of visual representations',
  id: '2002.05709',
};

export interface NtXentOptions {
  readonly embedding?: EmbeddingSource;
  /** τ, above 0. */
  readonly temperature?: number;
  /** Of the embeddings that are compared. */
  readonly width?: number;
}

/**
 * L = mean over the 2 B views of -log softmax over the other 2 B - 1 of cos(z_i, z_j) / τ at the view's twin; Chen et al. 2020, equation 1.
 * Shapes: embeddings [B, H] and [B, G]; a head of two layers, W₂ relu(W₁ e + b₁) + b₂, on either side takes them to [B, P] each.
 * Averages over all 2 B views. Scale: none. One row alone has loss 0. The teacher's head learns, the teacher does not.
 * Deviations: the paper's two views are augmentations of one example through one network and one head.
 */
export function ntXent({ embedding = 'first-token', temperature = 0.5, width = 128 }: NtXentOptions = {}): Objective {
  if (!(temperature > 0 && temperature < Infinity)) throw new Error(`nt-xent: the temperature must be above 0, not ${temperature}`);
  if (!Number.isInteger(width) || width < 1) throw new Error(`nt-xent: the width is a whole number from 1, not ${width}`);
  return {
    name: 'nt-xent',
    settings: { embedding, temperature, width },
    paper,
    wants: { student: embeddingWants(embedding), teacher: embeddingWants(embedding) },
    refusal: ({ teacher }) => (teacher === undefined ? 'nt-xent has a head for either side, but the teacher does not say how wide it is: give its `dimensions`' : undefined),
    parameters: (shapes) => {
      const { student, teacher } = bothKnown('nt-xent', shapes);
      return [...headSpecs('student', student.width, width), ...headSpecs('teacher', teacher.width, width)];
    },
    loss: (student, teacher, batch, context) => {
      const own = head(embeddingOf(student, embedding, batch), 'student', context);
      const others = head(constant(embeddingOf(teacher, embedding, batch)), 'teacher', context);
      return ntXentLoss(own, others, { temperature });
    },
  };
}

function headSpecs(side: string, from: number, to: number): ParameterSpec[] {
  return [...projectionSpecs(`${side}.first`, { from, to: from, bias: true }), ...projectionSpecs(`${side}.second`, { from, to, bias: true })];
}

function head(embeddings: tf.Tensor, side: string, context: StepContext): tf.Tensor {
  const layer = (x: tf.Tensor, name: string) => project(x, { objective: 'nt-xent', name: `${side}.${name}`, context, bias: true });
  return layer(tf.relu(layer(embeddings, 'first')), 'second');
}

/** Two views of every example, [B, P] both; row i of one is the twin of row i of the other. */
export function ntXentLoss(one: tf.Tensor, other: tf.Tensor, { temperature }: { temperature: number }): tf.Scalar {
  const [rows = 0] = one.shape;
  const views = unit(tf.concat([one, other], 0)); // [2 B, P]
  const cosines = tf.div(tf.matMul(views, views, false, true), temperature); // [2 B, 2 B]
  const others = tf.where(tf.cast(tf.eye(2 * rows), 'bool'), -1e9, cosines); // no view is compared with itself
  const twins = Int32Array.from({ length: 2 * rows }, (_, view) => (view + rows) % (2 * rows));
  return tf.mean(softmaxCrossEntropy(others, tf.cast(tf.oneHot(tf.tensor1d(twins, 'int32'), 2 * rows), 'float32')));
}
