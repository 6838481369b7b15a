/**
 * Contrastive representation distillation: the student's embedding of an example tells it from many others in the teacher's, and the
 * other way round. The others are drawn from two memories, one row per example of the corpus. Tian, Krishnan & Isola 2020.
 */
import { bits, fold } from '../engine/random.ts';
import * as tf from '../engine/tf.ts';
import { unit } from './cosine.ts';
import { embeddingOf, type EmbeddingSource, embeddingWants } from './embedding-source.ts';
import { bothKnown } from './layered.ts';
import { type Objective, ownParameter, type Paper, type StepContext } from './objective.ts';
import { project, projectionSpecs } from './projection.ts';
import { softplus } from './softplus.ts';
import { constant, stopGradient } from './stop-gradient.ts';

const paper: Paper = {
  authors: 'Tian, Krishnan & Isola',
  year: 2020,
  title: 'Contrastive representation distillation',
  id: '1910.10699',
};

export interface CrdOptions {
  readonly embedding?: EmbeddingSource;
  /** P, of what both sides are projected to. */
  readonly width?: number;
  /** τ, above 0. */
  readonly temperature?: number;
  /** N, the others of each example; never more than the corpus has besides it. */
  readonly negatives?: number;
  /** How much of a memory's row is kept when its example comes by, 0..1. */
  readonly momentum?: number;
}

/**
 * h(a, b) = e^(aᵀb / τ) / (e^(aᵀb / τ) + N / M); L = -mean over rows of [log h(s, t) + Σ_n log(1 - h(s, t_n))], and the same with the sides
 * changed; Tian et al. 2020.
 * Shapes: embeddings [B, H] and [B, G], each through a linear map to [B, P] and at length 1; memories [M, P], M the corpus's examples.
 * Averages over all B rows, summed over the N others. Scale: none; the paper's weight is 0.8.
 * Both maps learn; memory rows do not, they move towards what is said of their example and are kept at length 1.
 * Deviations: others are any other examples, in the paper of other classes where there are labels; no constant Z (the authors' code divides
 * by one fixed at the first batch); maps have no bias.
 */
export function crd({ embedding = 'first-token', width = 128, temperature = 0.07, negatives = 4096, momentum = 0.5 }: CrdOptions = {}): Objective {
  if (!(temperature > 0 && temperature < Infinity)) throw new Error(`crd: the temperature must be above 0, not ${temperature}`);
  for (const [what, count] of Object.entries({ width, negatives })) if (!Number.isInteger(count) || count < 1) throw new Error(`crd: ${what} is a whole number from 1, not ${count}`);
  if (!(momentum >= 0 && momentum <= 1)) throw new Error(`crd: the momentum lies in 0..1, not ${momentum}`);
  return {
    name: 'crd',
    settings: { embedding, width, temperature, negatives, momentum },
    paper,
    wants: { student: embeddingWants(embedding), teacher: embeddingWants(embedding) },
    refusal: ({ teacher, examples }) => {
      if (teacher === undefined) return 'crd projects both sides, but the teacher does not say how wide it is: give its `dimensions`';
      return examples < 2 ? 'crd tells an example from others of its corpus, which has only one' : undefined;
    },
    parameters: (shapes) => {
      const { student, teacher, examples } = bothKnown('crd', shapes);
      const memory = (side: string) => ({ name: `${side}.memory`, shape: [examples, width], initial: { deviation: 1 / Math.sqrt(width) }, fixed: true }) as const;
      return [...projectionSpecs('student', { from: student.width, to: width }), ...projectionSpecs('teacher', { from: teacher.width, to: width }), memory('student'), memory('teacher')];
    },
    loss: (student, teacher, batch, context) => {
      const own = unit(project(embeddingOf(student, embedding, batch), { objective: 'crd', name: 'student', context }));
      const others = unit(project(constant(embeddingOf(teacher, embedding, batch)), { objective: 'crd', name: 'teacher', context }));
      const memories = [ownParameter(context, 'crd', 'student.memory'), ownParameter(context, 'crd', 'teacher.memory')] as const;
      const [examples = 0] = memories[0].shape;
      if (batch.places === undefined) throw new Error('crd: the batch does not say where its examples stand in the corpus (`places`)');
      const drawn = drawOthers(batch, { count: Math.min(negatives, examples - 1), examples, context });
      const fromMemory = (memory: tf.Tensor) => stopGradient((rows) => tf.gather(rows, drawn), memory); // [B, N, P]
      const loss = crdLoss({ student: own, teacher: others }, { student: fromMemory(memories[0]), teacher: fromMemory(memories[1]) }, { temperature, examples });
      for (const [side, said, memory] of [['student', own, memories[0]], ['teacher', others, memories[1]]] as const) {
        context.remember?.(`${side}.memory`, stopGradient((rows, now) => movedRows(rows, now, { places: batch.places ?? [], momentum }), memory, said));
      }
      return loss;
    },
  };
}

