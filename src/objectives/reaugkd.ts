/**
 * ReAugKD's training loss: the student's embeddings relate to the teacher's as those do to one another, so that the student can look
 * the teacher's knowledge up when it answers; and that answer. It builds no bank. Zhang et al. 2023.
 */
import { softmaxDivergence } from '../engine/fused/cross-entropy.ts';
import * as tf from '../engine/tf.ts';
import { unit } from './cosine.ts';
import { embeddingOf, type EmbeddingSource, embeddingWants } from './embedding-source.ts';
import { hardLabels } from './hard-labels.ts';
import type { Objective, Paper } from './objective.ts';
import { project, projectionSpecs } from './projection.ts';
import { stopGradient } from './stop-gradient.ts';

const paper: Paper = {
  authors: 'Zhang, Muhamed, Anantharaman, Wang, Chen, Zhong, Cui, Xu, Zeng, Chilimbi & Chen',
  year: 2023,
  title: 'ReAugKD: retrieval-augmented knowledge distillation for pre-trained language models',
  id: 'ACL 2023',
};

export interface ReaugkdOptions {
  readonly embedding?: EmbeddingSource;
  /** τ, above 0. */
  readonly temperature?: number;
  /** w, from 0: how much the relations count beside the task's own loss. */
  readonly relationWeight?: number;
}

/**
 * L = task loss + w mean_i KL(q_i ‖ q̄_i), q_ij = softmax over j ≠ i of z_i z_j / τ, q̄_ij = softmax over j ≠ i of s_i z_j / τ, s and z at length
 * 1; Zhang et al. 2023.
 * Shapes: the student's logits and labels as `hardLabels` takes them; embeddings [B, H] and [B, G]; W [G, H] on the student's where the
 * two differ in width. The teacher gets no gradient.
 * Averages: the task loss over labelled rows, the relations over all B rows; one row alone has no relation. Scale: none.
 * Deviations: direction of KL and j ≠ i as the paper has them, as far as it says. Its teacher first learns a map to the student's width on
 * labels; here the student is mapped to the teacher's, with it.
 */
export function reaugkd({ embedding = 'first-token', temperature = 0.5, relationWeight = 1 }: ReaugkdOptions = {}): Objective {
  if (!(temperature > 0 && temperature < Infinity)) throw new Error(`reaugkd: the temperature must be above 0, not ${temperature}`);
  if (!(relationWeight >= 0 && relationWeight < Infinity)) throw new Error(`reaugkd: the weight of relations must be a number from 0, not ${relationWeight}`);
  const hard = hardLabels();
  return {
    name: 'reaugkd',
    settings: { embedding, temperature, relationWeight },
    paper,
    wants: { student: { logits: true, ...embeddingWants(embedding) }, teacher: embeddingWants(embedding) },
    refusal: ({ teacher }) => (teacher === undefined ? 'reaugkd compares embeddings, but the teacher does not say how wide they are: give its `dimensions`' : undefined),
    parameters: ({ student, teacher }) => (teacher === undefined || teacher.width === student.width ? [] : projectionSpecs('projection', { from: student.width, to: teacher.width })),
    loss: (student, teacher, batch, context) => {
      const { logits } = student;
      if (logits === undefined) throw new Error('reaugkd wants class logits');
      const [own, others] = [embeddingOf(student, embedding, batch), embeddingOf(teacher, embedding, batch)];
      const mapped = own.shape.at(-1) === others.shape.at(-1) ? own : project(own, { objective: 'reaugkd', name: 'projection', context });
      const relations = relationLoss(mapped, others, temperature);
      const task = hard.loss({ logits }, {}, batch, context);
      context.hear?.('reaugkd.relations', relations);
      context.hear?.('reaugkd.hard', task);
      return tf.add(task, tf.mul(relations, relationWeight));
    },
  };
}

/** mean_i KL(q_i ‖ q̄_i): embeddings [B, G] of both. */
export function relationLoss(student: tf.Tensor, teacher: tf.Tensor, temperature: number): tf.Scalar {
  const [rows = 0] = student.shape;
  const targets = stopGradient(unit, teacher);
  const itself = tf.cast(tf.eye(rows), 'bool');
  const relations = (from: tf.Tensor) => tf.where(itself, -1e9, tf.div(tf.matMul(from, targets, false, true), temperature)); // [B, B]
  return tf.mean(softmaxDivergence(relations(unit(student)), stopGradient(relations, targets), { temperature: 1 }));
}

/** What the teacher said of the examples it was trained on. */
export interface Bank {
  /** [M, G] */
  readonly embeddings: tf.Tensor;
  /** [M, C] */
  readonly softLabels: tf.Tensor;
}

/**
 * The student's answer with the bank at hand: β p_s + (1 - β) Σ over its k nearest of w · soft label, w = softmax(s z / τ). [B, C] logits,
 * [B, G] embeddings -> [B, C] probabilities. With k = 0 the student's own.
 */
export function retrievedPrediction(logits: tf.Tensor, embeddings: tf.Tensor, bank: Bank, { k, beta, temperature }: { k: number; beta: number; temperature: number }): tf.Tensor {
  const own = tf.softmax(logits);
  if (k === 0) return own;
  const { values, indices } = tf.topk(tf.matMul(unit(embeddings), unit(bank.embeddings), false, true), Math.min(k, bank.embeddings.shape[0] ?? 0)); // [B, k]
  const shares = tf.expandDims(tf.softmax(tf.div(values, temperature)), 2);
  const found = tf.sum(tf.mul(shares, tf.gather(bank.softLabels, indices)), 1); // [B, k, C] -> [B, C]
  return tf.add(tf.mul(own, beta), tf.mul(found, 1 - beta));
}
