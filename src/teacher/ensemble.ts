/**
 * Several teachers as one: the mean of what they believe (Hinton, Vinyals, Dean 2015, "Distilling the Knowledge in a Neural Network",
 * section 2), and on request what each of them says. Members may be live, recorded or ONNX; all must order their classes alike.
 */
import type { Batch } from '../engine/batch.ts';
import * as tf from '../engine/tf.ts';
import type { SignalOf, Wants } from '../models/output.ts';
import type { LabelSource } from './label-header.ts';
import { disposeSignal, type Teacher } from './teacher.ts';

export interface EnsembleOptions {
  /** What logits mean; see `LabelSource`. */
  readonly task?: LabelSource['task'];
  /** The mean of probabilities (arithmetic), or of logits (geometric: the normalised geometric mean of probabilities). */
  readonly mean?: 'arithmetic' | 'geometric';
  readonly name?: string;
}

/**
 * `logits` [B, C] are those of the mean belief at temperature 1; `members` [M, B, C] are the members' own, for objectives that soften
 * each of them first. Hidden states have no mean and are refused. @throws for no members.
 */
export function ensembleTeacher(members: readonly Teacher[], { task = 'single-label', mean = 'arithmetic', name }: EnsembleOptions = {}): Teacher {
  if (members.length === 0) throw new Error('an ensemble needs at least one teacher');
  const combine = mean === 'geometric' || task === 'regression' ? (stacked: tf.Tensor3D) => tf.mean(stacked, 0) : { 'single-label': meanOfSoftmax, 'multi-label': meanOfSigmoid }[task];
  return {
    name: name ?? `${mean} mean of ${members.map((member) => member.name).join(' and ')}`,
    can: (wants) => {
      const beyond = Object.keys(wants).filter((want) => want !== 'logits' && want !== 'members');
      if (beyond.length > 0) return `an ensemble speaks of classes, but ${beyond.join(', ')} are wanted: ask one teacher`;
      for (const member of members) {
        const refusal = member.can({ logits: true });
        if (refusal !== undefined) return `${member.name}: ${refusal}`;
      }
      return undefined;
    },
    says: async <W extends Wants>(batch: Batch, wants: W) => {
      const said: { readonly logits: tf.Tensor }[] = [];
      try {
        for (const member of members) said.push(await member.says(batch, { logits: true }));
        const shapes = said.map(({ logits }) => logits.shape.join(', '));
        if (new Set(shapes).size > 1) throw new Error(`the members of an ensemble answer in different shapes: [${shapes.join('], [')}]`);
        const kept: { logits?: tf.Tensor; members?: tf.Tensor } = {};
        tf.tidy(() => {
          const stacked = tf.stack(said.map(({ logits }) => logits)) as tf.Tensor3D; // M × [B, C] -> [M, B, C]
          if (wants.members) kept.members = tf.keep(stacked);
          if (wants.logits) kept.logits = tf.keep(combine(stacked));
        });
        return kept as SignalOf<W>;
      } finally {
        for (const signal of said) disposeSignal(signal);
      }
    },
  };
}

/** log of the mean over members of softmax(z): [M, B, C] -> [B, C] */
function meanOfSoftmax(stacked: tf.Tensor3D): tf.Tensor {
  return logMeanExp(tf.logSoftmax(stacked, -1));
}

/** The logit of the mean over members of σ(z): [M, B, C] -> [B, C] */
function meanOfSigmoid(stacked: tf.Tensor3D): tf.Tensor {
  return tf.sub(logMeanExp(logSigmoid(stacked)), logMeanExp(logSigmoid(tf.neg(stacked))));
}

/** log σ(z) = min(z, 0) - log(1 + e^-|z|), without overflow */
function logSigmoid(logits: tf.Tensor): tf.Tensor {
  return tf.sub(tf.minimum(logits, 0), tf.log1p(tf.exp(tf.neg(tf.abs(logits)))));
}

/** Over the first dimension. */
function logMeanExp(logs: tf.Tensor): tf.Tensor {
  return tf.sub(tf.logSumExp(logs, 0), Math.log(logs.shape[0] ?? 1));
}
