/**
 * Each example learns from the member of an ensemble that is best at it. Chebotar & Waters 2016.
 */
import * as tf from '../engine/tf.ts';
import type { Batch } from '../engine/batch.ts';
import { fingerprint } from '../storage/hash.ts';
import { requireMembers } from './members.ts';
import { checkAlpha, checkTemperature, mixture, type Softening, softRows } from './mixture.ts';
import type { Objective, Paper } from './objective.ts';
import { type HeadTask, headRows, labelRows, labelsOf, lossRows } from './rows.ts';
import { stopGradient } from './stop-gradient.ts';
import { describedWeight, type Weight } from './weight.ts';

const paper: Paper = {
  authors: 'Chebotar & Waters',
  year: 2016,
  title: 'Distilling knowledge from ensembles of neural networks for speech recognition',
  id: 'Interspeech 2016, 3439-3443',
};

export interface OracleEnsembleOptions extends Partial<Softening> {
  /** α, 0..1: how much the soft term counts on a labelled row; the rest is the task's own loss at T = 1. May follow the step. */
  readonly alpha?: Weight;
  readonly task?: HeadTask;
  /** The member to listen to, from 0, by example id; absent, the one whose own loss on the label is least. */
  readonly choice?: ReadonlyMap<string, number>;
}

/**
 * L = mean over rows of (1 - α) CE(y, p_s) + α T² KL(p_O ‖ p_s^T), O = the member with the least loss on the row's label, or the one chosen for the
 * example; Chebotar & Waters 2016, the oracle.
 * Shapes: the student's logits [B, C], the members' [M, B, C], labels as the task has them. No member gets a gradient.
 * Averages over all B rows. A row without a label takes α = 1 and, unless a choice is given for it, the members' mean logits. Ties go to the
 * lower member. Scale: the soft term carries T² unless `scaleT2` is false.
 * Multi-label heads: one member for the whole example, by its mean loss over the classes with a label. Regression heads: squared differences.
 * Deviations: the paper chooses by an utterance's word error rate; here the task's own loss does, or `choice` (by BLEU, by a person).
 */
export function oracleEnsemble({ temperature = 1, alpha = 1, form = 'kl', scaleT2 = true, task = 'single-label', choice }: OracleEnsembleOptions = {}): Objective<{ logits: true }, { members: true }> {
  checkTemperature('oracle-ensemble', temperature);
  checkAlpha('oracle-ensemble', alpha);
  if (choice !== undefined && [...choice.values()].some((member) => !Number.isInteger(member) || member < 0)) throw new Error('oracle-ensemble: a choice is the number of a member, from 0');
  return {
    name: 'oracle-ensemble',
    settings: { temperature, alpha: describedWeight(alpha), form, scaleT2, ...(task !== 'single-label' && { task }), ...(choice && { choice: fingerprint([...choice].sort()).slice(0, 16) }) },
    paper,
    wants: { student: { logits: true }, teacher: { members: true } },
    loss: ({ logits }, { members }, batch, context) => {
      requireMembers('oracle-ensemble', logits, members);
      const chosen = stopGradient((said) => heard(said, choice === undefined ? leastLoss(said, batch, task) : chosenMembers(batch, choice, said.shape[0] ?? 0)), members);
      const soft = softRows(task, headRows(logits, task), headRows(chosen, task), { temperature, form, scaleT2 });
      return mixture({ name: 'oracle-ensemble', task, alpha, logits, soft, batch, context });
    },
  };
}

/** Members [M, B, C] and who is heard [M, B], one-hot over M, zeros = nobody in particular -> [B, C] */
function heard(members: tf.Tensor, chosen: tf.Tensor): tf.Tensor {
  const open = tf.sub(1, tf.sum(chosen, 0, true)); // [1, B]
  const shares = tf.add(chosen, tf.div(open, members.shape[0] ?? 1));
  return tf.sum(tf.mul(members, tf.expandDims(shares, -1)), 0);
}

/** One-hot over members [M, B]: the first of those with the least loss; zeros for rows without a label. */
function leastLoss(members: tf.Tensor, batch: Batch, task: HeadTask): tf.Tensor {
  const [count = 0, rows = 0, classes = 0] = members.shape;
  const { targets, known } = labelRows(labelsOf(batch, 'oracle-ensemble without a choice', task), classes);
  const said = headRows(members, task); // [M, N, K]
  const losses = lossRows(tf.reshape(said, [-1, said.shape.at(-1) ?? 1]), tf.tile(targets, [count, 1]), task); // [M N]
  const perExample = tf.sum(tf.reshape(tf.mul(tf.reshape(losses, [count, -1]), known), [count, rows, -1]), -1); // [M, B], over labelled classes
  const labelled = tf.max(tf.reshape(known, [1, rows, -1]), -1); // [1, B]
  const least = tf.cast(tf.equal(perExample, tf.min(perExample, 0, true)), 'float32');
  const first = tf.cast(tf.equal(tf.cumsum(least, 0), 1), 'float32'); // 1 from the first of equal ones to before the second
  return tf.mul(tf.mul(least, first), labelled);
}

function chosenMembers({ exampleIds, rows }: Batch, choice: ReadonlyMap<string, number>, count: number): tf.Tensor {
  const chosen = new Float32Array(count * rows);
  for (const [row, id] of exampleIds.entries()) {
    const member = choice.get(id);
    if (member === undefined) continue;
    if (member >= count) throw new Error(`oracle-ensemble: example ${id} chose member ${member}, but there are ${count}, from 0`);
    chosen[member * rows + row] = 1;
  }
  return tf.tensor2d(chosen, [count, rows]);
}
