/**
 * Noisy labels, guided by what a model from a small clean set says: cross-entropy against both, which is cross-entropy against their
 * mixture. Li et al. 2017.
 */
import { softmaxCrossEntropy } from '../engine/fused/cross-entropy.ts';
import * as tf from '../engine/tf.ts';
import { fingerprint } from '../storage/hash.ts';
import { checkTemperature, mixture } from './mixture.ts';
import type { Objective, Paper } from './objective.ts';
import { type HeadTask, headRows, lossRows, requireAlike } from './rows.ts';
import { stopGradient } from './stop-gradient.ts';
import { checkWeight, describedWeight, type Weight, weightAt } from './weight.ts';

const paper: Paper = {
  authors: 'Li, Yang, Song, Cao, Luo & Li',
  year: 2017,
  title: 'Learning from noisy labels with distillation',
  id: '1703.02391',
};

/** Which classes speak for which: weight [i][j], from 0, is how much class j speaks for class i. */
export interface LabelGraph {
  readonly weights: readonly (readonly number[])[];
  /** β, 0..1: how much the clean model's own word counts beside what the graph passes on. */
  readonly own: number;
}

export interface NoisyLabelOptions {
  /** λ, 0..1: how much the noisy label counts. Best is R_s / (R_s + R_y) where the errors of the two are independent. May follow the step. */
  readonly lambda?: Weight;
  /** T of the clean model's soft labels, above 0; the student stays at 1. */
  readonly temperature?: number;
  readonly task?: HeadTask;
  readonly graph?: LabelGraph;
}

/**
 * L = mean over rows of λ CE(y, p) + (1 - λ) CE(s, p), p = softmax(z_s), s = softmax(z_clean / T); Li et al. 2017. The same as CE against their
 * pseudo label λ y + (1 - λ) s. The teacher is a model trained on the clean part of the corpus.
 * Shapes: logits [B, C] of both, classes [B] (below 0 = no label; not looked at when λ = 0). The teacher gets no gradient.
 * Averages over all B rows; a row without a label takes λ = 0. No T²: the student is not softened.
 * Multi-label heads: s = σ(z_clean / T) and binary cross-entropy, mean over classes too. Regression heads: squared differences from label
 * and clean score, without temperature.
 * With a graph, s becomes β s + (1 - β) W s, W the weights with rows that sum to 1, and for one class per example is rescaled to sum 1.
 * Deviations: T is ours (1 in the paper); the paper leaves the graph's normalisation open.
 */
export function noisyLabel({ lambda = 0.5, temperature = 1, task = 'single-label', graph }: NoisyLabelOptions = {}): Objective<{ logits: true }, { logits: true }> {
  checkWeight(lambda, 'noisy-label: lambda', 1);
  checkTemperature('noisy-label', temperature);
  if (graph !== undefined) checkGraph(graph, task);
  const alpha: Weight = typeof lambda === 'number' ? 1 - lambda : { description: describedWeight(lambda).toString(), at: (step) => 1 - weightAt(lambda, { step }, 'noisy-label: lambda', 1) };
  return {
    name: 'noisy-label',
    settings: { lambda: describedWeight(lambda), temperature, ...(task !== 'single-label' && { task }), ...(graph && { graph: fingerprint(graph).slice(0, 16) }) },
    paper,
    wants: { student: { logits: true }, teacher: { logits: true } },
    loss: ({ logits }, teacher, batch, context) => {
      requireAlike('noisy-label', logits, teacher.logits);
      const rows = headRows(logits, task);
      const soft = task === 'regression' ? lossRows(rows, teacher.logits, task) : softmaxCrossEntropy(rows, stopGradient((clean) => softRowsOf(cleanLabels(clean, { temperature, task, graph }), task), teacher.logits));
      return mixture({ name: 'noisy-label', task, alpha, logits, soft, batch, context });
    },
  };
}

/** s of the clean model's logits: [B, C] -> [B, C]. */
export function cleanLabels(logits: tf.Tensor, { temperature, task, graph }: { temperature: number; task: Exclude<HeadTask, 'regression'>; graph?: LabelGraph | undefined }): tf.Tensor {
  const softened = tf.div(logits, temperature);
  const said = task === 'single-label' ? tf.softmax(softened) : tf.sigmoid(softened);
  if (graph === undefined) return said;
  if (graph.weights.length !== logits.shape.at(-1)) throw new Error(`noisy-label: a graph of ${graph.weights.length} labels for ${logits.shape.at(-1)} classes`);
  const passing = tf.tensor2d(graph.weights.map((row) => shares(row)));
  const heard = tf.add(tf.mul(said, graph.own), tf.mul(tf.matMul(said as tf.Tensor2D, passing, false, true), 1 - graph.own)); // [B, C]
  return task === 'single-label' ? tf.div(heard, tf.maximum(tf.sum(heard, -1, true), 1e-30)) : heard;
}

/** Probabilities [B, C] as rows of exclusive classes. */
function softRowsOf(probabilities: tf.Tensor, task: HeadTask): tf.Tensor {
  return task === 'single-label' ? probabilities : tf.reshape(tf.stack([probabilities, tf.sub(1, probabilities)], -1), [-1, 2]); // [B C, 2]
}

function shares(row: readonly number[]): number[] {
  const sum = row.reduce((total, weight) => total + weight, 0);
  return row.map((weight) => (sum === 0 ? 0 : weight / sum));
}

function checkGraph({ weights, own }: LabelGraph, task: HeadTask): void {
  if (task === 'regression') throw new Error('noisy-label: a regression has no classes, so no graph of them');
  if (!(own >= 0 && own <= 1)) throw new Error(`noisy-label: the clean model's own share must lie in 0..1, not ${own}`);
  if (weights.length === 0 || weights.some((row) => row.length !== weights.length)) throw new Error('noisy-label: the graph must be square, a row and a column for each class');
  if (weights.flat().some((weight) => !(weight >= 0 && weight < Infinity))) throw new Error('noisy-label: the graph holds numbers from 0');
}
