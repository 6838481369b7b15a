/**
 * Patient knowledge distillation: the first token's states of intermediate layers point the same way. Added to soft labels, not in
 * their place. Sun et al. 2019.
 */
import * as tf from '../engine/tf.ts';
import { unit } from './cosine.ts';
import type { LayerMatch } from './layer-match.ts';
import { layered, type StateWants } from './layered.ts';
import type { Objective, Paper } from './objective.ts';
import { project, projectionSpecs, type ProjectionUse, usesProjection, widthRefusal } from './projection.ts';
import { stopGradient } from './stop-gradient.ts';
import { requireSameShape, squaredDistance } from './token-mean.ts';

const paper: Paper = {
  authors: 'Sun, Cheng, Gan & Liu',
  year: 2019,
  title: 'Patient knowledge distillation for BERT model compression',
  id: '1908.09355',
};

export interface PkdOptions {
  /** By default the layers below the last; `skipMatches` and `lastMatches` make the paper's two lists. */
  readonly matches?: readonly LayerMatch[];
  /** Sums over pairs and widths as the paper has it, or their mean, as the authors' code. */
  readonly reduction?: 'paper' | 'elementwise';
  readonly projection?: ProjectionUse;
}

const belowLast: readonly LayerMatch[] = [{ student: -2, teacher: -2, weight: 1 }];

/**
 * L = mean over rows of Σ_pairs weight ‖h_s / ‖h_s‖ - h_t / ‖h_t‖‖²; Sun et al. 2019, the patient loss L_PT.
 * Shapes: first tokens' states [B, H] and [B, G]; W [G, H] per pair only where widths differ. A state of no length is the zero vector.
 * Averages over all B rows (a first token is always real). `elementwise` divides by the number of pairs and by G.
 * Scale: none; the paper's weight β of 10 to 1000 goes with `elementwise`.
 * Deviations: the paper compares equal widths only.
 */
export function pkd({ matches = belowLast, reduction = 'paper', projection = 'where-widths-differ' }: PkdOptions = {}): Objective<StateWants<'cls'>, StateWants<'cls'>> {
  return layered({
    name: 'pkd',
    paper,
    settings: { reduction, projection },
    kind: 'cls',
    matches,
    refusal: ({ student, teacher }) => widthRefusal(projection, student.width, teacher.width),
    parameters: ({ student, teacher }) => (usesProjection(projection, student.width, teacher.width) ? matches.flatMap((_, place) => projectionSpecs(`projection.${place}`, { from: student.width, to: teacher.width })) : []),
    term: ({ student, teacher, place }, _batch, context) => {
      const width = teacher.shape.at(-1) ?? 1;
      const own = usesProjection(projection, student.shape.at(-1) ?? 0, width) ? project(student, { objective: 'pkd', name: `projection.${place}`, context }) : student;
      requireSameShape('pkd', own, teacher);
      const rows = squaredDistance(unit(own), stopGradient(unit, teacher)); // [B]
      return tf.mean(reduction === 'paper' ? rows : tf.div(rows, matches.length * width));
    },
  });
}