interface Sides {
  readonly student: tf.Tensor;
  readonly teacher: tf.Tensor;
}

/** What both say of the same examples [B, P], and of N others for each [B, N, P]; both directions. `partition` is a constant Z below e^(aᵀb / τ). */
export function crdLoss(said: Sides, others: Sides, { temperature, examples, partition = 1 }: { temperature: number; examples: number; partition?: number }): tf.Scalar {
  const count = others.teacher.shape[1] ?? 0;
  const noise = Math.log(count / examples) + Math.log(partition);
  // log h = -softplus(noise - aᵀb / τ) and log(1 - h) = -softplus(aᵀb / τ - noise): no power of e is ever formed.
  const direction = (anchor: tf.Tensor, negatives: tf.Tensor) => {
    const products = tf.squeeze(tf.matMul(negatives, tf.expandDims(anchor, 2)), [2]); // [B, N, P] [B, P, 1] -> [B, N]
    return tf.sum(softplus(tf.sub(tf.div(products, temperature), noise)), -1); // [B]
  };
  const together = softplus(tf.sub(noise, tf.div(tf.sum(tf.mul(said.student, said.teacher), -1), temperature))); // [B], the same both ways
  return tf.mean(tf.addN([tf.mul(together, 2), direction(said.student, others.teacher), direction(said.teacher, others.student)]));
}

/** Places of `count` examples for each row, [B, N], never its own: drawn with replacement from the step's key and the example's id. */
function drawOthers({ exampleIds, places = [] }: { exampleIds: readonly string[]; places?: ArrayLike<number> }, { count, examples, context }: { count: number; examples: number; context: StepContext }): tf.Tensor2D {
  const drawn = new Int32Array(exampleIds.length * count);
  exampleIds.forEach((id, row) => {
    const key = fold(context.key, 'crd', id);
    const own = places[row] ?? 0;
    for (let n = 0; n < count; n++) drawn[row * count + n] = (own + 1 + (bits(key, n) % (examples - 1))) % examples;
  });
  return tf.tensor2d(drawn, [exampleIds.length, count], 'int32');
}

/** The memory [M, P] with the rows of this batch moved towards what is said now [B, P]; what is not finite moves nothing. */
export function movedRows(memory: tf.Tensor, now: tf.Tensor, { places, momentum }: { places: ArrayLike<number>; momentum: number }): tf.Tensor {
  const rows = Array.from(places);
  const at = tf.tensor1d(rows, 'int32');
  const before = tf.gather(memory, at); // [B, P]
  const moved = tf.sub(unit(tf.add(tf.mul(before, momentum), tf.mul(now, 1 - momentum))), before);
  const finite = tf.where(tf.isFinite(moved), moved, tf.zerosLike(moved));
  const times = tf.tensor2d(rows.map((place) => 1 / rows.filter((other) => other === place).length), [rows.length, 1]); // an example may be there twice
  return tf.add(memory, tf.unsortedSegmentSum(tf.mul(finite, times), at, memory.shape[0] ?? 0));
}
